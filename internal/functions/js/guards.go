package js

import (
	"github.com/dop251/goja"
)

// guard is a built-in of which one call could take any amount of time or memory: the engine
// cannot be interrupted inside it.
type guard struct {
	// of is the global whose prototype has the method.
	of, name string
	// cost returns how many bytes or elements the call creates or processes, and how many
	// it may.
	cost func(this goja.Value, call goja.FunctionCall) (cost, most int64)
}

var guards = func() []guard {
	list := []guard{
		{"String", "repeat", func(this goja.Value, call goja.FunctionCall) (int64, int64) {
			return product(length(this), call.Argument(0)), mostString
		}},
		{"String", "padStart", padded}, {"String", "padEnd", padded},
		{"String", "replace", replaced}, {"String", "replaceAll", replaced},
		{"String", "split", func(this goja.Value, _ goja.FunctionCall) (int64, int64) { return length(this), mostString }},
		{"Array", "join", joined}, {"Array", "toString", joined},
	}
	for _, name := range []string{
		"concat", "copyWithin", "every", "fill", "filter", "find", "findIndex", "forEach", "includes", "indexOf", "lastIndexOf", "map",
		"pop", "push", "reduce", "reduceRight", "reverse", "shift", "slice", "some", "sort", "splice", "unshift", "entries", "keys", "values",
	} {
		list = append(list, guard{"Array", name, elements})
	}
	return list
}()

// length returns the length of a string or array; 0 for anything else.
func length(v goja.Value) int64 {
	switch v := v.(type) {
	case goja.String:
		return int64(v.Length())
	case *goja.Object:
		if n := v.Get("length"); n != nil {
			return n.ToInteger()
		}
	}
	return 0
}

func product(n int64, times goja.Value) int64 {
	t := times.ToInteger()
	if n <= 0 || t <= 0 {
		return 0
	}
	if t > mostString || n > mostString {
		return mostString + 1
	}
	return n * t
}

func padded(_ goja.Value, call goja.FunctionCall) (int64, int64) {
	return call.Argument(0).ToInteger(), mostString
}

// replaced is the maximum result of a replacement: one for each character.
func replaced(this goja.Value, call goja.FunctionCall) (int64, int64) {
	return length(this) * max(length(call.Argument(1)), 1), 16 * mostString
}

func elements(this goja.Value, _ goja.FunctionCall) (int64, int64) {
	if _, text := this.(goja.String); text {
		return 0, mostElements
	}
	return length(this), mostElements
}

// joined is the length of the joined elements that are strings.
func joined(this goja.Value, call goja.FunctionCall) (int64, int64) {
	object, ok := this.(*goja.Object)
	n := length(this)
	if !ok || n > mostElements {
		return n, mostElements
	}
	total := n * length(call.Argument(0))
	if n > 64 {
		for _, key := range object.Keys() {
			if s, ok := object.Get(key).(goja.String); ok {
				total += int64(s.Length())
			}
		}
	}
	return total, mostString
}

// guard adds a check before a method.
func (e *engine) guard(g guard) {
	object, ok := e.vm.GlobalObject().Get(g.of).(*goja.Object)
	if !ok {
		return
	}
	prototype, ok := object.Get("prototype").(*goja.Object)
	if !ok {
		return
	}
	method, ok := prototype.Get(g.name).(*goja.Object)
	if !ok {
		return // it has been removed
	}
	native, ok := method.Export().(func(goja.FunctionCall) goja.Value)
	if !ok {
		return
	}
	checked := e.vm.ToValue(func(call goja.FunctionCall) goja.Value {
		if cost, most := g.cost(call.This, call); cost > most {
			e.exhaust()
			return goja.Undefined()
		}
		return native(call)
	})
	prototype.DefineDataProperty(g.name, checked, goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE)
}

// guardConstructors limits what a constructor of arrays or buffers may create. They are
// called through a subclass, so that `instanceof` and static methods keep working.
func (e *engine) guardConstructors() {
	for _, name := range []string{
		"ArrayBuffer", "Array", "Uint8Array", "Int8Array", "Uint8ClampedArray", "Int16Array", "Uint16Array", "Int32Array", "Uint32Array", "Float32Array", "Float64Array",
	} {
		if !e.program.words[name] && !e.program.dynamic {
			continue
		}
		original, ok := e.vm.GlobalObject().Get(name).(*goja.Object)
		if !ok {
			continue
		}
		construct, ok := goja.AssertConstructor(original)
		if !ok {
			continue
		}
		e.vm.GlobalObject().Set(name, e.boundedConstructor(name, original, construct))
	}
}

func (e *engine) boundedConstructor(name string, original *goja.Object, construct goja.Constructor) *goja.Object {
	replacement := e.vm.ToValue(func(call goja.ConstructorCall) *goja.Object {
		if len(call.Arguments) == 1 {
			if n, ok := call.Arguments[0].Export().(int64); ok && n > mostString {
				e.exhaust()
				return e.vm.NewArray()
			}
		}
		made, err := construct(nil, call.Arguments...)
		if err != nil {
			if ex, ok := err.(*goja.Exception); ok {
				panic(ex.Value())
			}
			panic(err)
		}
		return made
	}).(*goja.Object)
	replacement.SetPrototype(original)
	prototype := original.Get("prototype").(*goja.Object)
	replacement.DefineDataProperty("prototype", prototype, goja.FLAG_FALSE, goja.FLAG_FALSE, goja.FLAG_FALSE)
	replacement.DefineDataProperty("name", e.vm.ToValue(name), goja.FLAG_FALSE, goja.FLAG_TRUE, goja.FLAG_FALSE)
	prototype.DefineDataProperty("constructor", replacement, goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE)
	return replacement
}

// mostPattern limits a regular expression created at run time.
const mostPattern = 16 << 10

// guardRegExp limits the pattern of new RegExp.
func (e *engine) guardRegExp() {
	original := e.vm.GlobalObject().Get("RegExp").(*goja.Object)
	construct, _ := goja.AssertConstructor(original)
	replacement := e.vm.ToValue(func(call goja.ConstructorCall) *goja.Object {
		if text, ok := call.Argument(0).(goja.String); ok && (text.Length() > mostPattern || deepest(text.String()) > mostNesting) {
			e.exhaust()
			return e.vm.NewObject()
		}
		made, err := construct(nil, call.Arguments...)
		if err != nil {
			if ex, ok := err.(*goja.Exception); ok {
				panic(ex.Value())
			}
			panic(err)
		}
		return made
	}).(*goja.Object)
	prototype := original.Get("prototype").(*goja.Object)
	replacement.DefineDataProperty("prototype", prototype, goja.FLAG_FALSE, goja.FLAG_FALSE, goja.FLAG_FALSE)
	prototype.DefineDataProperty("constructor", replacement, goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE)
	e.vm.GlobalObject().Set("RegExp", replacement)
}

// guardJSON limits the depth and size of what is parsed.
func (e *engine) guardJSON() {
	object := e.vm.GlobalObject().Get("JSON").(*goja.Object)
	method, ok := object.Get("parse").(*goja.Object)
	if !ok {
		return
	}
	native, ok := method.Export().(func(goja.FunctionCall) goja.Value)
	if !ok {
		return
	}
	object.Set("parse", func(call goja.FunctionCall) goja.Value {
		if text, ok := call.Argument(0).(goja.String); ok && text.Length() > mostNesting && (text.Length() > mostString || deepest(text.String()) > mostNesting) {
			e.exhaust()
			return goja.Undefined()
		}
		return native(call)
	})
}
