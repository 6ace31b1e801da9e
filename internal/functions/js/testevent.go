package js

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/dop251/goja"

	"github.com/edgesim/edgesim/policy"
)

// ReadEvent reads a test event in the form of the service (CF-FN-93, CF-FN-98): the ids are
// optional; the request is required, and for viewer-response also the response. stage is
// the event's type if the event does not specify it.
func ReadEvent(text []byte, stage policy.Trigger) (*policy.FunctionEvent, error) {
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	if len(text) > policy.MaxFunctionEvent {
		return nil, fmt.Errorf("the event has %d bytes, and the service takes %d at most (CF-FN-93)", len(text), policy.MaxFunctionEvent)
	}
	if !json.Valid(text) {
		var v any
		return nil, fmt.Errorf("the event is not JSON: %w", json.Unmarshal(text, &v))
	}
	if deepest(string(text)) > mostNesting {
		return nil, errors.New("the event is nested too deeply")
	}
	event := &policy.FunctionEvent{Type: stage}
	e := &engine{vm: goja.New(), program: &Program{runtime: Runtime2}}
	var err error
	if ex := e.vm.Try(func() { err = e.readEvent(string(text), event) }); ex != nil {
		return nil, fmt.Errorf("the event: %s", ex.Error())
	}
	return event, err
}

func (e *engine) readEvent(text string, event *policy.FunctionEvent) error {
	value, ok := e.parseJSON(text)
	object, isObject := value.(*goja.Object)
	if !ok || !isObject {
		return errors.New("the event is not a JSON object")
	}
	if context, ok := object.Get("context").(*goja.Object); ok {
		if kind, ok := stringOf(context.Get("eventType")); ok {
			t := policy.Trigger(kind)
			if t != policy.ViewerRequestTrigger && t != policy.ViewerResponseTrigger {
				return fmt.Errorf("context.eventType is %q: CloudFront Functions run on viewer-request and viewer-response (CF-FN-05)", kind)
			}
			if event.Type != "" && event.Type != t {
				return fmt.Errorf("context.eventType is %q, and --stage says %s", kind, event.Type)
			}
			event.Type = t
		}
	}
	if event.Type == "" {
		event.Type = policy.ViewerRequestTrigger
		if given(object.Get("response")) {
			event.Type = policy.ViewerResponseTrigger
		}
	}
	request, ok := object.Get("request").(*goja.Object)
	if !ok {
		return errors.New("the event lacks its request, an object with method, uri, querystring, headers and cookies (CF-FN-07)")
	}
	r := reader{engine: e, before: event}
	event.Request = *r.request(request, &policy.FunctionRequest{})
	if !event.Request.QueryIsString {
		event.Request.RawQuery = policy.JoinFunctionQuery(event.Request.Query)
		event.Request.HasQuery = event.Request.RawQuery != ""
	}
	if event.Type == policy.ViewerResponseTrigger {
		response, ok := object.Get("response").(*goja.Object)
		if !ok {
			return errors.New("the event lacks its response, an object with statusCode and headers (CF-FN-08)")
		}
		event.Response = r.response(response)
	}
	if r.fault != nil {
		return fmt.Errorf("the event: %s", r.fault.Message)
	}
	return nil
}

// parsedEvent is a hand-written event, unmodified.
func (e *engine) parsedEvent(text string) goja.Value {
	value, ok := e.parseJSON(text)
	object, isObject := value.(*goja.Object)
	if !ok || !isObject {
		return goja.Undefined()
	}
	if request, ok := object.Get("request").(*goja.Object); ok {
		e.addRawQuery(request, &e.event.Request)
	}
	return object
}

// output returns the returned object as printed by the service's test: under one key, and
// always with cookies (CF-FN-95).
func (e *engine) output(value goja.Value, result *policy.FunctionResult) string {
	key := "request"
	if result.Response != nil {
		key = "response"
	}
	object := value.(*goja.Object)
	text := ""
	if ex := e.vm.Try(func() {
		if !given(object.Get("cookies")) {
			object.Set("cookies", e.vm.NewObject())
		}
		text = shower{engine: e, room: mostString}.show(object)
	}); ex != nil || text == "" {
		return ""
	}
	return `{"` + key + `":` + text + "}"
}
