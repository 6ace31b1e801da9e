package explain_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/internal/explain"
	"github.com/edgesim/edgesim/internal/functions"
)

// withFunction is the site of the other tests with code in front of /api/*.
func withFunction(t *testing.T, code string) *edge.Edge {
	t.Helper()
	e := site(func(d *distribution.Distribution) {
		d.Behaviors[0].Functions = []distribution.FunctionAssociation{{EventType: "viewer-request", ARN: "router", Function: &distribution.Function{Name: "router", Code: code}}}
	})
	l := &edge.Location{Distribution: e.Locations()[0].Distribution}
	set, err := functions.Load(l.Distribution, functions.Sources{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(set.Close)
	l.Functions = set
	e.Replace([]*edge.Location{l})
	return e
}

// TestPictureAfterFunction: behavior, cache key and origin are those of the
// request as the function left it.
func TestPictureAfterFunction(t *testing.T) {
	t.Parallel()
	e := withFunction(t, `import cf from 'cloudfront';
function handler(event) {
  console.log('routed ' + event.request.uri);
  event.request.uri = '/other';
  event.request.headers['x-by'] = { value: 'fn' };
  cf.updateRequestOrigin({ domainName: 'blue.example.net', hostHeader: 'shop.example.net', allowedCertificateNames: ['*.example.net'] });
  return event.request;
}`)
	p, err := explain.Draw(e, explain.Request{URL: "https://www.example.com/api/x"})
	if err != nil {
		t.Fatal(err)
	}
	if p.Behavior.PathPattern != "/api/*" || p.Cache == nil || p.Cache.Key != "/other" || len(p.Origins) != 1 || p.Functions[0].Run == nil {
		t.Fatalf("got %+v, cache %+v", p, p.Cache)
	}
	o := p.Origins[0]
	if got := fmt.Sprint(o.Address, o.URI, o.Host, o.SNI, o.AcceptedNames); got != "https://blue.example.net:443/v1/othershop.example.netshop.example.net[*.example.net]" {
		t.Errorf("the origin is %s", got)
	}
	by := map[string]string{}
	for _, c := range o.Changes {
		by[c.Field] = c.By
	}
	if by["X-By"] != "router" {
		t.Errorf("X-By is by %q: %+v", by["X-By"], o.Changes)
	}
	var b bytes.Buffer
	p.Write(&b, explain.Style{})
	for _, want := range []string{"function      viewer-request: router", "log      routed /api/x", "changed  uri  /api/x → /other", "blue.example.net", "must cover *.example.net"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the text lacks %q:\n%s", want, b.String())
		}
	}
}

// TestPictureOfFunctionsEnd: a function that answers or fails is the end of it.
func TestPictureOfFunctionsEnd(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ code, want string }{
		{"function handler(event) { return { statusCode: 302, headers: { location: { value: '/y' } } }; }", "302 Found from the function"},
		{"function handler(event) {\n  throw new Error('no');\n}", "503 from CloudFront itself"},
		{"function handler(event) {\n  throw new Error('no');\n}", "FunctionExecutionError: Error: no (line 2"},
		{"function handler(event) { return event.request; }", "it changes nothing"},
	} {
		p, err := explain.Draw(withFunction(t, row.code), explain.Request{URL: "https://www.example.com/api/x"})
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		p.Write(&b, explain.Style{})
		if passes := len(p.Origins) == 1; !strings.Contains(b.String(), row.want) || passes != (row.want == "it changes nothing") {
			t.Errorf("want %q, %d origins:\n%s", row.want, len(p.Origins), b.String())
		}
	}
}
