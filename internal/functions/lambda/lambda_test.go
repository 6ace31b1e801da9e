package lambda_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/edgesim/edgesim/internal/functions/lambda"
	"github.com/edgesim/edgesim/internal/peers"
)

// handler makes a function of code in a file of this name.
func handler(t *testing.T, name, code string, change ...func(*lambda.Config)) *lambda.Function {
	t.Helper()
	program := "node"
	if strings.HasSuffix(name, ".py") {
		program = "python3"
	}
	peers.Need(t, program)
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(code), 0o600); err != nil {
		t.Fatal(err)
	}
	config := lambda.Config{File: file}
	for _, f := range change {
		f(&config)
	}
	f, err := lambda.New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	return f
}

// TestHandlers: the styles of handlers in Node and Python, all of them real
// processes (CF-LAE-06, CF-LAE-75): what they return, what they print, and that
// nothing of our environment reaches them.
func TestHandlers(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, file, code, want, log string }{
		{"module", "a.mjs", `export const handler = async (event) => ({ got: event.n });`, `{"got":1}`, ""},
		{"CommonJS", "a.cjs", `exports.handler = async (event) => ({ got: event.n });`, `{"got":1}`, ""},
		{"callback", "a.cjs", `exports.handler = (event, context, callback) => { console.log("one"); console.error("two"); callback(null, event); };`, `{"n":1}`, "one two"},
		{"not async", "a.mjs", `export function handler(event, context) { context.succeed(context.functionName); }`, `"a"`, ""},
		{"nothing", "a.mjs", `export const handler = async () => {};`, `null`, ""},
		{"environment", "a.mjs", `export const handler = async () => Object.keys(process.env).filter((k) => ["HOME", "USER", "CI", "GOPATH"].includes(k));`, `[]`, ""},
		{"standard output is not an answer", "a.mjs", `export const handler = async () => { process.stdout.write('{"result":"no"}'); return "yes"; };`, `"yes"`, `{"result":"no"}`},
		{"Python", "a.py", "def lambda_handler(event, context):\n    print('one')\n    return {'got': event['n']}\n", `{"got": 1}`, "one"},
		{"Python environment", "a.py", "import os\ndef lambda_handler(event, context):\n    return [k for k in ('HOME', 'USER', 'CI', 'GOPATH') if k in os.environ]\n", `[]`, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			f := handler(t, row.file, row.code)
			for range 2 { // cold and warm
				r, err := f.Invoke(t.Context(), []byte(`{"n":1}`))
				if err != nil || string(r.Answer) != row.want || strings.Join(r.Log, " ") != row.log {
					t.Fatalf("gave %s, %q, %v; want %s, %q", r.Answer, r.Log, err, row.want, row.log)
				}
			}
		})
	}
}

// TestFailingHandlers: no matter how a handler fails, the run ends with an error that says
// so, and the next run succeeds (CF-LAE-61, CF-LAE-62). The time limit is 30 s by default
// (CF-LAE-68).
func TestFailingHandlers(t *testing.T) {
	t.Parallel()
	if lambda.TimeLimit != 30*time.Second {
		t.Errorf("a run has %s", lambda.TimeLimit)
	}
	good := "if (event.ok) return 'fine';"
	for _, row := range []struct{ name, file, code, want string }{
		{"throws", "a.mjs", `export const handler = async (event) => { ` + good + ` throw new TypeError("broken"); };`, "TypeError: broken"},
		{"rejects with text", "a.cjs", `exports.handler = (event, c, done) => { if (event.ok) return done(null, "fine"); done("broken"); };`, "broken"},
		{"exits", "a.mjs", `export const handler = async (event) => { ` + good + ` process.exit(3); };`, "Runtime.ExitError"},
		{"never answers", "a.mjs", `export const handler = (event) => { if (event.ok) return Promise.resolve("fine"); return new Promise(() => {}); };`, "Sandbox.Timedout"},
		{"never returns", "a.mjs", `export const handler = async (event) => { ` + good + ` for (;;) {} };`, "Sandbox.Timedout"},
		{"throws later", "a.mjs", `export const handler = (event) => { if (event.ok) return Promise.resolve("fine"); setTimeout(() => { throw new Error("late"); }, 1); return new Promise(() => {}); };`, "late"},
		{"answers garbage on the pipe", "a.mjs", `import fs from "node:fs"; export const handler = async (event) => { ` + good + ` fs.writeSync(4, "garbage\n"); return 1; };`, "Runtime.InvalidAnswer"},
		{"Python raises", "a.py", "def lambda_handler(event, context):\n    if event.get('ok'): return 'fine'\n    raise ValueError('broken')\n", "ValueError: broken"},
		{"Python exits", "a.py", "import os\ndef lambda_handler(event, context):\n    if event.get('ok'): return 'fine'\n    os._exit(3)\n", "Runtime.ExitError"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			f := handler(t, row.file, row.code, func(c *lambda.Config) { c.Timeout = 10 * time.Second })
			if strings.Contains(row.want, "Timedout") {
				f = handler(t, row.file, row.code, func(c *lambda.Config) { c.Timeout = 1500 * time.Millisecond })
			}
			_, err := f.Invoke(t.Context(), []byte(`{}`))
			var e *lambda.Error
			if !errors.As(err, &e) || !strings.Contains(err.Error(), row.want) {
				t.Fatalf("got %v, want %q", err, row.want)
			}
			if r, err := f.Invoke(t.Context(), []byte(`{"ok":true}`)); err != nil || string(r.Answer) != `"fine"` {
				t.Errorf("afterwards: %s, %v", r.Answer, err)
			}
		})
	}
}

