package originconn_test

import (
	"bytes"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

// TestResponses is what a hostile or broken origin sends, over plain HTTP: each
// ends in a cause, and what is sound passes. CF-RESP-01, CF-RESP-23, CF-RESP-24,
// CF-LIMIT-01.
func TestResponses(t *testing.T) {
	t.Parallel()
	field := func(n int) string { return "X: " + strings.Repeat("x", n-len("X: \r\n")) + "\r\n" }
	const start, end = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n", "\r\nok"
	room := policy.ResponseHeaderLimit - len(start) - len("\r\n")
	for _, row := range []struct {
		name  string
		sends string
		cause policy.CauseName
		rule  policy.RuleID
	}{
		{"sound", ok, "", ""},
		{"an interim response first", "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + ok, "", ""},
		{"CF-RESP-01 one 100 Continue", "HTTP/1.1 100 Continue\r\n\r\n" + ok, "", ""},
		{"CF-RESP-01 two of them", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" + ok, "response-invalid", "CF-RESP-24"},
		{"CF-RESP-24 status line", "HTTP/1.1 TWO OK\r\n\r\n", "response-invalid", "CF-RESP-24"},
		{"CF-RESP-24 not HTTP", "SSH-2.0-OpenSSH_9.2\r\n", "response-invalid", "CF-RESP-24"},
		{"CF-RESP-24 HTTP/2", "HTTP/2.0 200 OK\r\n\r\n", "response-invalid", "CF-RESP-24"},
		{"CF-RESP-24 field", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "response-invalid", "CF-RESP-24"},
		{"CF-RESP-24 two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok", "response-invalid", "CF-RESP-24"},
		{"CF-RESP-24 length and coding", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", "response-invalid", "CF-RESP-24"},
		{"CF-RESP-24 coding and length", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-length: 2\r\n\r\n2\r\nok\r\n0\r\n\r\n", "response-invalid", "CF-RESP-24"},
		{"CF-RESP-24 another coding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", "response-invalid", "CF-RESP-24"},
		{"CF-RESP-24 list of lengths", "HTTP/1.1 200 OK\r\nContent-Length: 2, 3\r\n\r\nok", "response-invalid", "CF-RESP-24"},
		{"CF-RESP-24 negative length", "HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nok", "response-invalid", "CF-RESP-24"},
		{"some interim responses", strings.Repeat("HTTP/1.1 103 Early Hints\r\n\r\n", 16) + ok, "", ""},
		{"CF-RESP-24 interim responses without end", strings.Repeat("HTTP/1.1 103 Early Hints\r\n\r\n", 1000) + ok, "response-invalid", "CF-RESP-24"},
		{"CF-RESP-24 length of no number", "HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\nok", "response-invalid", "CF-RESP-24"},
		{"unasked upgrade", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", "response-invalid", "CF-RESP-24"},
		{"unasked WebSocket", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n", "response-invalid", "CF-RESP-24"},
		{"CF-RESP-23 exactly the limit", start + field(room) + end, "", ""},
		{"CF-RESP-23 one byte more", start + field(room+1) + end, "response-headers-too-big", "CF-RESP-23"},
		{"CF-RESP-23 without end", start + strings.Repeat(field(1000), 1000), "response-headers-too-big", "CF-RESP-23"},
		{"CF-ERR-04 nothing", "", "origin-closed", "CF-ERR-04"},
		{"CF-ERR-04 half a head", "HTTP/1.1 200 OK\r\nContent-", "origin-closed", "CF-ERR-04"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client := pipes(t, says(row.sends))
				result := client.Do(t.Context(), defaults(), get())
				checkCause(t, result.Cause, row.cause, row.rule)
				if result.Response != nil {
					if body, err := io.ReadAll(result.Response.Body); string(body) != "ok" || err != nil {
						t.Errorf("body %q, %v", body, err)
					}
					result.Response.Body.Close()
				}
			})
		})
	}
}

// TestBodies: how a body may end (CF-RESP-17, CF-RESP-18, CF-RESP-19).
func TestBodies(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name  string
		sends string
		body  string
		cause policy.CauseName
	}{
		{"length", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", "abc", ""},
		{"empty", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "", ""},
		{"no content", "HTTP/1.1 204 No Content\r\n\r\n", "", ""},
		{"chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n", "abc", ""},
		{"CF-RESP-19 until the end of the connection", "HTTP/1.1 200 OK\r\n\r\nabc", "abc", ""},
		{"CF-RESP-17 shorter than its length", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", "abc", "origin-closed"},
		{"CF-RESP-18 no last chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", "abc", "origin-closed"},
		{"a chunk of no size", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n", "abc", "response-invalid"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client := pipes(t, says(row.sends))
				result := client.Do(t.Context(), defaults(), get())
				if result.Cause != nil {
					t.Fatal(result.Cause)
				}
				body, err := io.ReadAll(result.Response.Body)
				result.Response.Body.Close()
				if string(body) != row.body {
					t.Errorf("body %q, want %q", body, row.body)
				}
				cause, _ := err.(*policy.Cause)
				switch {
				case row.cause == "" && err != nil:
					t.Errorf("the body ended with %v", err)
				case row.cause != "" && (cause == nil || cause.Name != row.cause || cause.Stage != policy.StageBody):
					t.Errorf("the body ended with %v, want %s", err, row.cause)
				}
			})
		})
	}
}

// TestRequestOnTheWire checks the bytes of requests: the fields keep their order, and the
// framing matches the body (CF-REQ-01, CF-CONN-18).
func TestRequestOnTheWire(t *testing.T) {
	t.Parallel()
	fields := []policy.Field{{Name: "Host", Value: "o"}, {Name: "x-lower", Value: "1"}, {Name: "A", Value: "2"}}
	const head = " /p?q HTTP/1.1\r\nHost: o\r\nx-lower: 1\r\nA: 2\r\n"
	for _, row := range []struct {
		name   string
		method string
		body   string
		length int64 // -1: chunked; 0: no body
		want   string
	}{
		{"GET", "GET", "", 0, "GET" + head + "\r\n"},
		{"POST without a body", "POST", "", 0, "POST" + head + "Content-Length: 0\r\n\r\n"},
		{"POST", "POST", "hello", 5, "POST" + head + "Content-Length: 5\r\n\r\nhello"},
		{"chunked", "PUT", "hello", -1, "PUT" + head + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"},
		{"DELETE", "DELETE", "", 0, "DELETE" + head + "\r\n"},
		{"no body, whatever its length", "DELETE", "", -1, "DELETE" + head + "\r\n"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var wire bytes.Buffer
				client := pipes(t, func(conn net.Conn) {
					receive(teeConn{conn, &wire})
					io.WriteString(conn, ok)
				})
				r := &originconn.Request{Method: row.method, RequestURI: "/p?q", Header: fields, ContentLength: row.length}
				if row.body != "" {
					r.Body = io.NopCloser(strings.NewReader(row.body))
				}
				result := client.Do(t.Context(), defaults(), r)
				if result.Cause != nil {
					t.Fatal(result.Cause)
				}
				result.Response.Body.Close()
				if got := wire.String(); got != row.want {
					t.Errorf("sent %q\nwant %q", got, row.want)
				}
			})
		})
	}
}

