package js

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
	"unicode/utf8"

	"github.com/dop251/goja"
)

// decodeText returns the bytes of a text in an encoding: utf8 by default, hex, base64,
// base64url. Invalid input ends it or is skipped, as in Node.
func decodeText(text, encoding string) []byte {
	switch strings.ToLower(encoding) {
	case "hex":
		n := strings.IndexFunc(text, func(r rune) bool { return !strings.ContainsRune("0123456789abcdefABCDEF", r) })
		if n >= 0 {
			text = text[:n]
		}
		b, _ := hex.DecodeString(text[:len(text)&^1])
		return b
	case "base64", "base64url":
		return decodeBase64(text)
	}
	return []byte(strings.ToValidUTF8(text, "\ufffd"))
}

// decodeBase64 decodes both alphabets, up to the first "=".
func decodeBase64(text string) []byte {
	text, _, _ = strings.Cut(text, "=")
	clean := make([]byte, 0, len(text))
	for i := range len(text) {
		switch c := text[i]; {
		case c == '-':
			clean = append(clean, '+')
		case c == '_':
			clean = append(clean, '/')
		case 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '+' || c == '/':
			clean = append(clean, c)
		}
	}
	if len(clean)%4 == 1 {
		clean = clean[:len(clean)-1]
	}
	b, _ := base64.RawStdEncoding.DecodeString(string(clean))
	return b
}

// encodeText returns bytes as text.
func encodeText(b []byte, encoding string) string {
	switch strings.ToLower(encoding) {
	case "hex":
		return hex.EncodeToString(b)
	case "base64":
		return base64.StdEncoding.EncodeToString(b)
	case "base64url":
		return base64.RawURLEncoding.EncodeToString(b)
	}
	return strings.ToValidUTF8(string(b), "\ufffd")
}

// byteString returns a string with one character for each byte.
func byteString(b []byte) string {
	runes := make([]rune, len(b))
	for i, c := range b {
		runes[i] = rune(c)
	}
	return string(runes)
}

// latin1 returns the bytes of a byte string; false above 255.
func latin1(s string) ([]byte, bool) {
	b := make([]byte, 0, len(s))
	for _, r := range s {
		if r > 255 {
			return nil, false
		}
		b = append(b, byte(r))
	}
	return b, true
}

// addBase64 adds atob and btoa (CF-FN-118).
func (e *engine) addBase64() {
	e.vm.GlobalObject().Set("btoa", func(call goja.FunctionCall) goja.Value {
		b, ok := latin1(call.Argument(0).String())
		if !ok {
			panic(e.vm.NewTypeError("invalid character (>= U+00FF)"))
		}
		return e.vm.ToValue(base64.StdEncoding.EncodeToString(b))
	})
	e.vm.GlobalObject().Set("atob", func(call goja.FunctionCall) goja.Value {
		text := strings.NewReplacer(" ", "", "\t", "", "\n", "", "\f", "", "\r", "").Replace(call.Argument(0).String())
		text = strings.TrimSuffix(strings.TrimSuffix(text, "="), "=")
		b, err := base64.RawStdEncoding.DecodeString(text)
		if err != nil {
			panic(e.vm.NewTypeError("the string to be decoded is not correctly encoded"))
		}
		return e.vm.ToValue(byteString(b))
	})
}

// addByteStrings adds the byte strings of runtime 1.0 (CF-FN-116).
func (e *engine) addByteStrings() {
	object := e.vm.GlobalObject().Get("String").(*goja.Object)
	object.Set("bytesFrom", func(call goja.FunctionCall) goja.Value {
		if text, ok := call.Argument(0).(goja.String); ok {
			return e.vm.ToValue(byteString(decodeText(text.String(), call.Argument(1).String())))
		}
		var numbers []int64
		if err := e.vm.ExportTo(call.Argument(0), &numbers); err != nil {
			panic(e.vm.NewTypeError("value must be a string or array"))
		}
		b := make([]byte, len(numbers))
		for i, n := range numbers {
			b[i] = byte(n)
		}
		return e.vm.ToValue(byteString(b))
	})
	prototype := object.Get("prototype").(*goja.Object)
	method := func(name string, f func(string) goja.Value) {
		prototype.DefineDataProperty(name, e.vm.ToValue(func(call goja.FunctionCall) goja.Value {
			return f(call.This.String())
		}), goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE)
	}
	method("fromBytes", func(s string) goja.Value { return e.vm.ToValue(s) })
	method("fromUTF8", func(s string) goja.Value {
		b, ok := latin1(s)
		if !ok || !utf8.Valid(b) {
			return goja.Null()
		}
		return e.vm.ToValue(string(b))
	})
	method("toUTF8", func(s string) goja.Value { return e.vm.ToValue(byteString([]byte(s))) })
	method("toBytes", func(s string) goja.Value {
		if _, ok := latin1(s); !ok {
			return goja.Null()
		}
		return e.vm.ToValue(s)
	})
}
