package policy

import (
	"encoding/base64"
	"net/http"
	"strconv"

	"github.com/edgesim/edgesim/distribution"
)

// LambdaEvent is the input of a Lambda@Edge function: the cf object of the only
// record in its event (CF-LAE-11). Its JSON is that of the event.
type LambdaEvent struct {
	Config   LambdaConfig    `json:"config"`
	Request  LambdaRequest   `json:"request"`
	Response *LambdaResponse `json:"response,omitempty"`
}

// LambdaConfig says where and when the function runs. All of it is read-only
// (CF-LAE-12).
type LambdaConfig struct {
	DistributionDomainName string  `json:"distributionDomainName"`
	DistributionID         string  `json:"distributionId"`
	EventType              Trigger `json:"eventType"`
	RequestID              string  `json:"requestId"`
}

// LambdaRequest is the request in an event (CF-LAE-13).
type LambdaRequest struct {
	Body        *LambdaBody   `json:"body,omitempty"`
	ClientIP    string        `json:"clientIp"`
	Headers     LambdaHeaders `json:"headers"`
	Method      string        `json:"method"`
	Origin      *LambdaOrigin `json:"origin,omitempty"`
	QueryString string        `json:"querystring"`
	URI         string        `json:"uri"`
}

// LambdaHeaders holds header fields by lower-case name, each with all its values
// (CF-LAE-14).
type LambdaHeaders map[string][]LambdaHeader

// LambdaHeader is one field; Key is its name as sent.
type LambdaHeader struct {
	Key   string `json:"key,omitempty"`
	Value string `json:"value"`
}

// LambdaBody is the body of a request, if the function has access to it
// (CF-LAE-57, CF-LAE-58).
type LambdaBody struct {
	InputTruncated bool   `json:"inputTruncated"`
	Action         string `json:"action"`
	Encoding       string `json:"encoding"`
	Data           string `json:"data"`
}

// LambdaResponse is the response in an event.
type LambdaResponse struct {
	Headers           LambdaHeaders `json:"headers"`
	Status            string        `json:"status"`
	StatusDescription string        `json:"statusDescription"`
}

// LambdaOrigin is the origin of a request; exactly one field is set (CF-LAE-19).
type LambdaOrigin struct {
	Custom *LambdaCustomOrigin `json:"custom,omitempty"`
	S3     *LambdaS3Origin     `json:"s3,omitempty"`
}

// LambdaCustomOrigin holds the fields of a custom origin; times are in seconds
// (CF-LAE-20).
type LambdaCustomOrigin struct {
	CustomHeaders             LambdaHeaders `json:"customHeaders"`
	DomainName                string        `json:"domainName"`
	KeepaliveTimeout          int           `json:"keepaliveTimeout"`
	Path                      string        `json:"path"`
	Port                      int           `json:"port"`
	Protocol                  string        `json:"protocol"`
	ReadTimeout               int           `json:"readTimeout"`
	ResponseCompletionTimeout int           `json:"responseCompletionTimeout"`
	SSLProtocols              []string      `json:"sslProtocols"`
}

// LambdaS3Origin holds the fields of an S3 origin (CF-LAE-21).
type LambdaS3Origin struct {
	AuthMethod                string        `json:"authMethod"`
	CustomHeaders             LambdaHeaders `json:"customHeaders"`
	DomainName                string        `json:"domainName"`
	Path                      string        `json:"path"`
	ReadTimeout               int           `json:"readTimeout"`
	Region                    string        `json:"region"`
	ResponseCompletionTimeout int           `json:"responseCompletionTimeout"`
}

// The limits of Lambda@Edge in bytes (CF-LAE-53, CF-LAE-57, CF-LAE-60). A replaced body may
// be a third longer in base64.
const (
	lambdaViewerBytes = 40 << 10
	lambdaOriginBytes = 1 << 20
)

// LambdaBytes returns the maximum size, at a trigger, of a generated response and
// of a request body in the event.
func LambdaBytes(t Trigger) int {
	if t == OriginRequestTrigger || t == OriginResponseTrigger {
		return lambdaOriginBytes
	}
	return lambdaViewerBytes
}

// LambdaHeadersOf returns fields as an event presents them: without those hidden
// from edge functions (CF-LAE-37). host is "" for a response.
func LambdaHeadersOf(host string, header http.Header, fields []Field) LambdaHeaders {
	out := LambdaHeaders{}
	if host != "" {
		out["host"] = []LambdaHeader{{Key: "Host", Value: host}}
	}
	for _, f := range orderedFields(header, fields) {
		name := lowerASCII(f.Name)
		if name != "host" && !DisallowedHeader(name) {
			out[name] = append(out[name], LambdaHeader{Key: f.Name, Value: toUTF8(f.Value)})
		}
	}
	return out
}

// LambdaBodyOf returns a request body as an event presents it: in base64, and
// truncated if it is too long (CF-LAE-57).
func LambdaBodyOf(body []byte, t Trigger) *LambdaBody {
	b := &LambdaBody{Action: "read-only", Encoding: "base64"}
	if most := LambdaBytes(t); len(body) > most {
		body, b.InputTruncated = body[:most], true
	}
	b.Data = base64.StdEncoding.EncodeToString(body)
	return b
}

// LambdaOriginOf returns an origin as an event presents it.
func LambdaOriginOf(o *distribution.Origin, https bool) *LambdaOrigin {
	headers := LambdaHeaders{}
	for _, h := range o.CustomHeaders {
		name := lowerASCII(h.Name)
		headers[name] = append(headers[name], LambdaHeader{Key: h.Name, Value: h.Value})
	}
	read, whole := int(o.ResponseTimeout.Seconds()), int(o.ResponseCompletionTimeout.Seconds())
	if o.Kind == distribution.OriginS3 {
		return &LambdaOrigin{S3: &LambdaS3Origin{
			AuthMethod: "none", CustomHeaders: headers, DomainName: o.DomainName, Path: o.Path, ReadTimeout: read, ResponseCompletionTimeout: whole,
		}}
	}
	c := &LambdaCustomOrigin{
		CustomHeaders: headers, DomainName: o.DomainName, KeepaliveTimeout: int(o.KeepaliveTimeout.Seconds()), Path: o.Path,
		Port: o.HTTPPort, Protocol: "http", ReadTimeout: read, ResponseCompletionTimeout: whole, SSLProtocols: []string{},
	}
	if https {
		c.Port, c.Protocol = o.HTTPSPort, "https"
	}
	for _, p := range o.SSLProtocols {
		c.SSLProtocols = append(c.SSLProtocols, string(p))
	}
	return &LambdaOrigin{Custom: c}
}

// LambdaResponseOf returns a response as an event presents it; it has no body
// (CF-LAE-54).
func LambdaResponseOf(status int, header http.Header) *LambdaResponse {
	return &LambdaResponse{
		Headers: LambdaHeadersOf("", header, nil), Status: strconv.Itoa(status), StatusDescription: http.StatusText(status),
	}
}

// functionFields returns the headers in the form that the rules compare.
func (h LambdaHeaders) functionFields() []FunctionField {
	out := make([]FunctionField, 0, len(h))
	for _, name := range sortedHeaders(h) {
		f := FunctionField{Name: name}
		for _, v := range h[name] {
			f.Values = append(f.Values, FunctionValue{Value: v.Value})
		}
		if f.Values != nil {
			out = append(out, f)
		}
	}
	return out
}
