package js_test

import (
	"strings"
	"testing"
)

// TestRouterStyle: what generated routers are written with, in one function:
// functions that are called above their declaration in an async handler, promises
// raced with then, ??, ** and origins from a store (CF-FN-101, CF-KVS-18).
func TestRouterStyle(t *testing.T) {
	t.Parallel()
	code := `import cf from 'cloudfront';
async function handler(event) {
  async function find(ns, path) {
    const tails = path.endsWith('/') ? ['index.html'] : ['', '.html', '/index.html'];
    try {
      const tail = await Promise.any(tails.map(p => cf.kvs().get(ns + ':' + path + p).then(v => p)));
      return path + tail;
    } catch (e) {}
    return nearest([['far', 3, 4], ['near', 0, 1]]);
    function nearest(list) {
      return list.map((s) => ({ d: Math.sqrt(s[1] ** 2 + s[2] ** 2), n: s[0], })).sort((a, b) => a.d - b.d)[0].n;
    }
  }
  const found = await find('s', event.request.uri);
  let options;
  options = options ?? {};
  event.request.headers['x-found'] = { value: found + (options.none ?? '!') };
  return event.request;
}`
	values := storeOf(t, map[string]string{"s:/docs/index.html": "1"})
	for uri, want := range map[string]string{"/docs": "/docs/index.html!", "/docs/": "/docs/index.html!", "/none": "near!"} {
		c := funcCase{code: code, store: values, request: strings.Replace(plainRequest, `"uri":"/"`, `"uri":"`+uri+`"`, 1)}
		out, _ := c.run(t)
		if out.Fault != nil {
			t.Fatalf("%s: %s", uri, out.Fault.TestMessage())
		}
		if fields := out.Result.Request.Headers; fields[len(fields)-1].Values[0].Value != want {
			t.Errorf("%s: got %v, want %s", uri, fields, want)
		}
	}
}

// TestRefusedAtTheEdges: values one step beyond what is allowed.
func TestRefusedAtTheEdges(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]funcCase{
		"CF-FN-61 the delete character":    {code: "function handler(event) { event.request.uri = '/a\\x7f'; return event.request; }", fault: "must not have spaces", class: validation},
		"CF-FN-30 status 600":              {code: "function handler(event) { return { statusCode: 600 }; }", fault: "between 100 and 599", class: validation},
		"CF-FN-30 half a status":           {code: "function handler(event) { return { statusCode: 200.5 }; }", fault: "must be an integer", class: validation},
		"CF-FN-54 a prefix":                {code: "function handler(event) { event.request.headers['x-edge-location'] = { value: 'a' }; return event.request; }", fault: "disallowed header", class: validation},
		"CF-FN-56 CDN-Loop":                {code: "function handler(event) { event.request.headers['cdn-loop'] = { value: 'a' }; return event.request; }", fault: "read-only header", class: validation},
		"CF-FN-57 Warning of a response":   {code: "function handler(event) { event.response.headers.warning = { value: 'a' }; return event.response; }", reply: `{"statusCode":200,"headers":{},"cookies":{}}`, fault: "read-only header", class: validation},
		"CF-FN-05 the distribution's id":   {code: "function handler(event) { if (event.context.distributionId !== 'E1') { throw new Error('no'); } return event.request; }"},
		"CF-FN-121 more than ten in query": {code: "const qs = require('querystring');\nfunction handler(event) { if (Object.keys(qs.parse('a&b&c&d&e&f&g&h&i&j&k&l')).length !== 12) { throw new Error('no'); } return event.request; }"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if c.want == "" && c.fault == "" {
				c.want = `{"request":` + plainRequest + `}`
			}
			c.check(t)
		})
	}
}

// TestCustomDataIsCut: 800 bytes of URL-encoded text, and no half of an escape
// (CF-FN-92).
func TestCustomDataIsCut(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"'x'.repeat(801)":           strings.Repeat("x", 800),
		"'a b'":                     "a%20b",
		"'x'.repeat(798) + ' y'":    strings.Repeat("x", 798),
		"'x'.repeat(799) + ' y'":    strings.Repeat("x", 799),
		"'x'.repeat(797) + ' more'": strings.Repeat("x", 797) + "%20",
	} {
		c := funcCase{code: "import cf from 'cloudfront';\nfunction handler(event) { cf.logCustomData(" + text + "); return event.request; }"}
		if out, _ := c.run(t); out.Fault != nil || out.Custom != want {
			t.Errorf("%s: got %q, %v", text, out.Custom, out.Fault)
		}
	}
}
