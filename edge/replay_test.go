package edge_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"reflect"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/internal/lab"
	"github.com/edgesim/edgesim/internal/replay"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/recording"
)

// noOrigin is a client that can reach nothing.
func noOrigin(t *testing.T) *originconn.Client {
	t.Helper()
	client := &originconn.Client{
		DialContext: func(context.Context, string, string) (net.Conn, error) {
			t.Error("an origin was dialed")
			return nil, errors.New("there is no origin")
		},
		Resolver: noResolver{t},
	}
	t.Cleanup(func() { client.Close() })
	return client
}

type noResolver struct{ t *testing.T }

func (r noResolver) LookupNetIP(context.Context, string, string) ([]netip.Addr, error) {
	r.t.Error("a name was looked up")
	return nil, errors.New("there is no resolver")
}

// seen is what a viewer can tell of an answer, but for what differs by nature.
type seen struct {
	Status int
	Header http.Header
	Body   string
	Cut    bool
}

// serve sends one request and reads the answer whole.
func serve(t *testing.T, e *edge.Edge, v *edge.ViewerRequest) (seen, string) {
	t.Helper()
	r := e.Serve(t.Context(), v)
	body, err := io.ReadAll(r.Body)
	r.Body.Close()
	id := r.Header.Get("X-Amz-Cf-Id")
	header := r.Header.Clone()
	for _, name := range []string{"X-Amz-Cf-Id", "X-Edgesim-Exchange", "X-Edgesim-Replayed"} {
		header.Del(name)
	}
	return seen{r.Status, header, strings.ReplaceAll(string(body), id, "ID"), err != nil}, id
}

