package js_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/edgesim/edgesim/internal/functions/js"
	"github.com/edgesim/edgesim/policy"
)

// TestCloudFrontModule: the module cloudfront, one expression and its rule a row.
// Each runs in an async handler with s as the store, which has k and j.
func TestCloudFrontModule(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ rule, expression, want string }{
		{"CF-KVS-15 CF-KVS-18", "v = await s.get('k')", "value"},
		{"CF-KVS-16", "v = await cf.kvs('11111111-2222-3333-4444-555555555555').get('k')", "value"},
		{"CF-KVS-17", "try { cf.kvs('other') } catch (e) { v = e.message }", "KVSNamespaceNotFound"},
		{"CF-KVS-19", "v = (await s.get('j', { format: 'json' })).a", "1"},
		{"CF-KVS-20", "v = (await s.get('k', { format: 'bytes' })).toString('hex')", "76616c7565"},
		{"CF-KVS-22", "try { await s.get('nope') } catch (e) { v = String(e) }", "Error: KeyNotFound"},
		{"CF-KVS-23", "try { await s.get('k', { format: 'json' }) } catch (e) { v = 'threw' }", "threw"},
		{"CF-KVS-24", "v = [await s.exists('k'), await s.exists('nope')]", "true,false"},
		{"CF-KVS-25", "const m = await s.meta(); v = [m.keyCount, m.creationDateTime, m.lastUpdatedDateTime]", "2,2026-11-30T12:00:00Z,2026-11-30T12:00:00Z"},
		{"CF-KVS-26", "v = typeof s.count", "undefined"},
		{"CF-KVS-27", "v = s.get('k') instanceof Promise", "true"},
		{"CF-MOD-02 CF-MOD-37", "v = [typeof cf.updateRequestOrigin, typeof cf.overrideRequestOrigin]", "function,undefined"},
		{"CF-MOD-48", "v = [cf.edgeLocation.name, typeof cf.edgeLocation.serverIp, typeof cf.edgeLocation.region]", "FRA56-P1,string,string"},
		{"CF-MOD-51", "try { cf.distributionTenant.id } catch (e) { v = e.name + ' ' + e.message }", "TypeError distributionTenant module is not available"},
		{"CF-FN-109", "v = null ?? 'right'", "right"},
		{"CF-FN-123", "v = crypto.createHash('sha256').update('').digest('hex').slice(0, 8)", "e3b0c442"},
	} {
		program, fault := js.Compile("import cf from 'cloudfront';\nimport crypto from \"crypto\";\nconst s = cf.kvs();\nasync function handler(event) { let v; "+row.expression+"; event.request.uri = '/' + v; return event.request; }", js.Runtime2)
		if fault != nil {
			t.Fatalf("%s: %s", row.rule, fault.TestMessage())
		}
		e := event()
		two := storeOf(t, map[string]string{"k": "value", "j": `{"a":1}`})
		two.ID, two.Read = "11111111-2222-3333-4444-555555555555", time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
		out := program.Run(e, js.Env{Store: two, POP: "FRA56-P1"})
		if out.Fault != nil || out.Result.Request.URI != "/"+row.want {
			t.Errorf("%s: got %+v %v, want %s", row.rule, out.Result, out.Fault, row.want)
		}
	}
	program, _ := js.Compile("import cf from 'cloudfront';\nfunction handler(event) { cf.kvs(); return event.request; }", js.Runtime2)
	if out := program.Run(event(), js.Env{}); out.Fault == nil || out.Fault.Line != 2 { // CF-KVS-17
		t.Errorf("without a store: %+v", out.Fault)
	}
}

// TestEventObject: what an event has (CF-FN-02, CF-FN-03, CF-FN-05, CF-FN-07, CF-FN-08,
// CF-FN-12, CF-FN-39, CF-MOD-50).
func TestEventObject(t *testing.T) {
	t.Parallel()
	program, fault := js.Compile(`function handler(event) {
  const c = event.context, r = event.request;
  console.log([event.version, c.distributionDomainName, c.distributionId, c.eventType, c.requestId, typeof c.endpoint, event.viewer.ip].join());
  console.log([Object.keys(event).join(), Object.keys(r).join(), JSON.stringify(r.querystring), typeof r.rawQueryString(), typeof r.body].join(' '));
  return event.response || r;
}`, js.Runtime2)
	if fault != nil {
		t.Fatal(fault.TestMessage())
	}
	e := &policy.FunctionEvent{Type: policy.ViewerRequestTrigger, DistributionDomainName: "d1.cloudfront.net", DistributionID: "E1", RequestID: "r==", ViewerIP: "2001:db8::1"}
	e.Request = policy.RequestView("GET", "h", "/", nil, nil)
	out := program.Run(e, js.Env{})
	if out.Fault != nil || out.Log[0] != "1.0,d1.cloudfront.net,E1,viewer-request,r==,undefined,2001:db8::1" || out.Log[1] != "version,context,viewer,request method,uri,querystring,headers,cookies {} undefined undefined" {
		t.Errorf("got %q %v", out.Log, out.Fault)
	}
	e.Type, e.Response = policy.ViewerResponseTrigger, policy.ResponseView(200, http.Header{"A": {"b"}})
	out = program.Run(e, js.Env{})
	if out.Fault != nil || out.Log[1] != "version,context,viewer,request,response method,uri,querystring,headers,cookies {} undefined undefined" {
		t.Errorf("got %q %v", out.Log, out.Fault)
	}
}

// TestOriginCallsElsewhere: CF-MOD-45; and CF-MOD-48 is empty in a response.
func TestOriginCallsElsewhere(t *testing.T) {
	t.Parallel()
	e := event()
	e.Type, e.Response = policy.ViewerResponseTrigger, policy.ResponseView(200, nil)
	program, _ := js.Compile("import cf from 'cloudfront';\nfunction handler(event) {\n  console.log(Object.keys(cf.edgeLocation).length);\n  cf.selectRequestOriginById('a');\n  return event.response;\n}", js.Runtime2)
	if out := program.Run(e, js.Env{POP: "X"}); out.Fault == nil || out.Fault.Line != 4 || out.Log[0] != "0" {
		t.Errorf("got %+v %q", out.Fault, out.Log)
	}
}

// TestCustomLogData: CF-FN-92: the last call counts, URL-encoded and cut.
func TestCustomLogData(t *testing.T) {
	t.Parallel()
	program, _ := js.Compile("import cf from 'cloudfront';\nfunction handler(event) { cf.logCustomData('one'); cf.logCustomData('a b' + 'é'.repeat(900)); return event.request; }", js.Runtime2)
	if out := program.Run(event(), js.Env{}); len(out.Custom) > 800 || out.Custom[:14] != "a%20b%C3%A9%C3" {
		t.Errorf("got %d bytes: %.20s", len(out.Custom), out.Custom)
	}
}
