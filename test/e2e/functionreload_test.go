package e2e_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// functionSite writes an overlay, with other files beside it, around a
// distribution whose default behavior has these associations.
func functionSite(t *testing.T, association object, files map[string]string) (config, dir string) {
	t.Helper()
	dir = t.TempDir()
	behavior := object{"TargetOriginId": "app", "ViewerProtocolPolicy": "allow-all", "CachePolicyId": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"}
	for key, value := range association {
		behavior[key] = value
	}
	data, err := json.Marshal(object{
		"CallerReference": "e2e", "Comment": "functions", "Enabled": true,
		"Origins": list(object{
			"Id": "app", "DomainName": "app.example.com",
			"CustomOriginConfig": object{"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "http-only", "OriginSslProtocols": list("TLSv1.2")},
		}),
		"DefaultCacheBehavior": behavior,
	})
	if err != nil {
		t.Fatal(err)
	}
	files["distribution.json"] = string(data)
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "edgesim.yaml"), dir
}

// TestFunctionReload: with --watch an edge loads changed code and a changed store, and
// keeps the old ones if the new code cannot be read.
func TestFunctionReload(t *testing.T) {
	t.Parallel()
	const arn = "arn:aws:cloudfront::111122223333:function/answer"
	code := func(word string) string {
		return "import cf from 'cloudfront';\nasync function handler(event) { return { statusCode: 200, body: '" + word + " ' + await cf.kvs().get('k') }; }"
	}
	config, dir := functionSite(t, object{"FunctionAssociations": list(object{"EventType": "viewer-request", "FunctionARN": arn})}, map[string]string{
		"edgesim.yaml": "distribution: distribution.json\nfunctions: {answer: answer.js}\nkey-value-stores: {answers: answers.json}\n",
		"answer.js":    code("first"), "answers.json": `{"k": "one"}`,
	})
	e := serve(t, config, "--watch")
	wants := func(body string) func() bool {
		return func() bool { return e.get(t, "/").Body == body }
	}
	if a := e.get(t, "/"); a.Body != "first one" {
		t.Fatalf("got %s %q", a, a.Body)
	}
	change := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	change("answer.js", code("second"))
	e.AwaitReady(t, "taking the changed code", wants("second one"))
	change("answers.json", `{"k": "two, and longer"}`)
	e.AwaitReady(t, "taking the changed store", wants("second two, and longer"))
	change("answers.json", `{"k": `)
	change("answer.js", code("third"))
	if a := e.get(t, "/"); a.Body != "second two, and longer" {
		t.Errorf("a store that does not read was taken: %s %q", a, a.Body)
	}
	change("answers.json", `{"k": "three"}`)
	e.AwaitReady(t, "taking both", wants("third three"))
}
