package js_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/edgesim/edgesim/internal/functions/js"
	"github.com/edgesim/edgesim/policy"
)

// event is a plain viewer request.
func event() *policy.FunctionEvent {
	e := &policy.FunctionEvent{Type: policy.ViewerRequestTrigger, ViewerIP: "198.51.100.11"}
	e.Request = policy.RequestView("GET", "www.example.com", "/a?b=1&__proto__=2&constructor=3", nil, nil)
	return e
}

// soon is when a run has to have ended: the limit, and what a busy machine takes.
const soon = js.TimeLimit + 20*time.Second

// TestHostileCode: no matter what code does, its run ends soon, with an execution error if
// it cannot continue (CF-FN-72, CF-FN-73, CF-FN-80, CF-FN-128).
func TestHostileCode(t *testing.T) {
	t.Parallel()
	for name, code := range map[string]string{
		"an endless loop":               `for (;;) {}`,
		"an endless loop that catches":  `for (;;) { try { for (;;) {} } catch (e) {} finally { continue; } }`,
		"endless recursion":             `const f = () => f(); f();`,
		"recursion through a built-in":  `const f = () => [1].forEach(f); f();`,
		"recursion through a getter":    `const o = { get a() { return this.a; } }; o.a;`,
		"recursion through toString":    `const o = { toString() { return '' + o; } }; '' + o;`,
		"a string that doubles":         `let s = 'x'; for (;;) { s += s; }`,
		"an array that grows":           `const a = []; for (;;) { a.push(['x'.repeat(100)]); }`,
		"objects that grow":             `let o = {}; for (;;) { o = { o, p: { q: 1 } }; }`,
		"repeat":                        `'x'.repeat(1e9);`,
		"repeat of repeat":              `'x'.repeat(1e6).repeat(1e6);`,
		"padStart":                      `'x'.padStart(2e9);`,
		"a long array that is filled":   `new Array(4e9).fill(0);`,
		"a long array that is joined":   `Array(4294967295).join('x');`,
		"a long object that is walked":  `Array.prototype.indexOf.call({ length: 9007199254740991 }, 1);`,
		"a long array by its length":    `const a = []; a.length = 4294967295; a.reverse();`,
		"many joined strings":           `const s = 'x'.repeat(1e6); new Array(100000).fill(s).join('');`,
		"replace":                       `'x'.repeat(1e6).replace(/x/g, 'y'.repeat(1e6));`,
		"a buffer":                      `Buffer.alloc(2e9);`,
		"an array buffer":               `new ArrayBuffer(2e9);`,
		"a typed array":                 `new Uint8Array(2e9);`,
		"a deep array":                  `let a = []; for (;;) { a = [a]; }`,
		"deep JSON":                     `JSON.parse('['.repeat(1e6));`,
		"a regular expression explodes": `/^(a+)+$/.test('a'.repeat(40) + '!'); /^(?:(a+)\1?)+$/.test('a'.repeat(60) + '!'); for (;;) {}`,
		"microtasks without end":        `const spin = async () => { for (;;) { await 0; } }; spin();`,
		"promises without end":          `const again = () => Promise.resolve().then(again); again();`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			program, fault := js.Compile("function handler(event) { "+code+" return event.request; }", js.Runtime2)
			if fault != nil {
				t.Fatal(fault.TestMessage())
			}
			began := time.Now()
			out := program.Run(event(), js.Env{})
			if took := time.Since(began); took > soon {
				t.Errorf("took %s", took)
			}
			if out.Fault == nil || out.Fault.Kind != policy.FaultExecution || out.Result != nil {
				t.Errorf("gave %+v, %v", out.Fault, out.Result)
			}
		})
	}
}

