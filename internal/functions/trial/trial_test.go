package trial_test

import (
	"strings"
	"testing"

	"github.com/edgesim/edgesim/internal/functions/trial"
	"github.com/edgesim/edgesim/policy"
)

const request = `{"method":"GET","uri":"/","querystring":{},"headers":{"host":{"value":"h"}},"cookies":{}}`

// TestRun: the service's own test and what it does not detect (CF-FN-94, CF-FN-95,
// CF-FN-97, CF-MOD-45).
func TestRun(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, code, message, output, live, modification string
	}{
		{"passes", "return event.request;", "", `{"request":` + request + "}", "", ""},
		{"CF-FN-95 cookies", "return { statusCode: 302, headers: { location: { value: '/' } } };", "", `{"response":{"statusCode":302,"headers":{"location":{"value":"/"}},"cookies":{}}}`, "", ""},
		{"CF-FN-97, CF-FN-58 read-only", "delete event.request.headers.host; return event.request;", "", `{"request":` + strings.Replace(request, `"host":{"value":"h"}`, "", 1) + "}", "FunctionValidationError 502", ""},
		{"CF-FN-97 disallowed", "event.request.headers['x-cache'] = { value: '1' }; return event.request;", "", `{"request":` + strings.Replace(request, `}},"cookies`, `},"x-cache":{"value":"1"}},"cookies`, 1) + "}", "FunctionValidationError 502", ""},
		{"CF-FN-97 origin", "cf.updateRequestOrigin({ domainName: '192.0.2.7' }); return event.request;", "", `{"request":` + request + "}", "FunctionValidationError 502", "updateRequestOrigin"},
		{"an origin that can be", "cf.selectRequestOriginById('a'); return event.request;", "", `{"request":` + request + "}", "", "selectRequestOriginById"},
		{"CF-FN-85 throws", "event.none.x;", `The CloudFront function associated with the CloudFront distribution is invalid or could not run. TypeError: cannot get property "x" of undefined in 3`, "", "", ""},
		{"invalid", "return {};", "The CloudFront function returned an invalid value: ", "", "", ""},
	} {
		r, err := trial.Trial{Code: "import cf from 'cloudfront';\nfunction handler(event) { console.log('ran');\n" + row.code + "\n}"}.Run([]byte(`{"request":` + request + "}"))
		if err != nil {
			t.Fatal(err)
		}
		live, modification := "", ""
		if r.Live != nil {
			live = r.Live.Class + " " + map[int]string{502: "502", 503: "503"}[r.Live.Status]
		}
		if r.OriginModification != nil {
			modification = r.OriginModification.Method
		}
		if !strings.HasPrefix(r.FunctionErrorMessage, row.message) || (row.message == "") != (r.FunctionErrorMessage == "") || r.FunctionOutput != row.output || live != row.live || modification != row.modification || len(r.FunctionExecutionLogs) != 1 || r.ComputeUtilization == "" {
			t.Errorf("%s: got %+v, live %+v, %s", row.name, r, r.Live, modification)
		}
		if r.Failed() != (row.message != "" || row.live != "") {
			t.Errorf("%s: failed %t", row.name, r.Failed())
		}
	}
}

// TestEvents: what an event has to have (CF-FN-93, CF-FN-98, CF-FN-99).
func TestEvents(t *testing.T) {
	t.Parallel()
	for event, want := range map[string]string{
		`{}`:                       "lacks its request",
		`7`:                        "not a JSON object",
		`{`:                        "not JSON",
		`{"request":{"method":1}}`: "request.method must be a string",
		`{"request":{"method":"GET","uri":"/","headers":{"host":"h"}}}`:              `request.headers["host"]`,
		`{"context":{"eventType":"origin-request"},"request":` + request + `}`:       "viewer-request and viewer-response",
		`{"context":{"eventType":"viewer-response"},"request":` + request + `}`:      "lacks its response",
		`{"request":` + request + strings.Repeat(" ", policy.MaxFunctionEvent) + `}`: "CF-FN-93",
	} {
		if _, err := (trial.Trial{Code: "function handler(event) { return event.request; }"}).Run([]byte(event)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60s: got %v, want %q", event, err, want)
		}
	}
	if _, err := (trial.Trial{Runtime: "cloudfront-js-3.0"}).Run([]byte(`{"request":` + request + "}")); err == nil || !strings.Contains(err.Error(), "CF-FN-99") {
		t.Errorf("CF-FN-99: got %v", err)
	}
}
