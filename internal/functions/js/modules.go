package js

import (
	"net/url"
	"strings"

	"github.com/dop251/goja"

	"github.com/edgesim/edgesim/policy"
)

const maxLog = policy.MaxFunctionLog

// addRequire adds require, and the function that import statements are turned into
// (CF-FN-119, CF-FN-121 to CF-FN-123).
func (e *engine) addRequire() {
	load := func(call goja.FunctionCall) goja.Value {
		switch name := call.Argument(0).String(); name {
		case "crypto":
			return e.cryptoModule()
		case "querystring":
			return e.queryModule()
		case "buffer":
			if e.program.runtime == Runtime2 {
				e.addBuffer()
				module := e.vm.NewObject()
				module.Set("Buffer", e.vm.GlobalObject().Get("Buffer"))
				return module
			}
			panic(e.makeError("Cannot load module \"buffer\""))
		default:
			panic(e.makeError("Cannot load module " + quoted(limit(name, 80))))
		}
	}
	e.vm.GlobalObject().Set("require", load)
	e.vm.GlobalObject().Set(importer, func(call goja.FunctionCall) goja.Value {
		if call.Argument(0).String() == "cloudfront" {
			return e.cloudfrontModule()
		}
		return load(call)
	})
}

// makeError makes an Error with a message, as code would.
func (e *engine) makeError(message string) *goja.Object {
	object, err := e.vm.New(e.vm.GlobalObject().Get("Error"), e.vm.ToValue(message))
	if err != nil {
		return e.vm.NewTypeError(message)
	}
	return object
}

// mostKeys is how many pairs querystring.parse reads unless told otherwise.
const mostKeys = 1000

// queryModule is the module querystring (CF-FN-121).
func (e *engine) queryModule() goja.Value {
	module := e.vm.NewObject()
	parse := func(call goja.FunctionCall) goja.Value {
		return e.parseQuery(call.Argument(0), call.Argument(1), call.Argument(2), call.Argument(3))
	}
	stringify := func(call goja.FunctionCall) goja.Value {
		return e.vm.ToValue(e.stringifyQuery(call.Argument(0), call.Argument(1), call.Argument(2), call.Argument(3)))
	}
	module.Set("parse", parse)
	module.Set("decode", parse)
	module.Set("stringify", stringify)
	module.Set("encode", stringify)
	module.Set("escape", func(call goja.FunctionCall) goja.Value { return e.vm.ToValue(escapeQuery(call.Argument(0).String())) })
	module.Set("unescape", func(call goja.FunctionCall) goja.Value { return e.vm.ToValue(unescapeQuery(call.Argument(0).String())) })
	return module
}

// option returns a function from the options of a call, or ours.
func (e *engine) option(options goja.Value, name string, ours func(string) string) func(string) string {
	if object, ok := options.(*goja.Object); ok {
		if f, ok := goja.AssertFunction(object.Get(name)); ok {
			return func(s string) string {
				v, err := f(goja.Undefined(), e.vm.ToValue(s))
				if err != nil {
					panic(err)
				}
				return v.String()
			}
		}
	}
	return ours
}

func separator(v goja.Value, usual string) string {
	if !given(v) || v.String() == "" {
		return usual
	}
	return v.String()
}

func (e *engine) parseQuery(text, sep, eq, options goja.Value) goja.Value {
	object := e.vm.NewObject()
	if !given(text) {
		return object
	}
	most := mostKeys
	if o, ok := options.(*goja.Object); ok && given(o.Get("maxKeys")) {
		most = int(o.Get("maxKeys").ToInteger())
	}
	decode := e.option(options, "decodeURIComponent", unescapeQuery)
	equals := separator(eq, "=")
	for i, pair := range strings.Split(text.String(), separator(sep, "&")) {
		if most > 0 && i >= most {
			break
		}
		name, value, _ := strings.Cut(pair, equals)
		if pair == "" {
			continue
		}
		key, item := decode(name), e.vm.ToValue(decode(value))
		switch old := object.Get(key).(type) {
		case nil:
			object.DefineDataProperty(key, item, goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_TRUE)
		case *goja.Object:
			if old.ClassName() == "Array" {
				old.Set(old.Get("length").String(), item)
				continue
			}
			object.DefineDataProperty(key, item, goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_TRUE)
		default:
			object.Set(key, e.vm.NewArray(old, item))
		}
	}
	return object
}

func (e *engine) stringifyQuery(v, sep, eq, options goja.Value) string {
	object, ok := v.(*goja.Object)
	if !ok {
		return ""
	}
	encode := e.option(options, "encodeURIComponent", escapeQuery)
	equals := separator(eq, "=")
	var pairs []string
	for _, key := range object.Keys() {
		value := object.Get(key)
		if list, ok := value.(*goja.Object); ok && list.ClassName() == "Array" {
			for _, i := range list.Keys() {
				pairs = append(pairs, encode(key)+equals+encode(queryText(list.Get(i))))
			}
			continue
		}
		pairs = append(pairs, encode(key)+equals+encode(queryText(value)))
	}
	return strings.Join(pairs, separator(sep, "&"))
}

// queryText returns a value as text: "" for anything but a string, number or boolean.
func queryText(v goja.Value) string {
	switch v.Export().(type) {
	case string, bool, int64, float64:
		return v.String()
	}
	return ""
}

// escapeQuery escapes everything but letters, digits and -_.!~*'().
func escapeQuery(s string) string {
	const plain = "-_.!~*'()"
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte(plain, c) >= 0 {
			b.WriteByte(c)
			continue
		}
		b.WriteString("%" + strings.ToUpper(string("0123456789abcdef"[c>>4])+string("0123456789abcdef"[c&15])))
	}
	return b.String()
}

// unescapeQuery undoes complete escapes; + is a space, and bytes that are not UTF-8 become
// U+FFFD.
func unescapeQuery(s string) string {
	s = strings.ReplaceAll(s, "+", " ")
	if text, err := url.PathUnescape(s); err == nil {
		return strings.ToValidUTF8(text, "\ufffd")
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if text, err := url.PathUnescape(s[i : i+3]); err == nil {
				b.WriteString(text)
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return strings.ToValidUTF8(b.String(), "\ufffd")
}
