package js

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"hash"

	"github.com/dop251/goja"
)

// hashes are the algorithms of the module crypto (CF-FN-119).
var hashes = map[string]func() hash.Hash{"md5": md5.New, "sha1": sha1.New, "sha256": sha256.New}

// cryptoModule is the module crypto (CF-FN-119).
func (e *engine) cryptoModule() goja.Value {
	module := e.vm.NewObject()
	module.Set("createHash", func(call goja.FunctionCall) goja.Value {
		return e.hashObject(e.algorithm(call.Argument(0))())
	})
	module.Set("createHmac", func(call goja.FunctionCall) goja.Value {
		return e.hashObject(hmac.New(e.algorithm(call.Argument(0)), e.bytesOf(call.Argument(1), "")))
	})
	return module
}

func (e *engine) algorithm(name goja.Value) func() hash.Hash {
	if h := hashes[name.String()]; h != nil {
		return h
	}
	panic(e.vm.NewTypeError("not supported algorithm: " + quoted(limit(name.String(), 40))))
}

// hashObject is a hash in progress.
func (e *engine) hashObject(h hash.Hash) goja.Value {
	object, done := e.vm.NewObject(), false
	check := func() {
		if done {
			panic(e.makeError("Digest already called"))
		}
	}
	object.Set("update", func(call goja.FunctionCall) goja.Value {
		check()
		encoding := ""
		if given(call.Argument(1)) {
			encoding = call.Argument(1).String()
		}
		h.Write(e.bytesOf(call.Argument(0), encoding))
		return object
	})
	object.Set("digest", func(call goja.FunctionCall) goja.Value {
		check()
		done = true
		sum := h.Sum(nil)
		if !given(call.Argument(0)) {
			return e.bytesValue(sum)
		}
		switch call.Argument(0).String() {
		case "hex":
			return e.vm.ToValue(hex.EncodeToString(sum))
		case "base64":
			return e.vm.ToValue(base64.StdEncoding.EncodeToString(sum))
		case "base64url":
			return e.vm.ToValue(base64.RawURLEncoding.EncodeToString(sum))
		}
		panic(e.vm.NewTypeError("Unknown digest encoding: " + quoted(limit(call.Argument(0).String(), 40))))
	})
	return object
}

// bytesOf returns the bytes of a string, or of a buffer or typed array.
func (e *engine) bytesOf(v goja.Value, encoding string) []byte {
	if text, ok := v.(goja.String); ok {
		return decodeText(text.String(), encoding)
	}
	switch b := v.Export().(type) {
	case []byte:
		return b
	case goja.ArrayBuffer:
		return b.Bytes()
	}
	if object, ok := v.(*goja.Object); ok {
		if buffer, ok := object.Get("buffer").(*goja.Object); ok {
			if b, ok := buffer.Export().(goja.ArrayBuffer); ok {
				from, n := object.Get("byteOffset").ToInteger(), object.Get("byteLength").ToInteger()
				if data := b.Bytes(); from >= 0 && n >= 0 && from+n <= int64(len(data)) {
					return data[from : from+n]
				}
			}
		}
	}
	panic(e.vm.NewTypeError("data is not a string or Buffer-like object"))
}

// bytesValue is a Buffer in runtime 2.0, and a string of bytes in 1.0.
func (e *engine) bytesValue(b []byte) goja.Value {
	if e.program.runtime == Runtime1 {
		return e.vm.ToValue(byteString(b))
	}
	e.addBuffer()
	from, _ := goja.AssertFunction(e.vm.GlobalObject().Get("Buffer").(*goja.Object).Get("from"))
	value, err := from(e.vm.GlobalObject().Get("Buffer"), e.vm.ToValue(e.vm.NewArrayBuffer(b)))
	if err != nil {
		panic(err)
	}
	return value
}
