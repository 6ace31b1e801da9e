package js_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/edgesim/edgesim/internal/functions/js"
	"github.com/edgesim/edgesim/internal/peers"
)

// refused are pieces of code that runtime 2.0 refuses, with njs's words where
// they are known (CF-FN-84, CF-FN-103 to CF-FN-105, CF-FN-106, CF-FN-107,
// CF-FN-110, CF-FN-111, CF-FN-133).
var refused = map[string]string{
	"for (const n of [1]) {}":                        `SyntaxError: Token "of" not supported in this version in 1`,
	"let n; for (n of [1]) {}":                       `SyntaxError: Token "of" not supported in this version in 1`,
	"let {a} = {a:1};":                               `SyntaxError: Token "a" not supported in this version in 1`,
	"let [a] = [1];":                                 `SyntaxError: Token "a" not supported in this version in 1`,
	"function f([a]) {}":                             `SyntaxError: Token "[" not supported in this version in 1`,
	"function f(a, {b}) {}":                          `SyntaxError: Token "{" not supported in this version in 1`,
	"const f = ([a]) => a":                           `SyntaxError: Unexpected token "=>" in 1`,
	"const f = (a=1) => a":                           `SyntaxError: Unexpected token "=>" in 1`,
	"function f(a=1) {}":                             `SyntaxError: Unexpected token "=" in 1`,
	"let a; [a] = [1]":                               `ReferenceError: Invalid left-hand side in assignment in 1`,
	"Math.max(...[1])":                               `SyntaxError: Unexpected token "..." in 1`,
	"[...[1]]":                                       `SyntaxError: Unexpected token "..." in 1`,
	"({...{}})":                                      `SyntaxError: Token "..." not supported in this version in 1`,
	"var a={}; a?.b":                                 "",
	"var a={}; a?.[1]":                               "",
	"var a; a ||= 1":                                 `SyntaxError: Unexpected token "=" in 1`,
	"var a; a ??= 1":                                 `SyntaxError: Unexpected token "=" in 1`,
	"class A {}":                                     `SyntaxError: Token "class" not supported in this version in 1`,
	"var A = class {}":                               `SyntaxError: Token "class" not supported in this version in 1`,
	"function* g() {}":                               `SyntaxError: Unexpected token "*" in 1`,
	"async function f(){ g(await 1) }":               `SyntaxError: await in arguments not supported in 1`,
	"async function f(){ x(1, (await 1)) }":          `SyntaxError: await in arguments not supported in 1`,
	"async function f(){ new G(await 1) }":           `SyntaxError: await in arguments not supported in 1`,
	"async function f(){ Promise.all([await a]) }":   `SyntaxError: await in arguments not supported in 1`,
	"async function f(x){ return `a${g(await x)}` }": `SyntaxError: await in arguments not supported in 1`,
	"function f(){ await g() }":                      `SyntaxError: await is only valid in async functions in 1`,
	"async function f(){ a(() => { await 1 }) }":     `SyntaxError: await is only valid in async functions in 1`,
	"try {} catch {}":                                `SyntaxError: Token "{" not supported in this version in 1`,
	"try {} catch ({a}) {}":                          `SyntaxError: Token "{" not supported in this version in 1`,
	"import {a} from 'cloudfront'":                   `SyntaxError: Non-default import is not supported in 1`,
	"import * as a from 'cloudfront'":                `SyntaxError: Non-default import is not supported in 1`,
	"var a = import('fs')":                           `SyntaxError: Token "import" not supported in this version in 1`,
	"function f(){ import cf from 'cloudfront' }":    `SyntaxError: Illegal import statement in 1`,
	"export default {}":                              `SyntaxError: Illegal export statement in 1`,
	"function handler() {}\nexport { handler }":      `SyntaxError: Illegal export statement in 2`,
	"var a = 1n":                                     "",
	"function f(){ new.target }":                     `SyntaxError: Unexpected token "." in 1`,
	"var o = {*a(){}}":                               "",
	"with (a) {}":                                    `SyntaxError: Token "(" not supported in this version in 1`,
	"var a = 017":                                    "",
	"function f(a, a) {}":                            `SyntaxError: Duplicate parameter names in 1`,
	"let a; let a":                                   `SyntaxError: "a" has already been declared in 1`,
	"if (1) function f(){}":                          `SyntaxError: Functions can only be declared at top level or inside a block in 1`,
	"return 1":                                       `SyntaxError: Illegal return statement in 1`,
	"var a = /a/u":                                   `SyntaxError: Invalid RegExp flags "u" in 1`,
	"var a = /a/s":                                   `SyntaxError: Invalid RegExp flags "s" in 1`,
	"var a = ;":                                      `SyntaxError: Unexpected token ";" in 1`,
	"a b":                                            `SyntaxError: Unexpected token "b" in 1`,
	"f(":                                             `SyntaxError: Unexpected end of input in 1`,
	"}":                                              `SyntaxError: Unexpected token "}" in 1`,
	"-1 ** 2":                                        "",
	"async function f(){ for await (const a of b){} }": "",
}