// TestHostileResults: hostile results, which the reader refuses or accepts as they are.
func TestHostileResults(t *testing.T) {
	t.Parallel()
	for name, code := range map[string]string{
		"never resolves":              `return new Promise(() => {});`,
		"a getter that throws":        `return { get statusCode() { throw new Error('x'); } };`,
		"a getter without end":        `return { statusCode: 200, get headers() { for (;;) {} } };`,
		"a circle":                    `event.request.headers = event; event.self = event; return event.request;`,
		"a number":                    `return 7;`,
		"a function":                  `return handler;`,
		"headers as an array":         `event.request.headers = [1]; return event.request;`,
		"headers with no value":       `event.request.headers['x-a'] = null; return event.request;`,
		"many headers":                `const h = {}; for (let i = 0; i < 5000; i++) { h['x' + i] = { value: 'v' }; } event.request.headers = h; return event.request;`,
		"a line break":                `return { statusCode: 200, headers: { a: { value: 'x\r\nset-cookie: y' } } };`,
		"a status out of range":       `return { statusCode: 1e9 };`,
		"a status that is not an int": `return { statusCode: 200.5 };`,
		"throws null":                 `throw null;`,
		"throws what throws":          `throw { toString() { throw 1; } };`,
		"throws a long text":          `throw new Error('x'.repeat(100000));`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			program, fault := js.Compile("function handler(event) { "+code+" }", js.Runtime2)
			if fault != nil {
				t.Fatal(fault.TestMessage())
			}
			out := program.Run(event(), js.Env{})
			fault = out.Fault
			if fault == nil && out.Result.Response != nil {
				_, fault = policy.GeneratedResponse(out.Result.Response)
			}
			if fault == nil || len(fault.TestMessage()) > 3000 {
				t.Errorf("gave %+v", fault)
			}
		})
	}
}

// TestNoWayOut: there is no file, environment, network, timer or module but
// those of the runtime (CF-FN-122, CF-FN-125, CF-FN-128).
func TestNoWayOut(t *testing.T) {
	t.Parallel()
	program, fault := js.Compile(`function handler(event) {
  const found = ['process', 'fs', 'fetch', 'XMLHttpRequest', 'setTimeout', 'setImmediate', 'clearTimeout', 'WebAssembly', 'Deno', 'module', 'exports', '__dirname'].filter((n) => typeof globalThis[n] !== 'undefined');
  ['fs', 'os', 'net', 'http', 'child_process', './x', '/etc/passwd', 'cloudfront'].forEach((n) => { try { require(n); found.push('module ' + n); } catch (e) {} });
  event.request.uri = '/' + found.join(',');
  return event.request;
}`, js.Runtime2)
	if fault != nil {
		t.Fatal(fault.TestMessage())
	}
	if out := program.Run(event(), js.Env{}); out.Fault != nil || out.Result.Request.URI != "/" {
		t.Errorf("found %+v, %v", out.Result, out.Fault)
	}
}

// TestRunsAreClean: nothing that a run does to globals, prototypes or its own
// variables reaches another one, and names such as __proto__ that a viewer sends
// are names like any other (CF-FN-132).
func TestRunsAreClean(t *testing.T) {
	t.Parallel()
	program, fault := js.Compile(`let runs = 0;
function handler(event) {
  runs++;
  const q = event.request.querystring;
  const before = [runs, typeof Array.prototype.extra, typeof polluted, ({}).evil, Object.keys(q).join(' '), q.__proto__.value].join();
  Array.prototype.extra = 1; globalThis.polluted = 1; Object.prototype.evil = 1; String.prototype.indexOf = null; JSON.parse = null;
  event.request.uri = '/' + before;
  return event.request;
}`, js.Runtime2)
	if fault != nil {
		t.Fatal(fault.TestMessage())
	}
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			out := program.Run(event(), js.Env{})
			if want := "/1,undefined,undefined,,b __proto__ constructor,2"; out.Fault != nil || out.Result.Request.URI != want {
				t.Errorf("got %+v %v, want %s", out.Result, out.Fault, want)
			}
		})
	}
	wait.Wait()
}

