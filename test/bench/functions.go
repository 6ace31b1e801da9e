package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/edgesim/edgesim/internal/functions/js"
	"github.com/edgesim/edgesim/policy"
)

// functionsReport is the section about edge functions: the cost of one viewer-request
// function per call, with about 1 KB of event.
type functionsReport struct {
	// Calls are microseconds per call, by what runs the function. edgesim's includes
	// everything that it costs a request: making the event, the run in a separate engine,
	// and applying the result. The others run warm in one process, from and to JSON.
	Calls []functionCall `json:"calls"`
}

type functionCall struct {
	Name         string  `json:"name"`
	Microseconds float64 `json:"microseconds"`
}

// benchFunction is the function that all of them run.
const benchFunction = `function handler(event) {
  var request = event.request;
  if (request.uri.endsWith('/')) { request.uri += 'index.html'; }
  request.headers['x-a'] = { value: 'b' };
  return request;
}
`

// functionFor is how long each subject is measured.
const functionFor = time.Second

func benchHeader() http.Header {
	return http.Header{
		"User-Agent": {"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36"},
		"Accept":     {"text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"}, "Accept-Language": {"en-US,en;q=0.9,de;q=0.8"},
		"Accept-Encoding": {"gzip, deflate, br"}, "Cookie": {"session=0123456789abcdef0123456789abcdef; theme=dark"}, "Referer": {"https://www.example.com/" + strings.Repeat("x", 300)},
	}
}

// functions measures the section.
func (b *bench) functions(ctx context.Context) (*functionsReport, error) {
	b.say("functions: edgesim, njs, node")
	program, fault := js.Compile(benchFunction, js.Runtime2)
	if fault != nil {
		return nil, fmt.Errorf("functions: %s", fault.TestMessage())
	}
	header, n := benchHeader(), 0
	started := time.Now()
	for ; time.Since(started) < functionFor; n++ {
		e := &policy.FunctionEvent{Type: policy.ViewerRequestTrigger, DistributionID: "E1", ViewerIP: "198.51.100.11", RequestID: "r=="}
		e.Request = policy.RequestView("GET", "www.example.com", "/docs/?a=1&b=2", header, nil)
		out := program.Run(e, js.Env{})
		if out.Fault != nil {
			return nil, fmt.Errorf("functions: %s", out.Fault.TestMessage())
		}
		if _, fault := policy.ApplyRequest("f", &e.Request, out.Result.Request, "/docs/?a=1&b=2", nil); fault != nil {
			return nil, fmt.Errorf("functions: %s", fault.Message)
		}
	}
	r := &functionsReport{Calls: []functionCall{{nameEdgesim, float64(time.Since(started).Microseconds()) / float64(n)}}}
	for _, engine := range []string{"njs", "node"} {
		path, ok := installed(engine)
		if !ok {
			b.say("not installed, so left out: %s", engine)
			continue
		}
		took, err := functionIn(ctx, path)
		if err != nil {
			return nil, fmt.Errorf("functions in %s: %w", engine, err)
		}
		r.Calls = append(r.Calls, functionCall{engine, took})
	}
	return r, nil
}

// functionIn measures the function in another engine, in microseconds per call.
func functionIn(ctx context.Context, engine string) (float64, error) {
	headers := map[string]any{"host": map[string]string{"value": "www.example.com"}}
	for name, values := range benchHeader() {
		headers[strings.ToLower(name)] = map[string]string{"value": values[0]}
	}
	event, err := json.Marshal(map[string]any{"version": "1.0", "request": map[string]any{"method": "GET", "uri": "/docs/", "querystring": map[string]any{}, "headers": headers, "cookies": map[string]any{}}})
	if err != nil {
		return 0, err
	}
	dir, err := os.MkdirTemp("", "edgesim-bench-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "f.js")
	code := benchFunction + "var text = " + strconv.Quote(string(event)) + ", n = 0, began = Date.now();\n" +
		"while (Date.now() - began < " + strconv.FormatInt(functionFor.Milliseconds(), 10) + ") { for (var i = 0; i < 100; i++, n++) { JSON.stringify(handler(JSON.parse(text))); } }\n" +
		"console.log((Date.now() - began) * 1000 / n);\n"
	if err := os.WriteFile(file, []byte(code), 0o600); err != nil {
		return 0, err
	}
	out, err := exec.CommandContext(ctx, engine, file).Output()
	if err != nil {
		return 0, err
	}
	return strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
}

// mostFunctionCost is the target: half of what a proxied request costs.
const mostFunctionCost = 25

func (r *functionsReport) print(p *printer) {
	if r == nil {
		return
	}
	p.line("")
	p.line("A viewer-request function with 1 KiB of event, microseconds a call:")
	for _, c := range r.Calls {
		p.line("  %-10s %8.1f", c.Name, c.Microseconds)
	}
}

// judge compares with the target.
func (r *functionsReport) judge() []target {
	if r == nil {
		return nil
	}
	took := r.Calls[0].Microseconds
	return []target{{"viewer-request function", fmt.Sprintf("at most %d us", mostFunctionCost), fmt.Sprintf("%.1f us", took), took <= mostFunctionCost}}
}
