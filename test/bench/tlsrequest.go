package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"

	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

// askers returns the subjects that request a body repeatedly over one connection. The
// standard library's connection and the legacy one use the bench's own viewer, so that TLS
// is the only difference; the first road is edgesim's whole client, and http.Transport is
// the standard library's.
func askers(e *tlsEnd, body int) []startWorker {
	a := &asker{e, body}
	all := []startWorker{a.std, a.transport, a.first}
	if e.version == tls.VersionTLS12 {
		all = append(all, a.legacy)
	}
	return all
}

// asker requests a body of one length.
type asker struct {
	*tlsEnd
	body int
}

// std is the reference: a minimal client over a crypto/tls connection.
func (a *asker) std(ctx context.Context) (*worker, error) {
	conn, err := a.dialStd(ctx, a.stdConfig())
	if err != nil {
		return nil, err
	}
	state := conn.ConnectionState()
	return a.over(ctx, nameStd, conn, state.Version, state.CipherSuite, uint16(state.CurveID))
}

// legacy is the same over a connection of the legacy client.
func (a *asker) legacy(ctx context.Context) (*worker, error) {
	conn, err := a.dialLegacy(ctx, a.legacyConfig())
	if err != nil {
		return nil, err
	}
	state := conn.ConnectionState()
	return a.over(ctx, nameLegacy, conn, state.Version, state.Suite, state.Group)
}

// over sends requests over a connection, which the worker closes.
func (a *asker) over(ctx context.Context, name string, conn net.Conn, version, suite, group uint16) (*worker, error) {
	agreed, err := a.agreed(version, suite, group)
	if err != nil {
		conn.Close()
		return nil, err
	}
	v := viewerOn(conn, originHost, bodyPath(a.body))
	return started(ctx, &worker{name: name, agreed: agreed, close: func() { conn.Close() }, once: func(context.Context) error {
		status, n, err := v.ask()
		return a.check(status, n, err)
	}})
}

// transport is the standard library's HTTP client.
func (a *asker) transport(ctx context.Context) (*worker, error) {
	transport := &http.Transport{
		TLSClientConfig: a.stdConfig(), DisableCompression: true,
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, network, a.address)
		},
	}
	request, err := http.NewRequest(http.MethodGet, "https://"+originHost+bodyPath(a.body), http.NoBody)
	if err != nil {
		return nil, err
	}
	w, buffer := &worker{name: nameTransport, close: transport.CloseIdleConnections}, make([]byte, 32<<10)
	w.once = func(ctx context.Context) error {
		response, err := transport.RoundTrip(request.WithContext(ctx))
		if err != nil {
			return err
		}
		n, err := drain(response.Body, buffer)
		if err == nil && w.agreed == "" {
			state := response.TLS
			w.agreed, err = a.agreed(state.Version, state.CipherSuite, uint16(state.CurveID))
		}
		return a.check(response.StatusCode, n, err)
	}
	return started(ctx, w)
}

// first is edgesim's client, including its connection pool.
func (a *asker) first(ctx context.Context) (*worker, error) {
	client, target, buffer := a.site.originClient(a.address), a.target(), make([]byte, 32<<10)
	request := &originconn.Request{
		Method: http.MethodGet, RequestURI: bodyPath(a.body), Header: []policy.Field{{Name: "Host", Value: originHost}},
	}
	w := &worker{name: nameFirst, close: func() { client.Close() }}
	w.once = func(ctx context.Context) error {
		result := client.Do(ctx, target, request)
		if result.Cause != nil {
			return result.Cause
		}
		n, err := drain(result.Response.Body, buffer)
		last := result.Attempts[len(result.Attempts)-1]
		switch {
		case err != nil:
			return err
		case w.agreed == "":
			w.agreed, err = a.agreed(last.Handshake.Version, last.Handshake.CipherSuite, last.Handshake.Curve)
		case !last.Reused:
			err = fmt.Errorf("the connection was not kept alive; it was taken for closed after %s", last.StaleIdle)
		}
		return a.check(result.Response.Status, n, err)
	}
	return started(ctx, w)
}

// check reports whether a response is the requested body.
func (a *asker) check(status, n int, err error) error {
	if err == nil && (status != http.StatusOK || n != a.body) {
		return fmt.Errorf("the origin answered with status %d and %d bytes, not 200 and %d", status, n, a.body)
	}
	return err
}

// drain reads a body to its end through a reused buffer, and closes it.
func drain(body io.ReadCloser, buffer []byte) (int, error) {
	defer body.Close()
	total := 0
	for {
		n, err := body.Read(buffer)
		total += n
		if err == io.EOF {
			return total, nil
		}
		if err != nil {
			return total, err
		}
	}
}
