package js

import (
	_ "embed"
	"sync"

	"github.com/dop251/goja"
)

//go:embed buffer.js
var bufferSource string

//go:embed encoder.js
var encoderSource string

// compiled compiles one of our programs once, on first use: most edges run no function,
// and every command would start more slowly.
func compiled(name, source string) func() *goja.Program {
	return sync.OnceValue(func() *goja.Program { return goja.MustCompile(name, source, true) })
}

// What is easier to write in JavaScript.
var (
	bufferProgram  = compiled("buffer", bufferSource)
	encoderProgram = compiled("encoder", encoderSource)
)

// addBuffer adds the global Buffer (CF-FN-117), once.
func (e *engine) addBuffer() {
	if given(e.vm.GlobalObject().Get("Buffer")) {
		return
	}
	e.vm.GlobalObject().Set("Buffer", e.prelude(bufferProgram()))
}

// addText adds TextEncoder and TextDecoder (CF-FN-118).
func (e *engine) addText() {
	made, ok := e.prelude(encoderProgram()).(*goja.Object)
	if !ok {
		return
	}
	for _, name := range []string{"TextEncoder", "TextDecoder"} {
		e.vm.GlobalObject().Set(name, made.Get(name))
	}
}

// prelude runs one of our own programs, which returns a function that is called with the
// codecs.
func (e *engine) prelude(program *goja.Program) goja.Value {
	value, err := e.vm.RunProgram(program)
	if err != nil {
		panic(err)
	}
	make, _ := goja.AssertFunction(value)
	decode := func(call goja.FunctionCall) goja.Value {
		return e.vm.ToValue(e.vm.NewArrayBuffer(decodeText(call.Argument(0).String(), call.Argument(1).String())))
	}
	encode := func(call goja.FunctionCall) goja.Value {
		return e.vm.ToValue(encodeText(e.bytesOf(call.Argument(0), ""), call.Argument(1).String()))
	}
	made, err := make(goja.Undefined(), e.vm.ToValue(decode), e.vm.ToValue(encode))
	if err != nil {
		panic(err)
	}
	return made
}
