package proxy_test

import (
	"bytes"
	"crypto/tls"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/internal/conntest"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/proxy"
)

// TestFloodOfStreams: a few HTTP/2 connections that request as much as they can do not keep
// others from being served: requests beyond the edge's limit are answered with 503 at once,
// and the origin never gets more (CF-ERR-10).
func TestFloodOfStreams(t *testing.T) {
	t.Parallel()
	const most, connections, streams = 64, 3, 100
	const taken = most/2 + connections*8 // at most: half of the room, and the share of each
	var underWay, peak atomic.Int32
	flooded := make(chan struct{})
	origin := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := underWay.Add(1)
		defer underWay.Add(-1)
		for seen := peak.Load(); n > seen && !peak.CompareAndSwap(seen, n); seen = peak.Load() {
		}
		if r.URL.Path != "/healthy" {
			<-flooded
		}
	})}
	ln := listen(t)
	go origin.Serve(ln)
	t.Cleanup(func() { origin.Close() })
	client := conntest.Watch(t, &originconn.Client{ConnectTo: map[string]string{"app.example": ln.Addr().String()}})
	b := distribution.NewCacheBehavior("app")
	b.PathPattern, b.ViewerProtocolPolicy = "*", distribution.ViewerAllowAll
	b.CachePolicy, _ = distribution.ManagedCachePolicy("CachingDisabled")
	e := &edge.Edge{Client: client, MaxRequests: most, Distribution: &distribution.Distribution{
		Enabled: true, DefaultBehavior: b, Origins: []distribution.Origin{{
			ID: "app", DomainName: "app.example", ProtocolPolicy: distribution.OriginHTTPOnly, HTTPPort: 80,
			ConnectionAttempts: 1, ConnectionTimeout: 20 * time.Second, ResponseTimeout: 60 * time.Second, KeepaliveTimeout: 60 * time.Second,
		}},
	}}
	s := start(t, proxy.Config{Serve: e.Serve})

	var viewers sync.WaitGroup
	statuses := make(chan int, connections*streams)
	refused := make(chan struct{}, connections*streams)
	for range connections {
		c, url := clients["tls, h2"](t, s)
		if status := ask(t, c, url+"healthy"); status != 200 { // it has one connection from now on
			t.Fatalf("got %d", status)
		}
		viewers.Go(func() {
			var all sync.WaitGroup
			for range streams {
				all.Go(func() {
					status := ask(t, c, url+"flood")
					if status == 503 {
						refused <- struct{}{}
					}
					statuses <- status
				})
			}
			all.Wait()
		})
	}
	for range connections*streams - taken { // all that cannot be under way
		<-refused
	}
	for range 3 {
		c, url := clients["tls, h2"](t, s)
		if status := ask(t, c, url+"healthy"); status != 200 {
			t.Errorf("a healthy viewer over HTTP/2 got %d", status)
		}
	}
	resp, err := http.Get("http://" + s.http + "/healthy")
	must(t, err)
	if resp.Body.Close(); resp.StatusCode != 200 {
		t.Errorf("a healthy viewer over HTTP/1.1 got %d", resp.StatusCode)
	}
	close(flooded)
	viewers.Wait()
	close(statuses)
	count := map[int]int{}
	for status := range statuses {
		count[status]++
	}
	if peak.Load() > taken+1 || count[200] < most/2 || count[200]+count[503] != connections*streams {
		t.Errorf("the origin was asked for %d at a time, want at most %d; answers: %v", peak.Load(), taken+1, count)
	}
}

// ask returns the status of an answer.
func ask(t *testing.T, c *http.Client, url string) int {
	resp, err := c.Get(url)
	if err != nil {
		t.Error(err)
		return 0
	}
	io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
	return resp.StatusCode
}

// TestViewerWithoutWindow: a viewer over HTTP/2 that takes no byte of an answer,
// however small that is, does not keep its stream for ever.
func TestViewerWithoutWindow(t *testing.T) {
	t.Parallel()
	s := start(t, proxy.Config{WriteTimeout: time.Millisecond, Serve: text("hello")})
	c := tls.Client(dial(t, s.https), &tls.Config{RootCAs: s.CA().Pool(), ServerName: "127.0.0.1", NextProtos: []string{"h2"}})
	_, err := io.WriteString(c, http2.ClientPreface)
	must(t, err)
	framer := http2.NewFramer(c, c)
	must(t, framer.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: 0}))
	var block bytes.Buffer
	fields := hpack.NewEncoder(&block)
	for _, f := range [][2]string{{":method", "GET"}, {":scheme", "https"}, {":authority", "a.example"}, {":path", "/"}} {
		must(t, fields.WriteField(hpack.HeaderField{Name: f[0], Value: f[1]}))
	}
	must(t, framer.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: block.Bytes(), EndStream: true, EndHeaders: true}))
	for {
		frame, err := framer.ReadFrame()
		if err != nil {
			t.Fatalf("the stream was not reset: %v", err)
		}
		switch frame.(type) {
		case *http2.DataFrame:
			t.Fatal("a byte came without a window")
		case *http2.RSTStreamFrame:
			return
		}
	}
}