// accepted are pieces of code that it takes.
var accepted = []string{
	"for (const n in {}) {}", "function f(...r) { return r }", "(...r) => r", "var a = null ?? 1", "async function f(){ await 1 }",
	"async function f(){ return [await 1] }", "async function f(){ return {a: await 1} }", "async function f(){ return `${await 1}` }",
	"async function f(){ [1].forEach(async (x) => { await x }) }", "try {} catch (e) {}", "try {} finally {}", "var a = 1; var o = {a}",
	"var o = {a(){}}", "var o = {async a(){}}", "var a = 'k'; var o = {[a]: 1}", "var o = {get a(){return 1}, set a(v){}}", "label: for (;;) { break label }",
	"switch (1) { case 1: let a = 1; default: }", "var a = 1_000", "var a = 0b11", "`a${`n`}b`", "var a = 2 ** 3", "(-1) ** 2", "var await = 1",
	"var async = 1", "{ function f(){} }", "async a => a", "var f = async function g() {}", "var a = /(?<n>a)/", "var a = /(?<=a)b/", "var a = /a/y",
	"function f(a,) {}", "var o = {if: 1}; o.if", "async function f(){ (await a)(1) }", "async function f(x){ return x ? await a : await b }",
	"async function f(){ await a(b)(c) }", "async function f(){ a(async () => await b) }", "var a = {a:1,}", "do ; while (0) var a",
}

// TestRefusedSyntax: syntax that the runtime refuses, with line and message.
func TestRefusedSyntax(t *testing.T) {
	t.Parallel()
	for code, want := range refused {
		_, fault := js.Compile(code, js.Runtime2)
		if fault == nil || want != "" && fault.Located() != want || fault.Line == 0 || fault.Column == 0 {
			t.Errorf("%s: got %+v, want %q", code, fault, want)
		}
	}
	for _, code := range accepted {
		if _, fault := js.Compile(code, js.Runtime2); fault != nil {
			t.Errorf("%s was refused: %s", code, fault.Located())
		}
	}
	if _, fault := js.Compile("function handler(e) {\n\n  return e?.request;\n}", js.Runtime2); fault == nil || fault.Line != 3 || fault.Column != 11 || fault.Rule != "CF-FN-108" {
		t.Errorf("CF-FN-108: got %+v", fault)
	}
}

// TestRuntime1 refuses besides what runtime 2.0 added (CF-FN-100 to CF-FN-102,
// CF-KVS-13, CF-MOD-01).
func TestRuntime1(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]string{
		"let a = 1": `Token "let" not supported in this version in 1`, "for (const a in {}) {}": `Token "const" not supported in this version in 1`,
		"async function f() {}": `Unexpected token "function" in 1`, "var f = async (a) => a": "", "var a = 1_000": `Unexpected token "_000" in 1`,
		"import cf from 'cloudfront'": `Cannot find module "cloudfront" in 1`,
	} {
		if _, fault := js.Compile(code, js.Runtime1); fault == nil || !strings.Contains(fault.Located(), want) {
			t.Errorf("%s: got %v, want %s", code, fault, want)
		}
		if _, fault := js.Compile(code, js.Runtime2); fault != nil {
			t.Errorf("%s in 2.0: %s", code, fault.Located())
		}
	}
	c := funcCase{runtime: js.Runtime1, code: "function handler(event) { var f = (a, ...r) => `${a}${r.length}${2 ** 3}`; event.request.uri = '/' + f(1, 2) + '-' + typeof Buffer + '-' + String.bytesFrom('6162', 'hex') + '-' + 'é'.toUTF8().length + '-' + typeof ''.replaceAll; return event.request; }"}
	if out, _ := c.run(t); out.Fault != nil || out.Result.Request.URI != "/118-undefined-ab-2-undefined" { // CF-FN-116, CF-FN-117
		t.Errorf("got %+v %v", out.Result, out.Fault)
	}
}

// TestBesideNjs: the real relative of CloudFront's engine refuses and accepts the
// same, in the same words (CF-FN-111).
func TestBesideNjs(t *testing.T) {
	t.Parallel()
	peers.Need(t, "njs")
	for code, want := range refused {
		if said := njs(t, code); !strings.Contains(said, "Error") {
			t.Errorf("njs takes %s: %s", code, said)
		} else if ours := strings.TrimSuffix(want, " in 2"); want != "" && !strings.Contains(said, strings.TrimSuffix(ours, " in 1")) && !strings.Contains(code, "cloudfront") {
			t.Errorf("%s: njs says %s, want %s", code, said, want)
		}
	}
	for _, code := range accepted {
		if said := njs(t, code); strings.Contains(said, "SyntaxError") {
			t.Errorf("njs refuses %s: %s", code, said)
		}
	}
}

