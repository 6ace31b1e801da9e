package originconn_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/edgesim/edgesim/internal/pki"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

// The road of gRPC: HTTP/2 over TLS, on fake time. A goroutine that is left over
// in the end fails the test, as its bubble never ends.

// overTLS wraps an origin: TLS with these protocols on offer.
func (s *shop) overTLS(t *testing.T, protocols []string, origin func(*tls.Conn)) func(net.Conn) {
	t.Helper()
	leaf, err := s.ca.Issue(pki.Template{CommonName: "origin.example", DNSNames: []string{"origin.example"}})
	if err != nil {
		t.Fatal(err)
	}
	config := &tls.Config{Certificates: []tls.Certificate{pki.TLS(leaf)}, NextProtos: protocols}
	return func(conn net.Conn) {
		c := tls.Server(conn, config)
		defer c.Close()
		if c.HandshakeContext(context.Background()) == nil {
			origin(c)
		}
	}
}

// oneConn is a listener that has one connection to offer.
type oneConn struct {
	conns chan net.Conn
	addr  net.Addr
}

func (l *oneConn) Accept() (net.Conn, error) {
	c, ok := <-l.conns
	if !ok {
		return nil, net.ErrClosed
	}
	return c, nil
}
func (l *oneConn) Close() error   { return nil }
func (l *oneConn) Addr() net.Addr { return l.addr }

// handles serves HTTP/2 by net/http until the connection ends.
func handles(handler http.HandlerFunc) func(*tls.Conn) {
	return func(c *tls.Conn) {
		ln := &oneConn{make(chan net.Conn, 1), c.LocalAddr()}
		ln.conns <- c
		server := &http.Server{Handler: handler, ConnState: func(_ net.Conn, s http.ConnState) {
			if s == http.StateClosed {
				close(ln.conns)
			}
		}}
		server.Serve(ln)
	}
}

// framed is an origin that writes frames of its own after it has read the head
// of a request.
func framed(then func(*http2.Framer, uint32)) func(*tls.Conn) {
	return func(c *tls.Conn) {
		preface := make([]byte, len(http2.ClientPreface))
		if _, err := io.ReadFull(c, preface); err != nil {
			return
		}
		framer := http2.NewFramer(c, c)
		framer.WriteSettings()
		for {
			frame, err := framer.ReadFrame()
			if err != nil {
				return
			}
			if frame.Header().Type == http2.FrameHeaders {
				go io.Copy(io.Discard, c) // what comes besides is not waited for
				then(framer, frame.Header().StreamID)
				return
			}
		}
	}
}

// heads writes response fields.
func heads(framer *http2.Framer, stream uint32, end bool, fields ...string) {
	var block bytes.Buffer
	enc := hpack.NewEncoder(&block)
	for i := 0; i < len(fields); i += 2 {
		enc.WriteField(hpack.HeaderField{Name: fields[i], Value: fields[i+1]})
	}
	framer.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: block.Bytes(), EndHeaders: true, EndStream: end})
}

func (s *shop) overPipes(t *testing.T, origins ...func(net.Conn)) *originconn.Client {
	client := pipes(t, origins...)
	shape := s.client(t, "")
	client.Trust, client.Now = shape.Trust, shape.Now
	return client
}

func http2Target() originconn.Target {
	target := tlsTarget(policy.VersionTLS12, policy.VersionTLS13)
	target.HTTP2 = true
	return target
}

// callOf is a gRPC call with this body.
func callOf(body io.ReadCloser) *originconn.Request {
	return &originconn.Request{
		Method: "POST", RequestURI: "/pkg.Service/Method%20x?q=1", ContentLength: -1, Body: body,
		Header: []policy.Field{{Name: "Host", Value: "grpc.example"}, {Name: "Content-Type", Value: "application/grpc"}, {Name: "TE", Value: "trailers"}, {Name: "User-Agent", Value: "ua"}},
	}
}

