package policy_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/policy"
)

// show writes fields as name=value,value.
func show(fields []policy.FunctionField) string {
	var all []string
	for _, f := range fields {
		var values []string
		for _, v := range f.Values {
			values = append(values, strings.TrimSuffix(v.Value+"|"+v.Attributes, "|"))
		}
		all = append(all, f.Name+"="+strings.Join(values, ","))
	}
	return strings.Join(all, " ")
}

// TestRequestView: a request as a function sees it.
func TestRequestView(t *testing.T) {
	t.Parallel()
	fields := []policy.Field{
		{Name: "Host", Value: "D1.CloudFront.Net.:8443"}, {Name: "TÈst-Header", Value: "a"}, {Name: "Accept", Value: "a, b"}, {Name: "X-Two", Value: "1"},
		{Name: "x-two", Value: "2"}, {Name: "Cookie", Value: "A=1; b=2"}, {Name: "Cookie", Value: "A=3"}, {Name: "X-Latin", Value: "caf\xe9"},
		{Name: "Client-Cert", Value: "x"}, {Name: "X-Edge-Location", Value: "x"}, {Name: "Connection", Value: "close"},
	}
	header := http.Header{}
	for _, f := range fields[1:] {
		header.Add(f.Name, f.Value)
	}
	header["TÈst-Header"] = []string{"a"}
	r := policy.RequestView("GET", "D1.CloudFront.Net.:8443", "/p%20q?a=1&b&a=2,3&c=", header, fields)
	for _, row := range []struct{ rules, got, want string }{
		{"CF-FN-10", r.URI, "/p%20q"},
		{"CF-FN-13 CF-FN-24 CF-FN-26", show(r.Query), "a=1,2,3 b= c="},
		{"CF-FN-17 CF-FN-25 CF-FN-54 CF-FN-55 CF-FN-63 CF-FN-135", show(r.Headers), "host=d1.cloudfront.net tÈst-header=a accept=a, b x-two=1,2 x-latin=café"},
		{"CF-FN-21", show(r.Cookies), "A=1,3 b=2"},
	} {
		if row.got != row.want {
			t.Errorf("%s: got %q, want %q", row.rules, row.got, row.want)
		}
	}
	if r := policy.RequestView("GET", "h", "/", nil, nil); r.HasQuery || r.Query != nil { // CF-FN-12
		t.Errorf("without a query: %+v", r)
	}
	response := policy.ResponseView(200, http.Header{"Set-Cookie": {"a=1; Path=/", "a=2; Secure", "b=3"}, "X-Cache": {"Miss"}, "Etag": {"x"}})
	if got := show(response.Headers) + " " + show(response.Cookies); got != "etag=x a=1|Path=/,2|Secure b=3" { // CF-FN-22, CF-FN-29, CF-FN-33
		t.Errorf("response: %s", got)
	}
}

// TestAppliedRequest: what was left alone is unchanged (CF-FN-64, CF-REQ-72), and the rest
// is what the function set.
func TestAppliedRequest(t *testing.T) {
	t.Parallel()
	fields := []policy.Field{{Name: "host", Value: "h"}, {Name: "X-KEPT", Value: "caf\xe9"}, {Name: "X-Changed", Value: "caf\xe9"}, {Name: "Cookie", Value: "a=1;b=2"}}
	header := http.Header{"X-Kept": {"caf\xe9"}, "X-Changed": {"caf\xe9"}, "Cookie": {"a=1;b=2"}}
	before := policy.RequestView("GET", "h", "/a\xe9?q=1&q=2&z", header, fields)
	after := before
	after.Headers = slices.Clone(before.Headers)
	after.Headers[2].Values = []policy.FunctionValue{{Value: "caf\u00e9!"}}
	edit, fault := policy.ApplyRequest("f", &before, &after, "/a\xe9?q=1&q=2&z", fields)
	if fault != nil || edit.URI != "/a\xe9?q=1&q=2&z" || fmt.Sprint(edit.Fields) != fmt.Sprint([]policy.Field{{Name: "X-KEPT", Value: "caf\xe9"}, {Name: "X-Changed", Value: "café!"}, {Name: "Cookie", Value: "a=1;b=2"}}) {
		t.Errorf("got %q %q %v", edit.URI, edit.Fields, fault)
	}
	after.Query = append(slices.Clone(before.Query), policy.FunctionField{Name: "n", Values: []policy.FunctionValue{{Value: "%20"}}})
	if edit, _ := policy.ApplyRequest("f", &before, &after, "/a\xe9?q=1&q=2&z", fields); edit.URI != "/a\xe9?q=1&q=2&z=&n=%20" { // CF-FN-16
		t.Errorf("query: %q", edit.URI)
	}
}

