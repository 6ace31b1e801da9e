package js

import (
	"strings"

	"github.com/dop251/goja"
)

// lacking are the globals and methods, by path, that goja has but the runtimes lack
// (CF-FN-112). They are those missing in njs 0.7.9, except the few that CloudFront is known
// to have anyway (CF-FN-113, CF-FN-115).
var lacking = strings.Fields(`
	Map Set WeakMap WeakSet WeakRef FinalizationRegistry Proxy Reflect BigInt BigInt64Array BigUint64Array SharedArrayBuffer Atomics
	escape unescape
	Object.prototype.toLocaleString Object.fromEntries Object.hasOwn Object.groupBy
	Array.prototype.at Array.prototype.findLast Array.prototype.findLastIndex Array.prototype.flat Array.prototype.flatMap
	Array.prototype.toLocaleString Array.prototype.with Array.prototype.toReversed Array.prototype.toSorted Array.prototype.toSpliced
	String.prototype.at String.prototype.localeCompare String.prototype.matchAll String.prototype.normalize
	String.prototype.toLocaleLowerCase String.prototype.toLocaleUpperCase String.prototype.trimRight String.prototype.trimLeft String.raw
	String.prototype.isWellFormed String.prototype.toWellFormed
	Number.prototype.toLocaleString RegExp.prototype.compile RegExp.prototype.dotAll RegExp.prototype.unicode RegExp.escape Error.isError
	DataView.prototype.getBigInt64 DataView.prototype.getBigUint64 DataView.prototype.setBigInt64 DataView.prototype.setBigUint64
	Uint8Array.prototype.setFromBase64 Uint8Array.prototype.setFromHex Uint8Array.prototype.toBase64 Uint8Array.prototype.toHex
	Uint8Array.fromBase64 Uint8Array.fromHex JSON.rawJSON JSON.isRawJSON Promise.withResolvers Promise.try Array.fromAsync
`)

// lackingIn1 are those that runtime 2.0 added (CF-FN-101, CF-FN-117, CF-FN-118).
var lackingIn1 = strings.Fields(`
	String.prototype.replaceAll Array.from DataView Symbol.for Symbol.keyFor
	Promise.all Promise.allSettled Promise.any Promise.race AggregateError
	RegExp.prototype.sticky RegExp.prototype.flags
`)

// preparations are what an engine needs for a program: those globals, guards and removals
// whose names the program mentions.
func preparations(p *Program) []func(*engine) {
	var list []func(*engine)
	add := func(f func(*engine), names ...string) {
		if p.mentions(names...) {
			list = append(list, f)
		}
	}
	removed := lacking
	if p.runtime == Runtime1 {
		removed = append(removed[:len(removed):len(removed)], lackingIn1...)
	}
	for _, path := range removed {
		parts := strings.Split(path, ".")
		add(func(e *engine) { e.remove(parts) }, parts[len(parts)-1])
	}
	add((*engine).forbidCode, "eval", "Function", "constructor")
	add((*engine).addConsole, "console")
	add((*engine).addGlobal, "global")
	add((*engine).addRequire, "require", "import")
	if p.runtime == Runtime1 {
		add((*engine).addByteStrings, "bytesFrom", "fromBytes", "fromUTF8", "toBytes", "toUTF8")
	} else {
		add((*engine).addBuffer, "Buffer")
		add((*engine).addText, "TextEncoder", "TextDecoder")
		add((*engine).addBase64, "atob", "btoa")
	}
	for _, g := range guards {
		add(func(e *engine) { e.guard(g) }, g.name)
	}
	add((*engine).guardConstructors, "ArrayBuffer", "Array", "Uint8Array", "Int8Array", "Uint8ClampedArray", "Int16Array", "Uint16Array",
		"Int32Array", "Uint32Array", "Float32Array", "Float64Array")
	add((*engine).guardRegExp, "RegExp")
	add((*engine).guardJSON, "JSON")
	return list
}

// remove removes a global or a method.
func (e *engine) remove(parts []string) {
	object := e.vm.GlobalObject()
	for _, name := range parts[:len(parts)-1] {
		next, ok := object.Get(name).(*goja.Object)
		if !ok {
			return
		}
		object = next
	}
	object.Delete(parts[len(parts)-1])
}

// forbidCode disables creating code from text (CF-FN-124, CF-FN-134).
func (e *engine) forbidCode() {
	refuse := func(goja.ConstructorCall) *goja.Object {
		panic(e.vm.NewTypeError(`function constructor is disabled in "safe" mode`))
	}
	function := e.vm.GlobalObject().Get("Function").(*goja.Object)
	prototype := function.Get("prototype").(*goja.Object)
	replacement := e.vm.ToValue(refuse).(*goja.Object)
	replacement.DefineDataProperty("prototype", prototype, goja.FLAG_FALSE, goja.FLAG_FALSE, goja.FLAG_FALSE)
	e.vm.GlobalObject().Set("Function", replacement)
	prototype.Set("constructor", replacement)
	for _, literal := range []*goja.Program{asyncFunction(), generatorFunction()} {
		if value, err := e.vm.RunProgram(literal); err == nil {
			value.(*goja.Object).DefineDataProperty("constructor", replacement, goja.FLAG_FALSE, goja.FLAG_FALSE, goja.FLAG_FALSE)
		}
	}
	e.vm.GlobalObject().Set("eval", func(goja.FunctionCall) goja.Value {
		panic(e.vm.NewTypeError("eval is not supported"))
	})
}

var (
	asyncFunction     = compiled("async", `Object.getPrototypeOf(async function() {})`)
	generatorFunction = compiled("generator", `Object.getPrototypeOf(function*() {})`)
)

// addGlobal adds the other name of the global object (CF-FN-113).
func (e *engine) addGlobal() { e.vm.GlobalObject().Set("global", e.vm.GlobalObject()) }

// addConsole adds the console, which only has log (CF-FN-91).
func (e *engine) addConsole() {
	console := e.vm.NewObject()
	console.Set("log", func(call goja.FunctionCall) goja.Value {
		e.write(call.Argument(0))
		return goja.Undefined()
	})
	e.vm.GlobalObject().Set("console", console)
}

// mostLines limits the lines of a log.
const mostLines = 1000

// write writes one value to the log, up to its limit (CF-FN-90); that the limit is per run
// is inferred, and so is that objects are shown as JSON.
func (e *engine) write(value goja.Value) {
	room := maxLog - e.logBytes
	if room <= 0 || len(e.log) >= mostLines {
		return
	}
	text := value.String()
	if object, ok := value.(*goja.Object); ok && (object.ClassName() == "Object" || object.ClassName() == "Array") {
		if shown := (shower{engine: e, room: room}).show(object); shown != "" {
			text = shown
		}
	}
	if len(text) > room {
		text = strings.ToValidUTF8(text[:room], "")
	}
	e.logBytes += len(text)
	e.log = append(e.log, text)
}