// TestMissingHandler: code that has no handler, does not load, or is not there.
func TestMissingHandler(t *testing.T) {
	t.Parallel()
	for name, code := range map[string]string{"none": `export const other = 1;`, "does not load": `import "./not-there.mjs"; export const handler = 1;`} {
		f := handler(t, "a.mjs", code)
		if _, err := f.Invoke(t.Context(), []byte(`{}`)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := lambda.New(lambda.Config{File: filepath.Join(t.TempDir(), "no.mjs")}); err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("a file that is not there: %v", err)
	}
}

// TestMany: runs at once each have a process of their own, and wait when there
// are many.
func TestMany(t *testing.T) {
	t.Parallel()
	f := handler(t, "a.mjs", `let n = 0; export const handler = async (event) => { if (n++) throw new Error("two at once"); await new Promise((r) => setTimeout(r, 5)); n--; return event.i; };`)
	var wait sync.WaitGroup
	for i := range 20 {
		wait.Go(func() {
			r, err := f.Invoke(t.Context(), fmt.Appendf(nil, `{"i":%d}`, i))
			if err != nil || string(r.Answer) != fmt.Sprint(i) {
				t.Errorf("run %d gave %s, %v", i, r.Answer, err)
			}
		})
	}
	wait.Wait()
}

// TestViewerLeaves: a run ends with its context, and its process with it.
func TestViewerLeaves(t *testing.T) {
	t.Parallel()
	f := handler(t, "a.mjs", `export const handler = () => new Promise(() => {});`)
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	if _, err := f.Invoke(ctx, []byte(`{}`)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// TestInvokeAPI: a function at an endpoint, with the errors of the service
// (CF-LAE-61, CF-LAE-64).
func TestInvokeAPI(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/2015-03-31/functions/good/invocations":
			fmt.Fprint(w, `{"ok":true}`)
		case "/2015-03-31/functions/bad/invocations":
			w.Header().Set("X-Amz-Function-Error", "Unhandled")
			fmt.Fprint(w, `{"errorType":"TypeError","errorMessage":"broken"}`)
		case "/2015-03-31/functions/busy/invocations":
			w.WriteHeader(http.StatusTooManyRequests)
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	t.Cleanup(server.Close)
	for name, want := range map[string]string{"good": "", "bad": "TypeError: broken", "busy": "TooManyRequestsException", "gone": "404 Not Found"} {
		f, err := lambda.New(lambda.Config{Endpoint: server.URL, Name: name})
		if err != nil {
			t.Fatal(err)
		}
		r, err := f.Invoke(t.Context(), []byte(`{}`))
		switch {
		case want == "" && (err != nil || string(r.Answer) != `{"ok":true}`):
			t.Errorf("%s: %s, %v", name, r.Answer, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%s: got %v, want %q", name, err, want)
		}
	}
	if _, err := lambda.New(lambda.Config{Endpoint: "127.0.0.1:3001"}); err == nil {
		t.Error("an endpoint without a scheme passed")
	}
}