func njs(t *testing.T, code string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "f.js")
	if err := os.WriteFile(file, []byte(code), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	said, _ := exec.CommandContext(ctx, "njs", file).CombinedOutput()
	return string(said)
}

// TestLanguage runs expressions of runtime 2.0 (CF-FN-112, CF-FN-114, CF-FN-115 to
// CF-FN-121, CF-FN-129, CF-FN-130): what exists, and what is missing.
func TestLanguage(t *testing.T) {
	t.Parallel()
	for expression, want := range map[string]string{
		"typeof Map + typeof Set + typeof Proxy + typeof Reflect + typeof BigInt + typeof Intl + typeof URLSearchParams + typeof structuredClone":                                        strings.Repeat("undefined", 8),
		"typeof [].flat + typeof [].at + typeof ''.at + typeof ''.matchAll + typeof ''.normalize + typeof Object.fromEntries + typeof [].toSorted":                                       strings.Repeat("undefined", 7),
		"typeof Array.from + typeof global + typeof ''.replaceAll + typeof Promise.any + typeof Symbol.for":                                                                              "functionobjectfunctionfunctionfunction", // CF-FN-113
		"'a-b-c'.replaceAll('-', '+') + 'abc'.padStart(5, '.') + 'x'.codePointAt(0) + 'a'.charCodeAt(0)":                                                                                 "a+b+c..abc12097",
		"[3, 1, 2].sort().join() + [1, 2, 3].includes(2) + Object.entries({ a: 1 }).join()":                                                                                              "1,2,3truea,1",
		"/(?<y>\\d+)/.exec('ab12').groups.y + 'aXbX'.replace(/x/gi, '-')":                                                                                                                "12a-b-",
		"Buffer.from('héllo').toString('base64') + Buffer.from('aGk', 'base64').toString() + Buffer.from('6869', 'hex').length":                                                          "aMOpbGxvhi2", // CF-FN-117
		"Buffer.concat([Buffer.from('a'), Buffer.from('b')]).equals(Buffer.from('ab')) + '' + Buffer.alloc(3).fill('ab').toString() + Buffer.byteLength('é')":                            "trueaba2",
		"Buffer.from([1, 2, 3, 4]).readUInt32BE(0) + ' ' + Buffer.from([1, 2, 3, 4]).readUInt16LE(1) + ' ' + Buffer.from('hello').indexOf('l') + ' ' + Buffer.isBuffer(Buffer.from(''))": "16909060 770 2 true",
		"JSON.stringify(Buffer.from('a').toJSON()) + Buffer.from('abc').subarray(1).toString() + Buffer.compare(Buffer.from('a'), Buffer.from('b'))":                                     `{"type":"Buffer","data":[97]}bc-1`,
		"btoa('hi') + atob('aGk=') + new TextDecoder().decode(new TextEncoder().encode('é'))":                                                                                            "aGk=hié", // CF-FN-118
		"require('crypto').createHash('md5').update('a').digest('hex') + require('crypto').createHash('sha1').update('a').digest('base64')":                                              "0cc175b9c0f1b6a831c399e269772661hvfkN/qlp/zhXR3cuerq6jd2Z7g=",
		"JSON.stringify(require('querystring').parse('a=1&b=%41&a=2&c')) + require('querystring').stringify({ x: ['1', 'ä'], y: true })":                                                 `{"a":["1","2"],"b":"A","c":""}x=1&x=%C3%A4&y=true`, // CF-FN-121
		"require('querystring').escape('a b&') + require('querystring').unescape('%41+%zz') + Object.keys(require('querystring').decode('a&b&c', '&', '=', { maxKeys: 2 })).length":      "a%20b%26A %zz2",
		"(() => { try { require('crypto').createHash('sha512') } catch (e) { return e.name } })() + (() => { try { null.x } catch (e) { return e instanceof TypeError } })()":            "TypeErrortrue",
		"(() => { try { decodeURIComponent('%') } catch (e) { return e.name } })() + typeof EvalError + typeof RangeError + typeof URIError":                                             "URIErrorfunctionfunctionfunction", // CF-FN-129
		"typeof Math.random() + (Math.random() === Math.random())":                                                                                                                       "numberfalse",                      // CF-FN-127
	} {
		c := funcCase{code: "function handler(event) { event.request.headers['x-v'] = { value: String(" + expression + ") }; return event.request; }"}
		out, _ := c.run(t)
		if out.Fault != nil {
			t.Errorf("%s: %s", expression, out.Fault.TestMessage())
			continue
		}
		if got := out.Result.Request.Headers[1].Values[0].Value; got != want {
			t.Errorf("%s\ngave %s\nwant %s", expression, got, want)
		}
	}
}