// TestHTTP2 goes both ways at once, gets the trailer, and uses the connection
// again (CF-GRPC-01, CF-CONN-18, CF-TLS-24).
func TestHTTP2(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	origin := s.overTLS(t, []string{"h2"}, handles(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Trailer", "Grpc-Status")
		w.Header().Set("X-Saw", fmt.Sprint(r.Proto, " ", r.Host, " ", r.RequestURI, " ", r.Header))
		w.(http.Flusher).Flush()
		buf := make([]byte, 100)
		for {
			n, err := r.Body.Read(buf)
			w.Write(bytes.ToUpper(buf[:n]))
			w.(http.Flusher).Flush()
			if err != nil {
				break
			}
		}
		w.Header().Set("Grpc-Status", "0")
		w.Header().Set(http.TrailerPrefix+"X-More", "undeclared")
	}))
	synctest.Test(t, func(t *testing.T) {
		client := s.overPipes(t, origin)
		for i := range 2 {
			body, upload := io.Pipe()
			result := client.Do(t.Context(), http2Target(), callOf(body))
			if result.Cause != nil {
				t.Fatal(result.Cause)
			}
			r, a := result.Response, result.Attempts[0]
			const saw = "HTTP/2.0 grpc.example /pkg.Service/Method%20x?q=1 map[Content-Type:[application/grpc] Te:[trailers] User-Agent:[ua]]"
			if r.Proto != "HTTP/2.0" || r.Header.Get("X-Saw") != saw || !strings.HasPrefix(r.RawHead, "HTTP/2.0 200\r\n") {
				t.Errorf("%s, the origin saw %s, head %q", r.Proto, r.Header.Get("X-Saw"), r.RawHead)
			}
			for _, part := range []string{"one", "two"} { // each is answered before the next is sent
				time.Sleep(20 * time.Second) // and the response timeout of 30 s counts nothing of a request under way
				io.WriteString(upload, part)
				got := make([]byte, 3)
				if _, err := io.ReadFull(r.Body, got); err != nil || string(got) != strings.ToUpper(part) {
					t.Errorf("%q, %v", got, err)
				}
			}
			upload.Close()
			if rest, err := io.ReadAll(r.Body); len(rest) > 0 || err != nil {
				t.Errorf("%q, %v", rest, err)
			}
			r.Body.Close()
			if r.Trailer.Get("Grpc-Status") != "0" || r.Trailer.Get("X-More") != "undeclared" {
				t.Errorf("trailer %v", r.Trailer)
			}
			if alpn := a.Handshake.ALPN; alpn == nil || alpn.Agreed != "h2" || a.Handshake.Version != policy.VersionTLS13 || a.Reused != (i == 1) {
				t.Errorf("CF-TLS-24: %+v, %x, reused %t", alpn, a.Handshake.Version, a.Reused)
			}
			time.Sleep(2 * time.Second)
		}
		if n := client.TestOnlyIdle(); n != 1 {
			t.Errorf("%d idle connections", n)
		}
		time.Sleep(6 * time.Second)
		if n := client.TestOnlyIdle(); n != 0 {
			t.Errorf("%d idle connections after the keep-alive timeout", n)
		}
	})
}