// TestLambdaHeaders: the form of an event, and names as functions spell them
// (CF-LAE-11, CF-LAE-12, CF-LAE-13, CF-LAE-14, CF-LAE-15, CF-LAE-21).
func TestLambdaEvent(t *testing.T) {
	t.Parallel()
	event := lambdaEvent(policy.OriginRequestTrigger)
	event.Request.Origin = policy.LambdaOriginOf(&distribution.Origin{Kind: distribution.OriginS3, DomainName: "b.s3.amazonaws.com", CustomHeaders: []distribution.Header{{Name: "X-A", Value: "1"}}}, false)
	text, err := json.Marshal(event)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{`"eventType":"origin-request"`, `"distributionId":"E1"`, `"host":[{"key":"Host","value":"h"}]`, `"querystring":"a=1"`, `"s3":{"authMethod":"none","customHeaders":{"x-a":[{"key":"X-A","value":"1"}]},"domainName":"b.s3.amazonaws.com"`} {
		if !strings.Contains(string(text), part) {
			t.Errorf("the event lacks %s: %s", part, text)
		}
	}
	r, fault := policy.ReadLambdaResult("f", lambdaEvent(policy.ViewerRequestTrigger), []byte(`{"method":"GET","uri":"/","querystring":"b=2","headers":{"host":[{"value":"h"}],"user-agent":[{"value":"x"}],"x-a":[{"key":"x-A","value":"1"}]}}`), "/?a=1", nil)
	if fault != nil || r.Edit.URI != "/?b=2" || fmt.Sprint(r.Edit.Fields) != "[{User-Agent x} {x-A 1}]" { // CF-LAE-15, CF-LAE-18
		t.Errorf("got %+v %v", r, fault)
	}
}

func lambdaEvent(t policy.Trigger) *policy.LambdaEvent {
	e := &policy.LambdaEvent{Config: policy.LambdaConfig{DistributionID: "E1", EventType: t}}
	e.Request = policy.LambdaRequest{ClientIP: "192.0.2.1", Method: "GET", URI: "/", QueryString: "a=1", Headers: policy.LambdaHeaders{"host": {{Key: "Host", Value: "h"}}}}
	return e
}

// TestLambdaOriginRules: origins that a function may not set.
func TestLambdaOriginRules(t *testing.T) {
	t.Parallel()
	custom := `{"custom":{"customHeaders":{},"domainName":"a.example","keepaliveTimeout":5,"path":"","port":443,"protocol":"https","readTimeout":30,"responseCompletionTimeout":0,"sslProtocols":["TLSv1.2"]}}`
	s3 := `{"s3":{"authMethod":"none","customHeaders":{},"domainName":"b.s3.amazonaws.com","path":"","region":""}}`
	for rule, origin := range map[string]string{
		"":            custom,
		"CF-LAE-19":   `{}`,
		"CF-LAE-22":   strings.Replace(custom, "a.example", "192.0.2.1", 1),
		"CF-LAE-23":   strings.Replace(custom, `"path":""`, `"path":"/x/"`, 1),
		"CF-LAE-24":   strings.Replace(custom, "443", "81", 1),
		"CF-LAE-25":   strings.Replace(custom, `"https"`, `"match-viewer"`, 1),
		"CF-LAE-26":   strings.Replace(custom, "TLSv1.2", "TLSv1.3", 1),
		"CF-LAE-27":   strings.Replace(custom, `"readTimeout":30`, `"readTimeout":121`, 1),
		"CF-LAE-28":   strings.Replace(custom, `"responseCompletionTimeout":0`, `"responseCompletionTimeout":29`, 1),
		"CF-LAE-29":   strings.Replace(custom, `"customHeaders":{}`, `"customHeaders":{"x-real-ip":[{"value":"1"}]}`, 1),
		"CF-LAE-29 2": strings.Replace(custom, `"customHeaders":{}`, `"customHeaders":{"x-req":[{"value":"1"}]}`, 1),
		"CF-LAE-30":   strings.Replace(s3, `"none"`, `"origin-access-identity"`, 1),
		"CF-LAE-22 2": strings.Replace(s3, "b.s3", "B.s3", 1),
	} {
		event := lambdaEvent(policy.OriginRequestTrigger)
		event.Request.Origin = &policy.LambdaOrigin{}
		_, fault := policy.ReadLambdaResult("f", event, []byte(`{"method":"GET","uri":"/","headers":{"host":[{"value":"h"}],"x-req":[{"value":"1"}]},"origin":`+origin+`}`), "/?a=1", nil)
		want := strings.TrimSuffix(rule, " 2")
		if want == "" && fault != nil || want != "" && (fault == nil || string(fault.Rule) != want) {
			t.Errorf("%q: got %+v", rule, fault)
		}
	}
	assigned := policy.OriginChoice{Origin: &distribution.Origin{ID: "o", DomainName: "a.example"}}
	var o policy.LambdaOrigin
	if err := json.Unmarshal([]byte(s3), &o); err != nil {
		t.Fatal(err)
	}
	if c := policy.ApplyLambdaOrigin(assigned, &o, ""); c.Origin.Kind != distribution.OriginS3 || !c.Changed || c.Host != "" || assigned.Origin.DomainName != "a.example" { // CF-LAE-32
		t.Errorf("got %+v", c)
	}
}