// TestLogIsBounded: a megabyte of console.log is cut (CF-FN-90), and the console
// has log alone, with one argument (CF-FN-91).
func TestLogIsBounded(t *testing.T) {
	t.Parallel()
	program, fault := js.Compile(`function handler(event) {
  console.log('a', 'b');
  console.log({ c: [1, 'd'] });
  for (let i = 0; i < 100; i++) { console.log('x'.repeat(10000)); }
  event.request.uri = '/' + typeof console.error + typeof console.info;
  return event.request;
}`, js.Runtime2)
	if fault != nil {
		t.Fatal(fault.TestMessage())
	}
	out := program.Run(event(), js.Env{})
	if out.Fault != nil || out.Result.Request.URI != "/undefinedundefined" {
		t.Fatalf("%+v %v", out.Result, out.Fault)
	}
	total := 0
	for _, line := range out.Log {
		total += len(line)
	}
	if out.Log[0] != "a" || out.Log[1] != `{"c":[1,"d"]}` || total > policy.MaxFunctionLog {
		t.Errorf("log of %d bytes: %.40q", total, out.Log[:2])
	}
}

// TestCodeLimit: CF-FN-71.
func TestCodeLimit(t *testing.T) {
	t.Parallel()
	code := "function handler(event) { return event.request; }\n//"
	if _, fault := js.Compile(code+strings.Repeat("x", policy.MaxFunctionCode-len(code)), js.Runtime2); fault != nil {
		t.Errorf("10 KB were refused: %s", fault.Message)
	}
	if _, fault := js.Compile(code+strings.Repeat("x", policy.MaxFunctionCode-len(code)+1), js.Runtime2); fault == nil || fault.Rule != "CF-FN-71" {
		t.Errorf("more than 10 KB passed: %v", fault)
	}
	if _, fault := js.Compile(strings.Repeat("[", 9000), js.Runtime2); fault == nil {
		t.Error("deeply nested code passed")
	}
}

func FuzzCompile(f *testing.F) {
	for _, code := range []string{
		"function handler(event) { return event.request; }", "import cf from 'cloudfront'\nasync function handler(e) { await 1 }",
		"const {a} = b", "a?.b", "export default 1", "`${`", "/(?<=a)b/", "import\ncf\nfrom\n\"crypto\"", "class A {}", "\\u0061",
	} {
		f.Add(code)
	}
	f.Fuzz(func(t *testing.T, code string) {
		for _, runtime := range []js.Runtime{js.Runtime1, js.Runtime2} {
			program, fault := js.Compile(code, runtime)
			switch {
			case fault != nil && (fault.Message == "" || fault.Line < 0 || fault.Column < 0):
				t.Fatalf("a fault without a message or place: %+v", fault)
			case fault == nil && len(code) < 200:
				program.Run(event(), js.Env{})
			}
		}
	})
}

func FuzzEvent(f *testing.F) {
	f.Add([]byte(`{"context":{"eventType":"viewer-response"},"request":` + plainRequest + `,"response":{"statusCode":200,"headers":{"a":{"value":"1","multiValue":[{"value":"1"}]}}}}`))
	f.Add([]byte(`{"request":{"method":"GET","uri":"/","querystring":"a=1","headers":{"host":{"value":1}}}}`))
	f.Add([]byte(`[[[[`))
	f.Add([]byte(`{"request":{},"response":{}}`))
	program, fault := js.Compile(`function handler(event) { return event.response || event.request; }`, js.Runtime2)
	if fault != nil {
		f.Fatal(fault.TestMessage())
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		e, err := js.ReadEvent(text, "")
		if err != nil {
			return
		}
		program.Test(string(text), e, js.Env{})
	})
}

func FuzzResult(f *testing.F) {
	f.Add("{ statusCode: 200, headers: { a: { value: 'b', multiValue: [{ value: 'c' }] } }, cookies: { a: { value: 'b', attributes: 'c' } }, body: { encoding: 'text', data: '' } }")
	f.Add("event.request")
	f.Add("[1, [2, {}], null]")
	f.Fuzz(func(t *testing.T, value string) {
		program, fault := js.Compile("function handler(event) { return "+value+"; }", js.Runtime2)
		if fault != nil || len(value) > 300 {
			return
		}
		out := program.Run(event(), js.Env{})
		if out.Fault != nil {
			return
		}
		if r := out.Result.Response; r != nil {
			_, _ = policy.GeneratedResponse(r)
			return
		}
		e := event()
		_, _ = policy.ApplyRequest("f", &e.Request, out.Result.Request, "/a", nil)
	})
}
