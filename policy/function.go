package policy

// FunctionEvent is what an edge function gets to see of a request, and of the
// response where it runs after one (CF-FN-07, CF-FN-08).
type FunctionEvent struct {
	// Type is one of the Trigger constants.
	Type Trigger
	// DistributionDomainName is the dNNN.cloudfront.net name (CF-FN-03).
	DistributionDomainName string
	// DistributionID is the distribution's id.
	DistributionID string
	// RequestID is unique per request (CF-FN-05).
	RequestID string
	// ViewerIP is the address of the TCP peer (CF-FN-06).
	ViewerIP string
	// Request is the viewer's request.
	Request FunctionRequest
	// Response is set for [ViewerResponse] alone.
	Response *FunctionResponse
}

// Trigger is the point of a request's way at which an edge function runs. The
// values are the API's EventType.
type Trigger string

// The triggers. CloudFront Functions have the viewer's two (CF-FN-66),
// Lambda@Edge has all four (CF-LAE-01).
const (
	ViewerRequestTrigger  Trigger = "viewer-request"
	OriginRequestTrigger  Trigger = "origin-request"
	OriginResponseTrigger Trigger = "origin-response"
	ViewerResponseTrigger Trigger = "viewer-response"
)

// FunctionRequest is the request of an event. A function may change all of it
// but the method (CF-FN-09).
type FunctionRequest struct {
	// Method is the HTTP method.
	Method string
	// URI is the path alone (CF-FN-10).
	URI string
	// Query are the parameters in the order in which each name came first
	// (CF-FN-13), still percent-encoded (CF-FN-14).
	Query []FunctionField
	// RawQuery is the query string as sent; HasQuery says that there was a "?"
	// (CF-MOD-50).
	RawQuery string
	HasQuery bool
	// QueryIsString says that a function returned its query string as a string,
	// which is RawQuery (CF-FN-15).
	QueryIsString bool
	// Headers are the fields by lower-case name, without Cookie (CF-FN-17, CF-FN-21).
	Headers []FunctionField
	// Cookies are the cookies by name (CF-FN-21).
	Cookies []FunctionField
}

// FunctionResponse is the response of an event, or one that a function made.
type FunctionResponse struct {
	// StatusCode is the HTTP status, an integer (CF-FN-30).
	StatusCode int
	// StatusDescription is optional (CF-FN-32).
	StatusDescription string
	// Headers are the fields by lower-case name, without Set-Cookie.
	Headers []FunctionField
	// Cookies are those of the Set-Cookie fields (CF-FN-22).
	Cookies []FunctionField
	// Body is the body that a function made; nil keeps the one there is (CF-FN-36).
	Body *FunctionBody
}

// FunctionBody is a body that a function made (CF-FN-34).
type FunctionBody struct {
	// Encoding is "text" or "base64"; Data is the body in it.
	Encoding, Data string
}

// FunctionField is one header, cookie or query parameter with all its values
// (CF-FN-24).
type FunctionField struct {
	Name   string
	Values []FunctionValue
}

// FunctionValue is one value; Attributes are those of a Set-Cookie, everything
// after its first semicolon (CF-FN-22).
type FunctionValue struct {
	Value, Attributes string
}

// FunctionResult is what a function returned: exactly one of the two
// (CF-FN-01), and what it made of the origin.
type FunctionResult struct {
	Request  *FunctionRequest
	Response *FunctionResponse
	// Origin is the last call that changed the origin; nil if there was none.
	Origin *OriginChange
}

// fieldNamed returns the values of a field, nil if there is none.
func fieldNamed(fields []FunctionField, name string) []FunctionValue {
	for i := range fields {
		if fields[i].Name == name {
			return fields[i].Values
		}
	}
	return nil
}

// Limits of CloudFront Functions.
const (
	// MaxFunctionCode is the most bytes of a function's code, comments included
	// (CF-FN-71).
	MaxFunctionCode = 10 * 1024
	// MaxFunctionLog is how many bytes of a run's log are kept (CF-FN-90).
	MaxFunctionLog = 10 * 1024
	// MaxFunctionEvent is the most bytes of the event of a test (CF-FN-93).
	MaxFunctionEvent = 40 * 1024
	// MaxFunctionTarget is what URI and query together must stay below (CF-FN-61).
	MaxFunctionTarget = 8192
)
