package edge_test

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/internal/conntest"
	"github.com/edgesim/edgesim/internal/lab"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

// newLabEdge runs the lab with an edge in front of it.
func newLabEdge(t *testing.T, cfg lab.Config) (*edge.Edge, *lab.Lab, *recording.Ring) {
	t.Helper()
	l, err := lab.Start(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(l.CAPEM())
	root, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	trust := originconn.TrustWith(root)
	client := conntest.Watch(t, &originconn.Client{ConnectTo: l.Connect(), Trust: func() *policy.TrustStore { return trust }, ExplainWithin: time.Minute})
	ring := recording.NewRing(recording.RingConfig{})
	t.Cleanup(func() {
		client.Close()
		l.Close()
	})
	return &edge.Edge{Distribution: l.Distribution(), Client: client, Recorder: ring, BodyLimit: 1 << 10}, l, ring
}

// TestLab sends a request to every origin of the lab and checks cause, rule,
// status, headers and page: what CloudFront's viewer would get (CF-ERR-01,
// CF-ERR-02, CF-ERR-03, CF-ERR-04, CF-ERR-05, CF-ERR-06, CF-ERR-34, CF-ERR-35, CF-RESP-11 to CF-RESP-14), and that the
// record has the evidence.
func TestLab(t *testing.T) {
	t.Parallel()
	e, l, ring := newLabEdge(t, lab.Config{})
	for _, origin := range l.Origins() {
		t.Run(origin.Name, func(t *testing.T) {
			t.Parallel()
			v := &edge.ViewerRequest{
				Method: "GET", Scheme: "http", Host: "localhost", URI: origin.Path(), Proto: "HTTP/1.1",
				RemoteAddr: "127.0.0.1:50000", Form: edge.FormOrigin,
			}
			if origin.Method == "POST" {
				v.Method, v.Body, v.ContentLength = "POST", io.NopCloser(strings.NewReader("x")), 1
			}
			r := e.Serve(t.Context(), v)
			body, bodyErr := io.ReadAll(r.Body)
			r.Body.Close()
			if r.Status != origin.Status {
				t.Errorf("status %d, want %d; %s", r.Status, origin.Status, r.Header.Get("X-Edgesim-Detail"))
			}
			id := r.Header.Get("X-Amz-Cf-Id")
			x, err := ring.Get(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			if origin.Cause == "" {
				checkRelayed(t, origin, r, x, bodyErr)
				return
			}
			checkErrorPage(t, origin, r, x, string(body))
		})
	}
}

func checkErrorPage(t *testing.T, origin lab.Origin, r *edge.Response, x *recording.Exchange, body string) {
	t.Helper()
	spec := origin.Cause.Spec()
	want := string(origin.Rules[0]) + " " + string(origin.Cause)
	if got := r.Header.Get("X-Edgesim-Cause"); got != want {
		t.Errorf("cause %q, want %q; %s", got, want, r.Header.Get("X-Edgesim-Detail"))
	}
	if body != policy.ErrorPage(spec.Status, spec.Sentence, x.ID) {
		t.Errorf("the page is not the one of the cause:\n%s", body)
	}
	for name, value := range map[string]string{"Server": "CloudFront", "Content-Type": "text/html", "X-Cache": "Error from cloudfront"} {
		if got := r.Header.Get(name); got != value {
			t.Errorf("%s: %q, want %q", name, got, value)
		}
	}
	if len(x.ID) != 56 || !strings.HasSuffix(x.ID, "==") {
		t.Errorf("X-Amz-Cf-Id %q is not 56 characters ending in ==", x.ID)
	}
	if x.Cause != nil && (x.Cause.Hint == "" || r.Header.Get("X-Edgesim-Hint") == "") {
		t.Errorf("%s has no hint", x.Cause.Name) // what failed says how to fix it
	}
	if x.Cause == nil || x.Cause.Detail == "" || x.ResultType != "Error" || x.DetailedResultType != spec.DetailedResultType {
		t.Errorf("recorded: cause %+v, result %q, detailed %q", x.Cause, x.ResultType, x.DetailedResultType)
	}
	if len(x.Attempts) == 0 || x.Attempts[len(x.Attempts)-1].Cause == nil {
		t.Errorf("no attempt with a cause: %+v", x.Attempts)
	}
	if last := x.Attempts[len(x.Attempts)-1]; spec.Stage == policy.StageHandshake && last.Handshake != nil {
		// What the origin said is there as bytes: an alert has seven at least.
		if h := last.Handshake; (h.Alert != nil || len(h.FirstBytes) > 0) && len(h.Flight) < 7 {
			t.Errorf("the origin's flight is %x, with alert %v and first bytes %q", h.Flight, h.Alert, h.FirstBytes)
		}
	}
	if spec.Stage == policy.StageVerify {
		checkEvidence(t, origin, x.Attempts[len(x.Attempts)-1])
	}
}

// checkEvidence: a certificate's verdict comes with the chain as sent and with
// every finding, the deciding one among them.
func checkEvidence(t *testing.T, origin lab.Origin, a *originconn.Attempt) {
	t.Helper()
	if a.Handshake == nil || len(a.Handshake.PeerCertificates) == 0 {
		t.Fatalf("no chain in %+v", a.Handshake)
	}
	for _, f := range a.Findings {
		if f.Rule == origin.Rules[0] && f.Verdict == policy.Fail {
			return
		}
	}
	t.Errorf("no failed finding for %s in %+v", origin.Rules[0], a.Findings)
}

func checkRelayed(t *testing.T, origin lab.Origin, r *edge.Response, x *recording.Exchange, bodyErr error) {
	t.Helper()
	cut := strings.Contains(origin.Name, "cut") || strings.Contains(origin.Name, "stall")
	var cause *policy.Cause
	if errors.As(bodyErr, &cause) != cut {
		t.Errorf("the body ended with %v", bodyErr)
	}
	if (x.Cause != nil) != cut || cut != (origin.BodyCause != "") || cut && x.Cause.Name != origin.BodyCause {
		t.Errorf("recorded cause %v, the lab says %q", x.Cause, origin.BodyCause)
	}
	want := "Miss from cloudfront"
	if origin.Status >= 400 {
		want = "Error from cloudfront"
	}
	if got := r.Header.Get("X-Cache"); got != want {
		t.Errorf("X-Cache %q, want %q", got, want)
	}
	if r.Header.Get("X-Edgesim-Cause") != "" || r.Header.Get("X-Amz-Cf-Pop") == "" || !strings.HasSuffix(r.Header.Get("Via"), ".cloudfront.net (CloudFront)") {
		t.Errorf("header %v", r.Header)
	}
	if len(x.Response.Body) == 0 && origin.Status == 200 {
		t.Error("the body was not recorded")
	}
}