// TestReplayLab records what every origin of the lab does, and plays it with no
// origin at all: the viewer sees the same, bytes and failures, and the record
// has the attempts of then and says whose they are.
func TestReplayLab(t *testing.T) {
	t.Parallel()
	e, l, ring := newLabEdge(t, lab.Config{})
	e.BodyLimit = 1 << 20
	request := func(o lab.Origin) *edge.ViewerRequest {
		v := &edge.ViewerRequest{
			Method: "GET", Scheme: "http", Host: "localhost", URI: o.Path(), Proto: "HTTP/1.1", RemoteAddr: "127.0.0.1:50000", Form: edge.FormOrigin,
			Header: http.Header{"Accept-Encoding": {"gzip"}},
		}
		if o.Method == "POST" {
			v.Method, v.Body, v.ContentLength = "POST", io.NopCloser(strings.NewReader("x")), 1
		}
		return v
	}
	type first struct {
		seen seen
		id   string
	}
	live := map[string]first{}
	for _, o := range l.Origins() {
		s, id := serve(t, e, request(o))
		live[o.Name] = first{s, id}
	}
	source, err := replay.Open(t.Context(), replay.Config{Store: ring})
	if err != nil {
		t.Fatal(err)
	}
	if source.Exchanges() != len(live) {
		t.Errorf("%d of %d exchanges can be played", source.Exchanges(), len(live))
	}
	again := recording.NewRing(recording.RingConfig{})
	client := noOrigin(t)
	client.Answer = source.Answer
	played := &edge.Edge{Distribution: l.Distribution(), Client: client, Recorder: again, BodyLimit: e.BodyLimit}
	for _, o := range l.Origins() {
		t.Run(o.Name, func(t *testing.T) {
			t.Parallel()
			want := live[o.Name]
			got, id := serve(t, played, request(o))
			got.Body = strings.ReplaceAll(got.Body, want.id, "ID") // of an origin that echoes
			// Via and the number of the edge are the same in one process.
			if !reflect.DeepEqual(got, want.seen) {
				t.Errorf("got  %+v\nwant %+v", got, want.seen)
			}
			before, err := ring.Get(t.Context(), want.id)
			if err != nil {
				t.Fatal(err)
			}
			after, err := again.Get(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			if after.Replayed != want.id || len(after.Attempts) != len(before.Attempts) || after.Response.OriginHead != before.Response.OriginHead {
				t.Errorf("recorded %q with %d attempts and %q, want %q, %d, %q", after.Replayed, len(after.Attempts), after.Response.OriginHead,
					want.id, len(before.Attempts), before.Response.OriginHead)
			}
			for i, a := range before.Attempts {
				if i == len(after.Attempts) {
					break
				}
				if b := after.Attempts[i]; !reflect.DeepEqual(a.Handshake, b.Handshake) || !reflect.DeepEqual(a.Findings, b.Findings) || a.Phases != b.Phases {
					t.Errorf("attempt %d: got %+v, want %+v", i+1, b, a)
				}
			}
		})
	}
}

// TestReplayStrict: a request that is not recorded is refused with a cause of edgesim's
// own, and no connection is opened.
func TestReplayStrict(t *testing.T) {
	t.Parallel()
	source, err := replay.Open(t.Context(), replay.Config{Store: recording.NewRing(recording.RingConfig{})})
	if err != nil {
		t.Fatal(err)
	}
	l, err := lab.Start(context.Background(), lab.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	client := noOrigin(t)
	client.Answer = source.Answer
	e := &edge.Edge{Distribution: l.Distribution(), Client: client}
	r := e.Serve(t.Context(), &edge.ViewerRequest{Method: "GET", Scheme: "http", Host: "localhost", URI: "/expired?a=1", Proto: "HTTP/1.1"})
	page, _ := io.ReadAll(r.Body)
	r.Body.Close()
	if r.Status != 501 || r.Header.Get("X-Edgesim-Cause") != "EDGESIM-REPLAY replay-no-match" || !strings.Contains(string(page), "This is not an answer of CloudFront") ||
		!strings.Contains(r.Header.Get("X-Edgesim-Detail"), "/expired?a=1: no recorded exchange has this method and URL") {
		t.Errorf("got %d %v %s", r.Status, r.Header, page)
	}
}

// TestReplayCustomErrorPage: an error with a custom error page is replayed as the origin's
// own answer and the page's, from which the page replaces the error again; a replay can be
// replayed as well. Without the custom error response the viewer gets the origin's status,
// and a body that is visibly missing.
func TestReplayCustomErrorPage(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		app    http.HandlerFunc // nil: nothing listens
		pages  http.HandlerFunc
		change func(*distribution.Distribution)
	}{
		{"the origin's answer", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no such order", 404) }, page(200), nil},
		{"no origin", nil, page(200), nil},
		{"no page", status(404), nil, nil},
		{"another page", status(404), page(410), nil},
		{"one origin for both", func(w http.ResponseWriter, r *http.Request) {
			if !strings.HasPrefix(r.URL.Path, "/errors/") {
				w.WriteHeader(404)
			}
			io.WriteString(w, r.URL.Path)
		}, nil, func(d *distribution.Distribution) { d.Behaviors[0].TargetOriginID = "app" }},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, map[string]http.HandlerFunc{"app": row.app, "pages": row.pages})
			s.edge.BodyLimit = 1 << 10
			s.withPages("pages", distribution.CustomErrorResponse{ErrorCode: 404, ResponsePagePath: "/errors/x.html", ResponseCode: 200},
				distribution.CustomErrorResponse{ErrorCode: 502, ResponsePagePath: "/errors/x.html", ResponseCode: 503})
			if row.change != nil {
				row.change(s.edge.Distribution)
			}
			request := func() *edge.ViewerRequest {
				return &edge.ViewerRequest{Method: "GET", Scheme: "http", Host: "localhost", URI: "/orders/7", Proto: "HTTP/1.1", RemoteAddr: "127.0.0.1:50000"}
			}
			want, id := serve(t, s.edge, request())
			store := s.ring
			for range 2 {
				source, err := replay.Open(t.Context(), replay.Config{Store: store})
				if err != nil {
					t.Fatal(err)
				}
				if source.Exchanges() != 1 {
					t.Errorf("%d exchanges can be played, want 1", source.Exchanges())
				}
				client := noOrigin(t)
				client.Answer = source.Answer
				store = recording.NewRing(recording.RingConfig{})
				e := &edge.Edge{Distribution: s.edge.Distribution, Client: client, Recorder: store, BodyLimit: s.edge.BodyLimit}
				got, again := serve(t, e, request())
				if !reflect.DeepEqual(got, want) {
					t.Errorf("got  %+v\nwant %+v", got, want)
				}
				before, _ := s.ring.Get(t.Context(), id)
				after, err := store.Get(t.Context(), again)
				if err != nil || before == nil {
					t.Fatal("not recorded: ", err)
				}
				if len(after.Attempts) != len(before.Attempts) || after.ErrorPage == nil || after.ErrorPage.Replaced != before.ErrorPage.Replaced {
					t.Errorf("%d attempts and %+v, want %d and %+v", len(after.Attempts), after.ErrorPage, len(before.Attempts), before.ErrorPage)
				}
			}
		})
	}
	t.Run("no custom error response any more", func(t *testing.T) {
		t.Parallel()
		s := newSite(t, map[string]http.HandlerFunc{"app": func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no such order", 404) }, "pages": page(200)})
		s.edge.BodyLimit = 1 << 10
		s.withPages("pages", distribution.CustomErrorResponse{ErrorCode: 404, ResponsePagePath: "/errors/x.html", ResponseCode: 200})
		v := edge.ViewerRequest{Method: "GET", Scheme: "http", Host: "localhost", URI: "/orders/7", Proto: "HTTP/1.1"}
		first := v
		serve(t, s.edge, &first)
		source, err := replay.Open(t.Context(), replay.Config{Store: s.ring})
		if err != nil {
			t.Fatal(err)
		}
		s.edge.Distribution.CustomErrors = nil
		client := noOrigin(t)
		client.Answer = source.Answer
		got, _ := serve(t, &edge.Edge{Distribution: s.edge.Distribution, Client: client}, &v)
		if got.Status != 404 || !got.Cut || got.Body != "" {
			t.Errorf("got %+v, want 404 with a body that is cut off", got)
		}
	})
}

// TestRequestBodyOfReplay checks what a replay compares: what is recorded of the viewer's
// body, and whether it was read at all.
func TestRequestBodyOfReplay(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		limit  int
		origin http.HandlerFunc
		body   string
		want   recording.Viewer
	}{
		{"whole", 10, echo, "hello", recording.Viewer{Body: []byte("hello"), BodyBytes: 5}},
		{"in part", 3, echo, "hello", recording.Viewer{Body: []byte("hel"), BodyBytes: 5, Truncated: true}},
		{"not kept", 0, echo, "hello", recording.Viewer{BodyBytes: 5}},
		{"not read, as nothing listens", 10, nil, "hello", recording.Viewer{Truncated: true}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, map[string]http.HandlerFunc{"app": row.origin})
			s.edge.BodyLimit = row.limit
			r := s.edge.Serve(t.Context(), &edge.ViewerRequest{
				Method: "POST", Scheme: "http", Host: "localhost", URI: "/", Proto: "HTTP/1.1",
				Body: io.NopCloser(strings.NewReader(row.body)), ContentLength: int64(len(row.body)),
			})
			io.Copy(io.Discard, r.Body)
			r.Body.Close()
			v := s.recorded(t, r).Viewer
			got := recording.Viewer{Body: v.Body, BodyBytes: v.BodyBytes, Truncated: v.Truncated}
			if !reflect.DeepEqual(got, row.want) {
				t.Errorf("got %+v, want %+v", got, row.want)
			}
		})
	}
}

func echo(w http.ResponseWriter, r *http.Request) { io.Copy(w, r.Body) }
