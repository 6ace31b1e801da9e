package policy

// FunctionEvent is what an edge function sees of a request, and of the response
// if it runs after one (CF-FN-07, CF-FN-08).
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
	// Response is set only for [ViewerResponse].
	Response *FunctionResponse
}

// Trigger is the point in request processing at which an edge function runs. The
// values are the API's EventType.
type Trigger string

// The triggers. CloudFront Functions support the two viewer triggers (CF-FN-66),
// Lambda@Edge all four (CF-LAE-01).
const (
	ViewerRequestTrigger  Trigger = "viewer-request"
	OriginRequestTrigger  Trigger = "origin-request"
	OriginResponseTrigger Trigger = "origin-response"
	ViewerResponseTrigger Trigger = "viewer-response"
)

// FunctionRequest is the request in an event. A function may change everything
// but the method (CF-FN-09).
type FunctionRequest struct {
	// Method is the HTTP method.
	Method string
	// URI is the path only (CF-FN-10).
	URI string
	// Query holds the parameters, still percent-encoded (CF-FN-14), in the order in
	// which each name first appeared (CF-FN-13).
	Query []FunctionField
	// RawQuery is the query string as sent; HasQuery says that there was a "?"
	// (CF-MOD-50).
	RawQuery string
	HasQuery bool
	// QueryIsString says that a function returned the query string as a string,
	// which is in RawQuery (CF-FN-15).
	QueryIsString bool
	// Headers holds the fields by lower-case name, without Cookie (CF-FN-17,
	// CF-FN-21).
	Headers []FunctionField
	// Cookies holds the cookies by name (CF-FN-21).
	Cookies []FunctionField
}

// FunctionResponse is the response in an event, or one that a function generated.
type FunctionResponse struct {
	// StatusCode is the HTTP status, an integer (CF-FN-30).
	StatusCode int
	// StatusDescription is optional (CF-FN-32).
	StatusDescription string
	// Headers holds the fields by lower-case name, without Set-Cookie.
	Headers []FunctionField
	// Cookies holds those of the Set-Cookie fields (CF-FN-22).
	Cookies []FunctionField
	// Body is the body that a function generated; nil keeps the existing one
	// (CF-FN-36).
	Body *FunctionBody
}

// FunctionBody is a body that a function generated (CF-FN-34).
type FunctionBody struct {
	// Encoding is "text" or "base64"; Data is the body in that encoding.
	Encoding, Data string
}

// FunctionField is one header, cookie or query parameter with all its values
// (CF-FN-24).
type FunctionField struct {
	Name   string
	Values []FunctionValue
}

// FunctionValue is one value. Attributes are those of a Set-Cookie: everything
// after its first semicolon (CF-FN-22).
type FunctionValue struct {
	Value, Attributes string
}

// FunctionResult is what a function returned, either a request or a response
// (CF-FN-01), and its change of the origin.
type FunctionResult struct {
	Request  *FunctionRequest
	Response *FunctionResponse
	// Origin is the last call that changed the origin; nil if there was none.
	Origin *OriginChange
}

// fieldNamed returns the values of a field; nil if there is none.
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
	// MaxFunctionCode is the maximum size of a function's code, in bytes, including
	// comments (CF-FN-71).
	MaxFunctionCode = 10 * 1024
	// MaxFunctionLog is the number of bytes kept of a run's log (CF-FN-90).
	MaxFunctionLog = 10 * 1024
	// MaxFunctionEvent is the maximum size of a test event, in bytes (CF-FN-93).
	MaxFunctionEvent = 40 * 1024
	// MaxFunctionTarget is the length that URI and query together must stay below
	// (CF-FN-61).
	MaxFunctionTarget = 8192
)
