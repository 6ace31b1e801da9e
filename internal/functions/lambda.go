package functions

import (
	"context"
	"encoding/json"
	"time"

	"github.com/edgesim/edgesim/internal/functions/lambda"
	"github.com/edgesim/edgesim/policy"
)

// event is a Lambda's event, with the request as the function sees it.
func (f *Function) event(c Context) *policy.LambdaEvent {
	e := &policy.LambdaEvent{Config: policy.LambdaConfig{
		DistributionDomainName: c.Event.DistributionDomainName, DistributionID: c.Event.DistributionID,
		EventType: c.Trigger, RequestID: c.Event.RequestID,
	}}
	view := policy.RequestView(c.Method, c.Request.Host, c.Request.URI, nil, nil)
	e.Request = policy.LambdaRequest{
		ClientIP: c.Event.ViewerIP, Method: c.Method, URI: view.URI, QueryString: view.RawQuery,
		Headers: policy.LambdaHeadersOf(c.Request.Host, c.Header, c.Request.Fields),
	}
	if f.IncludeBody && c.HasBody && (c.Trigger == policy.ViewerRequestTrigger || c.Trigger == policy.OriginRequestTrigger) {
		e.Request.Body = policy.LambdaBodyOf(c.Body, c.Trigger)
		e.Request.Body.InputTruncated = e.Request.Body.InputTruncated || c.Truncated
	}
	if c.Assigned != nil {
		e.Request.Origin = policy.LambdaOriginOf(c.Assigned, c.HTTPS)
	}
	return e
}

func (f *Function) lambdaRequest(ctx context.Context, c Context) Answer {
	answer, result := f.invoke(ctx, c, f.event(c), c.Request.URI, c.Request.Fields)
	if answer.Run.Fault != nil {
		return answer
	}
	answer.Message = Message{URI: result.Edit.URI, Host: c.Request.Host, Fields: result.Edit.Fields, Body: result.RequestBody}
	if result.Response {
		answer.Response = true
		answer.Message = Message{Fields: result.Edit.Fields, Status: result.Status, Body: result.Body}
		return answer
	}
	if result.Host != "" {
		answer.Message.Host, answer.HostChanged = result.Host, true
	}
	answer.LambdaOrigin = result.Origin
	return answer
}

func (f *Function) lambdaResponse(ctx context.Context, c Context, status int, header map[string][]string, fields []policy.Field) Answer {
	event := f.event(c)
	event.Response = policy.LambdaResponseOf(status, header)
	answer, result := f.invoke(ctx, c, event, "", fields)
	if answer.Run.Fault == nil {
		answer.Message = Message{Fields: result.Edit.Fields, Status: result.Status, Body: result.Body}
	}
	return answer
}

// invoke runs a Lambda and reads what it returned.
func (f *Function) invoke(ctx context.Context, c Context, event *policy.LambdaEvent, uri string, fields []policy.Field) (Answer, *policy.LambdaResult) {
	answer := Answer{Run: Run{Function: f, Trigger: c.Trigger}}
	text, err := json.Marshal(map[string]any{"Records": []any{map[string]any{"cf": event}}})
	if err != nil {
		answer.Run.Fault = &policy.FunctionFault{Rule: "CF-LAE-11", Kind: policy.FaultExecution, Message: err.Error()}
		return answer, nil
	}
	started := time.Now()
	out, err := f.lambda.Invoke(ctx, text)
	answer.Run.Duration, answer.Run.Log = time.Since(started), out.Log
	if err != nil {
		answer.Run.Fault = lambdaFault(err)
		return answer, nil
	}
	result, fault := policy.ReadLambdaResult(f.Name, event, out.Answer, uri, fields)
	answer.Run.Fault = fault
	if fault == nil {
		answer.Run.Changed = result.Edit.Changes
	}
	return answer, result
}

// lambdaFault is the fault of a failed run (CF-LAE-61, CF-LAE-62, CF-LAE-64).
func lambdaFault(err error) *policy.FunctionFault {
	f := &policy.FunctionFault{Rule: "CF-LAE-61", Kind: policy.FaultExecution, Message: err.Error()}
	if e, ok := err.(*lambda.Error); ok {
		switch {
		case e.Throttled:
			f.Rule, f.Kind = "CF-LAE-64", policy.FaultLimit
		case e.Type == "Sandbox.Timedout":
			f.Rule = "CF-LAE-62"
		}
	}
	return f
}
