package proxy_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/proxy"
)

// TestEveryRoad sends requests with bodies in every way at once, and checks that each comes
// back as sent, and in which form the edge saw it.
func TestEveryRoad(t *testing.T) {
	t.Parallel()
	s := start(t, proxy.Config{Serve: func(_ context.Context, v *edge.ViewerRequest) *edge.Response {
		var body []byte
		if v.Body != nil {
			body, _ = io.ReadAll(v.Body)
			v.Body.Close()
		}
		return response(200, fmt.Sprintf("%s %s %s %s %s", v.Form, v.Proto, v.Scheme, v.URI, body))
	}})
	want := map[string]string{
		"plain":             "origin HTTP/1.1 http",
		"tls, http/1.1":     "origin HTTP/1.1 https",
		"tls, h2":           "origin HTTP/2.0 https",
		"absolute":          "absolute HTTP/1.1 http",
		"connect, http/1.1": "connect HTTP/1.1 https",
		"connect, h2":       "connect HTTP/2.0 https",
	}
	for road, client := range clients {
		t.Run(road, func(t *testing.T) {
			t.Parallel()
			c, base := client(t, s)
			var wg sync.WaitGroup
			for i := range 20 {
				wg.Go(func() {
					body := strings.Repeat("b", i*1000)
					resp, err := c.Post(fmt.Sprintf("%s%d?q", base, i), "text/plain", strings.NewReader(body))
					if err != nil {
						t.Error(err)
						return
					}
					defer resp.Body.Close()
					got, err := io.ReadAll(resp.Body)
					if want := fmt.Sprintf("%s /%d?q %s", want[road], i, body); err != nil || string(got) != want {
						t.Errorf("got %.60q, %v, want %.60q", got, err, want)
					}
				})
			}
			wg.Wait()
		})
	}
}

// TestOthersHosts: an edge that others can reach is not an open proxy.
func TestOthersHosts(t *testing.T) {
	t.Parallel()
	served := func(host string) bool { return strings.HasPrefix(host, "mine.example") }
	tests := []struct {
		name   string
		config proxy.Config
		host   string
		want   bool
	}{
		{"loopback", proxy.Config{ServesHost: served}, "other.example", true},
		{"public, own host", proxy.Config{Public: true, ServesHost: served}, "mine.example", true},
		{"public, other host", proxy.Config{Public: true, ServesHost: served}, "other.example", false},
		{"public, nothing served", proxy.Config{Public: true}, "mine.example", false},
		{"public, forwards others", proxy.Config{Public: true, ForwardOthers: true, ServesHost: served}, "other.example", true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.config.Serve = text("ok")
			s := start(t, test.config)
			for _, raw := range []string{
				"GET http://" + test.host + "/ HTTP/1.1\r\nHost: a\r\n\r\n",
				"POST http://" + test.host + "/ HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi",
				"CONNECT " + test.host + ":443 HTTP/1.1\r\nHost: a\r\n\r\n",
			} {
				method, _, _ := strings.Cut(raw, " ")
				resp, err := http.ReadResponse(send(t, dial(t, s.http), raw), &http.Request{Method: method})
				must(t, err)
				if got := resp.StatusCode == 200; got != test.want {
					t.Errorf("%q: got status %d, want served %v", raw, resp.StatusCode, test.want)
				}
				if !test.want {
					if body, _ := io.ReadAll(resp.Body); method != "CONNECT" && strings.Count(string(body), "\n") != 1 {
						t.Errorf("%q: got %q, want one line", raw, body)
					}
				}
				resp.Body.Close()
			}
			// An origin-form request is not a proxy request.
			if resp, _ := readResponse(t, send(t, dial(t, s.http), "GET / HTTP/1.1\r\nHost: "+test.host+"\r\n\r\n"), "GET"); resp.StatusCode != 200 {
				t.Errorf("origin form: got status %d, want 200", resp.StatusCode)
			}
		})
	}
}
