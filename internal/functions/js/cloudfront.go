package js

import (
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"github.com/dop251/goja"

	"github.com/edgesim/edgesim/internal/functions/kvs"
	"github.com/edgesim/edgesim/policy"
)

// cloudfrontModule is the module cloudfront (CF-MOD-02). What it does not simulate throws
// an error that names it.
func (e *engine) cloudfrontModule() goja.Value {
	cf := e.vm.NewObject()
	cf.Set("kvs", e.openStore)
	for _, method := range []string{policy.UpdateRequestOrigin, policy.SelectRequestOriginByID, policy.CreateRequestOriginGroup} {
		cf.Set(method, func(call goja.FunctionCall) goja.Value {
			e.changeOrigin(method, call)
			return goja.Undefined()
		})
	}
	cf.Set("logCustomData", func(call goja.FunctionCall) goja.Value {
		e.custom = customData(call.Argument(0).String())
		return goja.Undefined()
	})
	location := e.vm.NewObject()
	if e.event.Type == policy.ViewerRequestTrigger { // empty in viewer-response
		location.Set("name", e.env.POP)
		location.Set("serverIp", "192.0.2.1") // from a documentation range: there is no edge location
		location.Set("region", "us-east-1")
	}
	cf.Set("edgeLocation", location)
	e.throwing(cf, "distributionTenant", "distributionTenant module is not available") // CF-MOD-51
	e.throwing(cf, "cwt", "cf.cwt is not simulated")
	e.throwing(cf, "mtls", "cf.mtls is not simulated")
	return cf
}

// throwing adds a property that throws when used.
func (e *engine) throwing(object *goja.Object, name, message string) {
	object.DefineAccessorProperty(name, e.vm.ToValue(func(goja.FunctionCall) goja.Value { panic(e.vm.NewTypeError(message)) }), nil, goja.FLAG_TRUE, goja.FLAG_TRUE)
}

// maxCustomData is the maximum size of a run's own log data in bytes (CF-FN-92).
const maxCustomData = 800

// customData returns a text as it is logged: URL-encoded and truncated.
func customData(text string) string {
	encoded := url.PathEscape(text)
	if len(encoded) <= maxCustomData {
		return encoded
	}
	encoded = encoded[:maxCustomData]
	if i := strings.LastIndexByte(encoded, '%'); i > maxCustomData-3 {
		encoded = encoded[:i]
	}
	return encoded
}

// changeOrigin records a call that changes the origin. Which of several counts is not
// documented (CF-MOD-44): here it is the last. In a viewer-response function it is not
// supported (CF-MOD-45).
func (e *engine) changeOrigin(method string, call goja.FunctionCall) {
	if e.event.Type != policy.ViewerRequestTrigger {
		panic(e.vm.NewTypeError("cf." + method + " is for viewer-request functions"))
	}
	args := make([]any, 0, len(call.Arguments))
	for _, v := range call.Arguments {
		args = append(args, e.plain(v))
	}
	e.origin, e.fault = policy.ReadOriginCall(method, args)
}

// plain returns a value as plain JSON.
func (e *engine) plain(v goja.Value) any {
	var out any
	if text := (shower{engine: e, room: mostString}).show(v); text != "" {
		json.Unmarshal([]byte(text), &out)
	}
	return out
}

// openStore is cf.kvs: the store of the function, optionally with its id (CF-KVS-15 to
// CF-KVS-17).
func (e *engine) openStore(call goja.FunctionCall) goja.Value {
	store := e.env.Store
	if id := call.Argument(0); store == nil || given(id) && store.ID != "" && id.String() != store.ID {
		panic(e.makeError("KVSNamespaceNotFound"))
	}
	handle := e.vm.NewObject()
	handle.Set("get", e.promising(func(call goja.FunctionCall) (any, string) { return e.get(store, call) }))
	handle.Set("exists", e.promising(func(call goja.FunctionCall) (any, string) {
		_, ok := store.Get(call.Argument(0).String())
		return ok, ""
	}))
	handle.Set("meta", e.promising(func(goja.FunctionCall) (any, string) {
		meta := e.vm.NewObject()
		at := store.Read.UTC().Format(time.RFC3339)
		meta.Set("creationDateTime", at)
		meta.Set("lastUpdatedDateTime", at)
		meta.Set("keyCount", store.Len())
		return meta, ""
	}))
	return handle
}

// get reads a key in one of the formats (CF-KVS-18 to CF-KVS-23).
func (e *engine) get(store *kvs.Store, call goja.FunctionCall) (any, string) {
	text, ok := store.Get(call.Argument(0).String())
	if !ok {
		return nil, "KeyNotFound"
	}
	format := "string"
	if options, ok := call.Argument(1).(*goja.Object); ok && given(options.Get("format")) {
		format = options.Get("format").String()
	}
	switch format {
	case "string":
		return text, ""
	case "json":
		value, ok := e.parseJSON(text)
		if !ok { // the consequence is not documented (CF-KVS-23)
			return nil, "the value is not JSON"
		}
		return value, ""
	case "bytes":
		return e.bytesValue([]byte(text)), ""
	}
	return nil, "the format must be string, json or bytes"
}

// promising makes a function that returns a promise (CF-KVS-27), rejected with an Error
// with the text (CF-KVS-22).
func (e *engine) promising(f func(goja.FunctionCall) (any, string)) func(goja.FunctionCall) goja.Value {
	return func(call goja.FunctionCall) goja.Value {
		promise, resolve, reject := e.vm.NewPromise()
		if value, problem := f(call); problem != "" {
			reject(e.makeError(problem))
		} else {
			resolve(value)
		}
		return e.vm.ToValue(promise)
	}
}

// parseJSON parses text with the engine's own parser.
func (e *engine) parseJSON(text string) (goja.Value, bool) {
	parse, ok := goja.AssertFunction(e.vm.GlobalObject().Get("JSON").(*goja.Object).Get("parse"))
	if !ok || deepest(text) > mostNesting {
		return nil, false
	}
	value, err := parse(goja.Undefined(), e.vm.ToValue(text))
	return value, err == nil
}
