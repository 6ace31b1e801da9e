package edge_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/faults"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

// This file has what the edge must not do. That no connection and no body stays
// open is held by conntest, in every test of the package.

// TestViewerThatLeftDoesNotFailOver: the secondary origin is not asked after the viewer has
// left, regardless of the group's status codes.
func TestViewerThatLeftDoesNotFailOver(t *testing.T) {
	t.Parallel()
	ctx, leave := context.WithCancel(t.Context())
	var second atomic.Int32
	s := newSite(t, map[string]http.HandlerFunc{
		"a": func(_ http.ResponseWriter, r *http.Request) { leave(); <-r.Context().Done() },
		"b": func(http.ResponseWriter, *http.Request) { second.Add(1) },
	})
	d := s.edge.Distribution
	d.OriginGroups = []distribution.OriginGroup{{ID: "group", Members: []string{"a", "b"}, StatusCodes: []int{400, 403, 404, 500, 502, 503, 504}}}
	d.DefaultBehavior.TargetOriginID = "group"
	r := s.edge.Serve(ctx, &edge.ViewerRequest{Method: "GET", Scheme: "http", Host: "localhost", Proto: "HTTP/1.1", URI: "/"})
	r.Body.Close()
	x := s.recorded(t, r)
	if second.Load() != 0 || x.Cause == nil || x.Cause.Name != policy.CauseViewerAborted || len(x.Failover) != 0 {
		t.Errorf("the secondary was asked %d times; cause %v, failover %v", second.Load(), x.Cause, x.Failover)
	}
}

// malformed is a request body that breaks the rules after a few bytes.
type malformed struct{ io.Reader }

func (m malformed) Read(p []byte) (int, error) {
	n, err := m.Reader.Read(p)
	if err == io.EOF {
		err = policy.BadRequest(errors.New("a chunk without a size"))
	}
	return n, err
}

func (malformed) Close() error { return nil }

// TestMalformedBodyIsNotTheOrigins: a viewer's body that violates the rules is its own
// mistake: 400, and nothing about the origin is reported or cached (CF-ERR-24).
func TestMalformedBodyIsNotTheOrigins(t *testing.T) {
	t.Parallel()
	s := newSite(t, map[string]http.HandlerFunc{"app": func(_ http.ResponseWriter, r *http.Request) { io.Copy(io.Discard, r.Body) }})
	s.edge.Cache = edge.NewCache(edge.CacheConfig{Mode: edge.CacheErrors})
	s.edge.Distribution.DefaultBehavior.AllowedMethods = []string{"GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"}
	r, _ := s.ask(t, edge.ViewerRequest{Method: "POST", Body: malformed{strings.NewReader("abc")}, ContentLength: -1})
	x := s.recorded(t, r)
	if r.Status != 400 || x.Cause == nil || x.Cause.Name != policy.CauseViewerBadRequest {
		t.Fatalf("got %d, %v", r.Status, x.Cause)
	}
	for _, f := range x.Findings {
		if strings.HasPrefix(f.Subject, "keeping the ") {
			t.Errorf("it is judged how long the viewer's mistake would be kept: %+v", f)
		}
	}
}

// TestNoAdviceOnForcedFaults: a forced fault has no reason in the configuration, and none
// is looked for.
func TestNoAdviceOnForcedFaults(t *testing.T) {
	t.Parallel()
	advised := 0
	for _, cause := range append(faults.Causes(), "") {
		s := newSite(t, map[string]http.HandlerFunc{"app": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://app.example/", http.StatusMovedPermanently)
		}})
		if r, _ := s.ask(t, edge.ViewerRequest{}); r.Header.Get("X-Edgesim-Hint") != "" {
			advised++
		}
		s.edge.Faults = faults.For(s.edge.Distribution)
		if err := s.edge.Faults.Add(faults.Fault{Cause: cause, Latency: faults.Duration(time.Microsecond)}); err != nil {
			t.Fatal(err)
		}
		r, _ := s.ask(t, edge.ViewerRequest{})
		hint := r.Header.Get("X-Edgesim-Hint")
		if cause == "" && hint != "" || cause != "" && hint != "the origin was not asked; DELETE /api/faults, or POST /api/reset, ends what is forced" {
			t.Errorf("%q: the hint is %q", cause, hint)
		}
	}
	if advised == 0 {
		t.Error("the same answer gets no advice when it is not forced: this test proves nothing")
	}
}

// TestBuffered: response bodies report how much of them is available, so that few writes
// are needed; and an HTTP/2 viewer gets no Connection field (CF-ERR-37).
func TestBuffered(t *testing.T) {
	t.Parallel()
	for proto, connection := range map[string]string{"HTTP/1.1": "keep-alive", "HTTP/2.0": ""} {
		s := newSite(t, map[string]http.HandlerFunc{"app": nil})
		protocol("redirect-to-https")(s.edge.Distribution)
		r := s.edge.Serve(t.Context(), &edge.ViewerRequest{Method: "GET", Scheme: "http", Host: "localhost", Proto: proto, URI: "/"})
		if b, ok := r.Body.(originconn.Buffered); !ok || int64(b.Buffered()) != r.ContentLength || r.ContentLength == 0 {
			t.Errorf("%s: of %d bytes it has %v", proto, r.ContentLength, r.Body)
		}
		if got := r.Header.Get("Connection"); r.Status != 301 || got != connection {
			t.Errorf("%s: %d with Connection %q, want 301 with %q", proto, r.Status, got, connection)
		}
		r.Body.Close()
	}
}
