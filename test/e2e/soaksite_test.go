package e2e_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/edgesim/edgesim/internal/ingest"
	"github.com/edgesim/edgesim/internal/lab"
	"github.com/edgesim/edgesim/internal/peers"
	"github.com/edgesim/edgesim/policy"
)

// expected is something that viewers ask for, and the expected outcome.
type expected struct {
	name, method, path string
	status             int
	// cause is what the response names, recorded what the recording has: the same,
	// but for a body that is cut short when the head has gone.
	cause, recorded policy.CauseName
	// slow says that it takes a timeout or a second of computing.
	slow bool
	// counted says that the body is a count that only grows.
	counted bool
}

// soakSite is what all edges of the campaign stand before: the lab, and an origin
// with edge functions before it.
type soakSite struct {
	lab   *lab.Lab
	app   *httptest.Server
	count atomic.Int64 // responses of app
	wants []expected
	// lambdas says that node is there to run them.
	lambdas bool
}

func openSoakSite(t *testing.T) *soakSite {
	t.Helper()
	l, err := lab.Start(t.Context(), lab.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	s := &soakSite{lab: l}
	s.app = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Cache-Control", "max-age=3600")
		fmt.Fprint(w, s.count.Add(1))
	}))
	t.Cleanup(s.app.Close)
	s.lambdas = !slices.ContainsFunc(peers.Missing(), func(p peers.Peer) bool { return p.Command == "node" })
	for _, f := range lab.Faults() {
		slow := f.Status == http.StatusGatewayTimeout || f.BodyCause == policy.CauseResponseTimeout
		e := expected{name: f.Name, method: http.MethodGet, path: f.Path(), status: f.Status, cause: f.Cause, recorded: f.Cause, slow: slow}
		if f.Method != "" {
			e.method = f.Method
		}
		if f.BodyCause != "" {
			e.recorded = f.BodyCause
		}
		s.wants = append(s.wants, e)
	}
	for _, f := range soakFunctions {
		if !f.lambda || s.lambdas {
			s.wants = append(s.wants, expected{name: f.name, method: http.MethodGet, path: "/" + f.name, status: f.status, cause: f.cause, recorded: f.cause, slow: f.slow})
		}
	}
	s.wants = append(s.wants, expected{name: "kept", method: http.MethodGet, path: "/kept", status: http.StatusOK, counted: true})
	return s
}

// soakFunction is an edge function, at the path of its name.
type soakFunction struct {
	name, code   string
	lambda, slow bool
	status       int
	cause        policy.CauseName
}

// soakFunctions do their work, loop for ever, throw, end their process and take
// longer than two reloads.
var soakFunctions = []soakFunction{
	{"function-good", "function handler(event) { event.request.headers['x-good'] = { value: 'yes' }; return event.request; }", false, false, 200, ""},
	{"function-loops", "function handler(event) { for (;;) {} }", false, true, 503, policy.CauseFunctionExecution},
	{"function-throws", "function handler(event) { return event.request.no.such; }", false, false, 503, policy.CauseFunctionExecution},
	{"lambda-good", "exports.handler = async (event) => event.Records[0].cf.request;", true, false, 200, ""},
	{"lambda-slow", "exports.handler = async (event) => { await new Promise((done) => setTimeout(done, 2000)); return event.Records[0].cf.request; };", true, true, 200, ""},
	{"lambda-dies", "exports.handler = async () => process.exit(3);", true, true, 503, policy.CauseLambdaExecution},
	{"lambda-throws", "exports.handler = async () => { throw new Error('no'); };", true, false, 503, policy.CauseLambdaExecution},
}

// arn is the name by which the distribution knows the function.
func (f soakFunction) arn() string {
	if f.lambda {
		return "arn:aws:lambda:us-east-1:111122223333:function:" + f.name + ":1"
	}
	return "arn:aws:cloudfront::111122223333:function/" + f.name
}

// write writes the configuration of one edge into a folder, and returns the
// arguments with which it is served.
func (s *soakSite) write(t *testing.T, dir string) []string {
	t.Helper()
	data, err := ingest.EncodeAPIJSON(s.lab.Distribution())
	if err != nil {
		t.Fatal(err)
	}
	var config map[string]any
	if err := json.Unmarshal(data, &config); err != nil {
		t.Fatal(err)
	}
	origins := config["Origins"].(map[string]any)
	origins["Items"] = append(origins["Items"].([]any), object{
		"Id": "app", "DomainName": "app.example.com",
		"CustomOriginConfig": object{"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "http-only", "OriginSslProtocols": list("TLSv1.2")},
	})
	origins["Quantity"] = len(origins["Items"].([]any))
	behaviors := config["CacheBehaviors"].(map[string]any)
	added := []any{object{"PathPattern": "/kept", "TargetOriginId": "app", "ViewerProtocolPolicy": "allow-all", "CachePolicyId": cachingOptimized}}
	overlay := []string{"distribution: distribution.json", "functions:"}
	lambdas := []string{"lambdas:"}
	for _, f := range soakFunctions {
		b := object{"PathPattern": "/" + f.name, "TargetOriginId": "app", "ViewerProtocolPolicy": "allow-all", "CachePolicyId": cachingDisabled}
		file := f.name + ".cjs"
		if f.lambda {
			b["LambdaFunctionAssociations"] = list(object{"EventType": "origin-request", "LambdaFunctionARN": f.arn()})
			lambdas = append(lambdas, fmt.Sprintf("  %q: {file: %s}", f.arn(), file))
		} else {
			b["FunctionAssociations"] = list(object{"EventType": "viewer-request", "FunctionARN": f.arn()})
			overlay = append(overlay, fmt.Sprintf("  %s: %s", f.name, file))
		}
		added = append(added, b)
		writeFile(t, filepath.Join(dir, file), f.code)
	}
	behaviors["Items"] = append(added, behaviors["Items"].([]any)...)
	behaviors["Quantity"] = len(behaviors["Items"].([]any))
	if data, err = json.Marshal(config); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(dir, "distribution.json"), string(data))
	overlay = append(overlay, lambdas...)
	writeFile(t, filepath.Join(dir, "edgesim.yaml"), strings.Join(overlay, "\n")+"\n")
	writeFile(t, filepath.Join(dir, "ca.pem"), string(s.lab.CAPEM()))
	args := []string{filepath.Join(dir, "edgesim.yaml"), "--origin-ca", filepath.Join(dir, "ca.pem"), "--connect", "app.example.com=" + strings.TrimPrefix(s.app.URL, "http://")}
	for name, address := range s.lab.Connect() {
		args = append(args, "--connect", name+"="+address)
	}
	return args
}

func writeFile(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
