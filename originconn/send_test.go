package originconn_test

import (
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/edgesim/edgesim/internal/conntest"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

// TestUnsafeRequest: what would become another request on the wire is not sent, regardless
// of its source.
func TestUnsafeRequest(t *testing.T) {
	t.Parallel()
	safe := func() *originconn.Request {
		return &originconn.Request{Method: "GET", RequestURI: "/", Header: []policy.Field{{Name: "Host", Value: "origin.test"}}}
	}
	tests := map[string]func(*originconn.Request){
		"CR LF in the method": func(r *originconn.Request) { r.Method = "GET / HTTP/1.1\r\nX" },
		"space in the method": func(r *originconn.Request) { r.Method = "GET /x" },
		"no method":           func(r *originconn.Request) { r.Method = "" },
		"CR LF in the target": func(r *originconn.Request) { r.RequestURI = "/\r\nX:" },
		"LF in the target":    func(r *originconn.Request) { r.RequestURI = "/\nX:" },
		"NUL in the target":   func(r *originconn.Request) { r.RequestURI = "/\x00" },
		"space in the target": func(r *originconn.Request) { r.RequestURI = "/ HTTP/1.1" },
		"CR in a name":        func(r *originconn.Request) { r.Header = append(r.Header, policy.Field{Name: "A\rB", Value: "1"}) },
		"LF in a name":        func(r *originconn.Request) { r.Header = append(r.Header, policy.Field{Name: "A\nB", Value: "1"}) },
		"colon in a name":     func(r *originconn.Request) { r.Header = append(r.Header, policy.Field{Name: "A:B", Value: "1"}) },
		"space behind a name": func(r *originconn.Request) {
			r.Header = append(r.Header, policy.Field{Name: "Content-Length ", Value: "1"})
		},
		"no name":          func(r *originconn.Request) { r.Header = append(r.Header, policy.Field{Value: "1"}) },
		"CR LF in a value": func(r *originconn.Request) { r.Header = append(r.Header, policy.Field{Name: "A", Value: "1\r\nB: 2"}) },
		"LF in a value":    func(r *originconn.Request) { r.Header = append(r.Header, policy.Field{Name: "A", Value: "1\nB: 2"}) },
		"CR in a value":    func(r *originconn.Request) { r.Header = append(r.Header, policy.Field{Name: "A", Value: "1\rB: 2"}) },
		"NUL in a value":   func(r *originconn.Request) { r.Header = append(r.Header, policy.Field{Name: "A", Value: "1\x002"}) },
		"a second request": func(r *originconn.Request) { r.Header[0].Value = "a\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: b" },
		"a length of one's own": func(r *originconn.Request) {
			r.Header = append(r.Header, policy.Field{Name: "content-LENGTH", Value: "1"})
		},
		"a coding of one's own": func(r *originconn.Request) {
			r.Header = append(r.Header, policy.Field{Name: "Transfer-encoding", Value: "chunked"})
		},
		"nothing, as a cross-check": nil,
	}
	for name, spoil := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ln, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer ln.Close()
			got := make(chan string, 1)
			go func() {
				c, err := ln.Accept()
				if err != nil {
					return
				}
				defer c.Close()
				buf := make([]byte, 4096)
				n, _ := c.Read(buf)
				got <- string(buf[:n])
				io.WriteString(c, "HTTP/1.1 204 No Content\r\n\r\n")
			}()
			client := conntest.Watch(t, &originconn.Client{ConnectTo: map[string]string{"origin.test": ln.Addr().String()}})
			defer client.Close()
			r := safe()
			if spoil != nil {
				spoil(r)
			}
			result := client.Do(t.Context(), originconn.Target{
				Host: "origin.test", Port: 80, Attempts: 3, ConnectTimeout: 5 * time.Second, ResponseTimeout: 5 * time.Second,
			}, r)
			if result.Response != nil {
				defer result.Response.Body.Close()
			}
			raw := <-got
			if spoil == nil {
				if want := "GET / HTTP/1.1\r\nHost: origin.test\r\n\r\n"; raw != want || result.Cause != nil {
					t.Errorf("the origin got %q, %v, want %q", raw, result.Cause, want)
				}
				return
			}
			var unsafe *originconn.UnsafeRequestError
			if raw != "" || result.Cause == nil || !errors.As(result.Cause, &unsafe) || unsafe.Part == "" || strings.ContainsAny(result.Cause.Detail, "\r\n\x00") {
				t.Errorf("the origin got %q, the cause is %v", raw, result.Cause)
			}
			if len(result.Attempts) != 1 {
				t.Errorf("%d attempts were made, want 1", len(result.Attempts))
			}
		})
	}
}
