package main

import (
	"context"
	"crypto/tls"
	"errors"
)

// handshakers returns the subjects that perform handshakes in a cell: a TCP connection, the
// handshake with the chain judged, and its end.
func handshakers(e *tlsEnd) []startWorker {
	all := []startWorker{e.stdHandshakes, e.firstHandshakes}
	if e.version == tls.VersionTLS12 { // the newest that the legacy client supports
		all = append(all, e.legacyHandshakes)
	}
	return append(all, e.resumedHandshakes)
}

// stdHandshakes is the reference: full handshakes of the standard library.
func (e *tlsEnd) stdHandshakes(ctx context.Context) (*worker, error) {
	config, w := e.stdConfig(), &worker{name: nameStd}
	w.once = func(ctx context.Context) error {
		conn, err := e.dialStd(ctx, config)
		if err != nil {
			return err
		}
		if w.agreed == "" {
			state := conn.ConnectionState()
			w.agreed, err = e.agreed(state.Version, state.CipherSuite, uint16(state.CurveID))
		}
		conn.Close()
		return err
	}
	return started(ctx, w)
}

// These mean that something else would be measured.
var (
	errNotResumed = errors.New("the origin did not resume the session")
	errOtherRoad  = errors.New("the connection went another road")
)

// resumedHandshakes are those of the standard library with an earlier session. One exchange
// comes first: in TLS 1.3 the ticket is read along with the response.
func (e *tlsEnd) resumedHandshakes(ctx context.Context) (*worker, error) {
	config, w := e.stdConfig(), &worker{name: nameResumed}
	config.ClientSessionCache = tls.NewLRUClientSessionCache(1)
	conn, err := e.dialStd(ctx, config)
	if err != nil {
		return nil, err
	}
	_, _, err = viewerOn(conn, originHost, bodyPath(allBodies[0])).ask()
	conn.Close()
	if err != nil {
		return nil, err
	}
	w.once = func(ctx context.Context) error {
		conn, err := e.dialStd(ctx, config)
		if err != nil {
			return err
		}
		state := conn.ConnectionState()
		conn.Close()
		if !state.DidResume {
			return errNotResumed
		}
		if w.agreed == "" {
			w.agreed, err = e.agreed(state.Version, state.CipherSuite, uint16(state.CurveID))
		}
		return err
	}
	return started(ctx, w)
}

// firstHandshakes are those of edgesim with crypto/tls.
func (e *tlsEnd) firstHandshakes(ctx context.Context) (*worker, error) {
	client, target, w := e.site.originClient(e.address), e.target(), &worker{name: nameFirst}
	w.close = func() { client.Close() }
	first := true
	w.once = func(ctx context.Context) error {
		conn, a := client.Connect(ctx, target)
		if conn == nil {
			return a.Cause
		}
		conn.Close()
		// An RSA origin with TLS 1.2 is asked once with the legacy client whether it signs
		// as listed (CF-TLS-21); the result is remembered.
		asked := first
		first = false
		if a.Handshake.Road != "crypto/tls" && asked {
			return nil
		}
		if a.Handshake.Road != "crypto/tls" {
			return errOtherRoad
		}
		var err error
		if w.agreed == "" {
			w.agreed, err = e.agreed(a.Handshake.Version, a.Handshake.CipherSuite, a.Handshake.Curve)
		}
		return err
	}
	return started(ctx, w)
}

// legacyHandshakes are those of the legacy client.
func (e *tlsEnd) legacyHandshakes(ctx context.Context) (*worker, error) {
	config, w := e.legacyConfig(), &worker{name: nameLegacy}
	w.once = func(ctx context.Context) error {
		conn, err := e.dialLegacy(ctx, config)
		if err != nil {
			return err
		}
		if w.agreed == "" {
			state := conn.ConnectionState()
			w.agreed, err = e.agreed(state.Version, state.Suite, state.Group)
		}
		conn.Close()
		return err
	}
	return started(ctx, w)
}