// teeConn keeps a copy of what is read.
type teeConn struct {
	net.Conn
	copy io.Writer
}

func (c teeConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.copy.Write(p[:n])
	return n, err
}

// TestViewerBodyBreaksOff: a viewer that stops in the middle of its body is not
// the origin's failure, and the origin's connection is not kept.
func TestViewerBodyBreaksOff(t *testing.T) {
	t.Parallel()
	for _, length := range []int64{10, -1} {
		synctest.Test(t, func(t *testing.T) {
			client := pipes(t, silent)
			r := post("")
			r.Body, r.ContentLength = io.NopCloser(io.MultiReader(strings.NewReader("abc"), broken{})), length
			result := client.Do(t.Context(), defaults(), r)
			checkCause(t, result.Cause, policy.CauseViewerAborted, "CF-LOG-03")
			if n := client.TestOnlyIdle(); n != 0 {
				t.Errorf("%d connections were kept", n)
			}
		})
	}
}

// TestOriginClosesDuringUpload: an origin that hangs up while the viewer is still
// sending is the origin's failure: that the edge then gives up the viewer's body is
// not the viewer's doing (CF-ERR-04).
func TestOriginClosesDuringUpload(t *testing.T) {
	t.Parallel()
	for _, length := range []int64{10, -1} {
		synctest.Test(t, func(t *testing.T) {
			client := pipes(t, func(conn net.Conn) { conn.Read(make([]byte, 1<<10)) })
			slow, feed := io.Pipe() // a viewer that never ends its body
			go feed.Write([]byte("abc"))
			r := post("")
			r.Body, r.ContentLength = slow, length
			checkCause(t, client.Do(t.Context(), defaults(), r).Cause, policy.CauseOriginClosed, "CF-ERR-04")
		})
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// TestEarlyResponse: an origin that answers before it has the whole body is
// heard at once, and the connection is not used again.
func TestEarlyResponse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := pipes(t, func(conn net.Conn) {
			buf := make([]byte, 1<<10)
			conn.Read(buf)
			io.WriteString(conn, "HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")
			io.Copy(io.Discard, conn)
		})
		slow, feed := io.Pipe() // a viewer that never ends its body
		go feed.Write([]byte("x"))
		r := post("")
		r.Body, r.ContentLength = slow, 1<<20
		started := time.Now()
		result := client.Do(t.Context(), defaults(), r)
		if result.Cause != nil || result.Response.Status != 413 {
			t.Fatalf("got %+v", result)
		}
		result.Response.Body.Close()
		if took := time.Since(started); took > time.Second {
			t.Errorf("took %s", took)
		}
		if n := client.TestOnlyIdle(); n != 0 {
			t.Errorf("%d connections were kept", n)
		}
	})
}
