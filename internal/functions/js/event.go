package js

import (
	"github.com/dop251/goja"

	"github.com/edgesim/edgesim/policy"
)

// eventObject builds the event for a handler, directly instead of through JSON (CF-FN-02 to
// CF-FN-08).
func (e *engine) eventObject(event *policy.FunctionEvent) goja.Value {
	context := e.vm.NewObject()
	context.Set("distributionDomainName", event.DistributionDomainName)
	context.Set("distributionId", event.DistributionID)
	context.Set("eventType", string(event.Type))
	context.Set("requestId", event.RequestID)
	viewer := e.vm.NewObject()
	viewer.Set("ip", event.ViewerIP)
	object := e.vm.NewObject()
	object.Set("version", "1.0")
	object.Set("context", context)
	object.Set("viewer", viewer)
	object.Set("request", e.requestObject(&event.Request))
	if event.Response != nil {
		object.Set("response", e.responseObject(event.Response))
	}
	return object
}

func (e *engine) requestObject(r *policy.FunctionRequest) *goja.Object {
	object := e.vm.NewObject()
	object.Set("method", r.Method)
	object.Set("uri", r.URI)
	object.Set("querystring", e.fieldsObject(r.Query))
	object.Set("headers", e.fieldsObject(r.Headers))
	object.Set("cookies", e.fieldsObject(r.Cookies))
	e.addRawQuery(object, r)
	return object
}

// addRawQuery adds request.rawQueryString(), which is not enumerable (CF-MOD-50).
func (e *engine) addRawQuery(object *goja.Object, r *policy.FunctionRequest) {
	if e.program.runtime != Runtime2 || !e.program.mentions("rawQueryString") {
		return
	}
	raw, has := r.RawQuery, r.HasQuery
	object.DefineDataProperty("rawQueryString", e.vm.ToValue(func(goja.FunctionCall) goja.Value {
		if !has {
			return goja.Undefined()
		}
		return e.vm.ToValue(raw)
	}), goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE)
}

func (e *engine) responseObject(r *policy.FunctionResponse) *goja.Object {
	object := e.vm.NewObject()
	object.Set("statusCode", r.StatusCode)
	object.Set("statusDescription", r.StatusDescription)
	object.Set("headers", e.fieldsObject(r.Headers))
	object.Set("cookies", e.fieldsObject(r.Cookies))
	return object
}

// fieldsObject is headers, cookies or parameters by name. A name is anything the viewer
// sent, even "__proto__", and is always an own property.
func (e *engine) fieldsObject(fields []policy.FunctionField) *goja.Object {
	object := e.vm.NewObject()
	for i := range fields {
		f := &fields[i]
		field := e.valueObject(f.Values[0])
		if len(f.Values) > 1 {
			all := make([]any, len(f.Values))
			for i, v := range f.Values {
				all[i] = e.valueObject(v)
			}
			field.Set("multiValue", e.vm.NewArray(all...))
		}
		if f.Name == "__proto__" {
			object.DefineDataProperty(f.Name, field, goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_TRUE)
			continue
		}
		object.Set(f.Name, field)
	}
	return object
}

func (e *engine) valueObject(v policy.FunctionValue) *goja.Object {
	object := e.vm.NewObject()
	object.Set("value", v.Value)
	if v.Attributes != "" {
		object.Set("attributes", v.Attributes)
	}
	return object
}