// TestLambdaFaults: other results that CloudFront refuses.
func TestLambdaFaults(t *testing.T) {
	t.Parallel()
	host := `"host":[{"value":"h"}]`
	for _, row := range []struct {
		rule    string
		trigger policy.Trigger
		result  string
	}{
		{"CF-LAE-13", policy.ViewerRequestTrigger, `{"method":"POST","uri":"/","headers":{` + host + `}}`},
		{"CF-LAE-13", policy.ViewerRequestTrigger, `{"method":"GET","clientIp":"1","uri":"/","headers":{` + host + `}}`},
		{"CF-LAE-18", policy.ViewerRequestTrigger, `{"method":"GET","uri":"/","querystring":"a b","headers":{` + host + `}}`},
		{"CF-LAE-45", policy.ViewerRequestTrigger, `{"method":"GET","uri":"/","headers":{` + host + `,"cloudfront-viewer-country":[{"value":"DE"}]}}`},
		{"CF-LAE-41", policy.ViewerResponseTrigger, `{"status":"200","headers":{"warning":[{"value":"x"}]}}`},
		{"CF-LAE-40", policy.OriginResponseTrigger, `{"status":"200","headers":{"via":[{"value":"x"}]}}`},
		{"CF-LAE-59", policy.OriginRequestTrigger, `{"method":"GET","uri":"/","headers":{` + host + `},"body":{"action":"replace","data":"***"}}`},
		{"CF-LAE-60", policy.OriginRequestTrigger, `{"method":"GET","uri":"/","headers":{` + host + `},"body":{"action":"replace","encoding":"text","data":"` + strings.Repeat("x", 1<<20+1) + `"}}`},
		{"CF-LAE-63", policy.ViewerRequestTrigger, `garbage`},
		{"CF-LAE-63", policy.ViewerRequestTrigger, `{"method": 7}`},
	} {
		event := lambdaEvent(row.trigger)
		if strings.HasSuffix(string(row.trigger), "response") {
			event.Response = policy.LambdaResponseOf(200, nil)
		}
		event.Request.Body = policy.LambdaBodyOf([]byte("b"), row.trigger)
		if _, fault := policy.ReadLambdaResult("f", event, []byte(row.result), "/", nil); fault == nil || string(fault.Rule) != row.rule {
			t.Errorf("%s: %.80s gave %+v", row.rule, row.result, fault)
		}
	}
}

// TestLambdaCauses: X-Cache and result types of the failures of Lambda@Edge
// (CF-LAE-62, CF-LAE-64, CF-LAE-65, CF-LAE-66).
func TestLambdaCauses(t *testing.T) {
	t.Parallel()
	for kind, want := range map[policy.FaultKind]string{
		policy.FaultExecution: "503 LambdaExecutionError from cloudfront LambdaExecutionError",
		policy.FaultLimit:     "503 LambdaLimitExceeded from cloudfront LambdaLimitExceeded",
		policy.FaultInvalid:   "502 LambdaValidationError from cloudfront Error",
	} {
		c := policy.FunctionCause(&policy.FunctionFault{Kind: kind, Message: "m"}, policy.OriginRequestTrigger, "f", true)
		if got := fmt.Sprint(c.Status, " ", c.XCache(), " ", c.ResultType); got != want {
			t.Errorf("%s: got %s, want %s", kind, got, want)
		}
	}
}

func FuzzLambdaResult(f *testing.F) {
	f.Add([]byte(`{"status":"200","headers":{"a":[{"key":"A","value":"b"}]},"body":"x","bodyEncoding":"base64"}`))
	f.Add([]byte(`{"method":"GET","uri":"/","headers":{"host":[{"value":"h"}]},"origin":{"custom":{}},"body":{"action":"replace","data":""}}`))
	f.Fuzz(func(_ *testing.T, result []byte) {
		for _, trigger := range []policy.Trigger{policy.ViewerRequestTrigger, policy.OriginRequestTrigger, policy.OriginResponseTrigger, policy.ViewerResponseTrigger} {
			event := lambdaEvent(trigger)
			if strings.HasSuffix(string(trigger), "response") {
				event.Response = policy.LambdaResponseOf(200, http.Header{"A": {"b"}})
			}
			_, _ = policy.ReadLambdaResult("f", event, result, "/", []policy.Field{{Name: "A", Value: "b"}})
		}
	})
}
