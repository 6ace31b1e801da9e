package recording_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

// TestSchema checks exchanges of every kind against the published schema, which allows no
// unknown field: a new one must be added there, too.
func TestSchema(t *testing.T) {
	t.Parallel()
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(recording.Schema()))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	compiler.AssertContent()
	if err := compiler.AddResource("exchange.schema.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("exchange.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	explained := failedHandshake(t)
	explained.Attempts[0].Explanation = originconn.Explained(policy.CauseTLSNoSharedCipher, "it accepts other suites", &originconn.ScanReport{Host: "a:443"})
	explained.Attempts[0].Handshake.Signature, explained.Attempts[0].Handshake.Why = 0x0401, "the origin wants what Go does not speak"
	explained.Attempts = append(explained.Attempts, &originconn.Attempt{})
	binary := success(0)
	binary.Edge, binary.Forced, binary.Replayed = "edge-1", "fault-1", "ok-1"
	binary.Viewer.Body, binary.Viewer.BodyBytes, binary.Viewer.Truncated = []byte("\xff"), 2, true
	binary.Response.Body, binary.Response.BodyBytes, binary.Response.OriginHead = []byte("\xff"), 1, "HTTP/1.1 200 \xff\r\n"
	var filled recording.Exchange // with every field there is, so that none is forgotten in the schema
	fill(t, reflect.ValueOf(&filled).Elem(), 1)
	filled.Cache.Decision = recording.CacheHit
	for _, changes := range [][]policy.Change{filled.Changes, filled.ErrorPage.Changes, filled.Functions[0].Changed, filled.Functions[1].Changed} {
		for i := range changes {
			changes[i].Leg, changes[i].Kind = policy.LegRequest, policy.ChangeDropped
		}
	}
	filled.Viewer.Scheme, filled.Tunnel.Protocol, filled.Response.Status = "http", "wss", 200
	for _, findings := range [][]policy.Finding{filled.Findings, filled.Attempts[0].Findings, filled.Attempts[1].Findings} {
		for i := range findings {
			findings[i].Verdict = policy.Blocked
		}
	}
	tunnel := success(0)
	tunnel.Response = recording.Response{Status: 101, Header: http.Header{"Upgrade": {"websocket"}}}
	tunnel.Tunnel = &recording.Tunnel{Protocol: "ws", FromViewer: 1, FromOrigin: 2, Duration: time.Second, Ended: recording.TunnelIdle}
	for name, e := range map[string]*recording.Exchange{
		"success": success(0), "failure": failure(0), "handshake": failedHandshake(t), "explained": explained,
		"binary": binary, "filled": &filled, "tunnel": tunnel, "zero": {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data, err := json.Marshal(e)
			if err != nil {
				t.Fatal(err)
			}
			instance, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
			if err != nil {
				t.Fatal(err)
			}
			if err := schema.Validate(instance); err != nil {
				t.Errorf("%v in\n%s", err, data)
			}
		})
	}
}

// TestSchemaIsWhole checks that the schema is a description: what no exchange
// may look like is refused.
func TestSchemaIsWhole(t *testing.T) {
	t.Parallel()
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(recording.Schema()))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("exchange.schema.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("exchange.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	good, err := json.Marshal(failedHandshake(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, change := range [][2]string{
		{`"id":`, `"ID":`}, {`"status":502`, `"status":"502"`}, {`"verdict":"fail"`, `"verdict":"failed"`}, {`"resolveMs":1,`, ``}, {`"sha256":"`, `"sha256":"x`},
	} {
		bad := strings.Replace(string(good), change[0], change[1], 1)
		instance, err := jsonschema.UnmarshalJSON(strings.NewReader(bad))
		if err != nil || bad == string(good) {
			t.Fatalf("%v: %v", change, err)
		}
		if schema.Validate(instance) == nil {
			t.Errorf("%s instead of %s is let through", change[1], change[0])
		}
	}
}