// TestHTTP2Causes is what origins do wrong over HTTP/2.
func TestHTTP2Causes(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	const invalid, closed = policy.CauseResponseInvalid, policy.CauseOriginClosed
	for _, row := range []struct {
		name      string
		protocols []string
		origin    func(*tls.Conn)
		cause     policy.CauseName
		rule      policy.RuleID
		inBody    bool
	}{
		{"CF-TLS-24 another protocol", []string{"http/1.1"}, handles(nil), policy.CauseTLSHandshakeFailure, "CF-TLS-24", false},
		{"CF-TLS-24 no ALPN at all", nil, func(c *tls.Conn) { io.Copy(io.Discard, c) }, policy.CauseTLSHandshakeFailure, "CF-TLS-24", false},
		{"no HTTP/2 in spite of ALPN", []string{"h2"}, func(c *tls.Conn) {
			go io.Copy(io.Discard, c)
			io.WriteString(c, "HTTP/1.1 400 Bad Request\r\n\r\n")
			time.Sleep(time.Second)
		}, closed, "CF-ERR-04", false},
		{"reads nothing", []string{"h2"}, func(*tls.Conn) { time.Sleep(time.Hour) }, policy.CauseResponseTimeout, "CF-TIME-05", false},
		{"a frame that cannot be", []string{"h2"}, framed(func(f *http2.Framer, _ uint32) {
			f.WriteRawFrame(http2.FramePing, 0, 0, []byte("short"))
			time.Sleep(time.Second)
		}), invalid, "CF-RESP-24", false},
		{"a field with a bad name", []string{"h2"}, framed(func(f *http2.Framer, id uint32) {
			heads(f, id, true, ":status", "200", "Bad", "x")
			time.Sleep(time.Second)
		}), invalid, "CF-RESP-24", false},
		{"hung up before the response", []string{"h2"}, framed(func(*http2.Framer, uint32) {}), closed, "CF-ERR-04", false},
		{"reset the stream", []string{"h2"}, framed(func(f *http2.Framer, id uint32) { f.WriteRSTStream(id, http2.ErrCodeInternal); time.Sleep(time.Second) }), closed, "CF-ERR-04", false},
		{"went away", []string{"h2"}, framed(func(f *http2.Framer, _ uint32) { f.WriteGoAway(0, http2.ErrCodeNo, nil); time.Sleep(time.Second) }), closed, "CF-ERR-04", false},
		{"CF-RESP-23 head over the limit", []string{"h2"}, handles(func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X", strings.Repeat("x", 33000)) }), policy.CauseResponseHeadersTooBig, "CF-RESP-23", false},
		{"CF-TIME-05 silent", []string{"h2"}, framed(func(f *http2.Framer, _ uint32) { time.Sleep(time.Hour) }), policy.CauseResponseTimeout, "CF-TIME-05", false},
		{"CF-TIME-05 silent in the body", []string{"h2"}, framed(func(f *http2.Framer, id uint32) {
			heads(f, id, false, ":status", "200")
			f.WriteData(id, false, []byte("hello"))
			time.Sleep(time.Hour)
		}), policy.CauseResponseTimeout, "CF-TIME-05", true},
		{"reset in the body", []string{"h2"}, framed(func(f *http2.Framer, id uint32) {
			heads(f, id, false, ":status", "200")
			f.WriteData(id, false, []byte("hello"))
			f.WriteRSTStream(id, http2.ErrCodeCancel)
			time.Sleep(time.Second)
		}), closed, "CF-ERR-04", true},
		{"hung up in the body", []string{"h2"}, framed(func(f *http2.Framer, id uint32) {
			heads(f, id, false, ":status", "200")
			f.WriteData(id, false, []byte("hello"))
		}), closed, "CF-ERR-04", true},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			origin := s.overTLS(t, row.protocols, row.origin)
			synctest.Test(t, func(t *testing.T) {
				client := s.overPipes(t, origin)
				began := time.Now()
				result := client.Do(t.Context(), http2Target(), callOf(io.NopCloser(strings.NewReader("x"))))
				cause := result.Cause
				if row.inBody && cause == nil {
					body, err := io.ReadAll(result.Response.Body)
					if string(body) != "hello" || !errors.As(err, &cause) || cause.Stage != policy.StageBody || result.Attempts[0].Cause != cause {
						t.Errorf("%q, %v", body, err)
					}
					result.Response.Body.Close()
				}
				checkCause(t, cause, row.cause, row.rule)
				if took := time.Since(began).Truncate(time.Second); row.cause == policy.CauseResponseTimeout && took != 30*time.Second {
					t.Errorf("took %s", took)
				}
				if n := client.TestOnlyIdle(); n != 0 && row.cause != policy.CauseResponseHeadersTooBig {
					t.Errorf("%d connections are kept after a failure", n)
				}
				if len(result.Attempts) != 1 {
					t.Errorf("%d attempts", len(result.Attempts))
				}
			})
		})
	}
}

// TestHTTP2Leaving: a viewer that leaves ends the call at the origin, and the
// connection serves the next one; an origin that answers at once ends the
// sending.
func TestHTTP2Leaving(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	left := make(chan struct{}, 1)
	origin := s.overTLS(t, []string{"h2"}, handles(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Early") != "" {
			w.Header().Set("Grpc-Status", "12") // and nothing else: a response of trailers alone
			return
		}
		w.(http.Flusher).Flush()
		<-r.Context().Done()
		left <- struct{}{}
	}))
	synctest.Test(t, func(t *testing.T) {
		client := s.overPipes(t, origin)
		ctx, leave := context.WithCancel(t.Context())
		body, upload := io.Pipe()
		result := client.Do(ctx, http2Target(), callOf(body))
		if result.Cause != nil {
			t.Fatal(result.Cause)
		}
		time.AfterFunc(time.Minute, leave)
		_, err := io.ReadAll(result.Response.Body)
		var cause *policy.Cause
		if !errors.As(err, &cause) || cause.Name != policy.CauseViewerAborted {
			t.Errorf("got %v", err)
		}
		result.Response.Body.Close()
		<-left
		if _, err := upload.Write([]byte("x")); err == nil {
			t.Error("the request body is still read")
		}

		body, upload = io.Pipe()
		early := callOf(body)
		early.Header = append(early.Header, policy.Field{Name: "X-Early", Value: "yes"})
		result = client.Do(t.Context(), http2Target(), early)
		if result.Cause != nil || !result.Attempts[0].Reused {
			t.Fatalf("%v, %+v", result.Cause, result.Attempts[0])
		}
		if rest, err := io.ReadAll(result.Response.Body); len(rest) > 0 || err != nil || result.Response.Header.Get("Grpc-Status") != "12" {
			t.Errorf("%q, %v, %v", rest, err, result.Response.Header)
		}
		result.Response.Body.Close()
		if _, err := upload.Write([]byte("x")); err == nil {
			t.Error("the request body is still read")
		}
	})
}
