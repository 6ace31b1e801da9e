package lab

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"sync"

	"github.com/edgesim/edgesim/internal/pki"
)

// site is where one origin is built: the name it answers for, the address it may listen on,
// and the issuer of its certificates. A fault's start function uses exactly one of its
// serve methods, or none if nothing listens.
type site struct {
	host      string
	at        netip.AddrPort
	authority *authority
	keeper    *keeper
	// address is where the origin actually listens; set by the listener.
	address string
}

// listen opens the origin's port.
func (s *site) listen(ctx context.Context) (*gate, error) {
	network := "tcp"
	if s.at.Addr().Is4() {
		network = "tcp4" // otherwise 0.0.0.0 includes IPv6, which a container may not have
	}
	l, err := new(net.ListenConfig).Listen(ctx, network, s.at.String())
	if err != nil {
		return nil, err
	}
	s.address = l.Addr().String()
	g := newGate(l.(*net.TCPListener), s.keeper)
	if !s.keeper.keep(g) {
		return nil, fmt.Errorf("listening on %q: %w", s.address, net.ErrClosed)
	}
	return g, nil
}

// chain mints the certificates an origin sends, in the order it sends them.
type chain func(s *site) (tls.Certificate, error)

// sound is the chain of an origin whose certificates are not its problem.
func sound(s *site) (tls.Certificate, error) {
	return s.authority.issue(s.authority.leaf(s.host))
}

// serveChain returns the start function of an origin of which only the certificates matter:
// a client that accepts them gets the echo.
func serveChain(mint chain) func(context.Context, *site) error {
	return func(ctx context.Context, s *site) error {
		config, err := s.tlsConfig(mint)
		if err != nil {
			return err
		}
		return s.serveHTTP(ctx, config, http.HandlerFunc(echo))
	}
}

// serveChainLazily is serveChain for certificates that take long to mint, such as those
// with RSA keys: they are minted on first use. A failure to mint them shows as alert 80
// (internal error) in the handshake.
func serveChainLazily(mint chain) func(context.Context, *site) error {
	return func(ctx context.Context, s *site) error {
		certificate := sync.OnceValues(func() (tls.Certificate, error) { return mint(s) })
		config := &tls.Config{
			MinVersion: tls.VersionTLS12,
			GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
				minted, err := certificate()
				return &minted, err
			},
		}
		return s.serveHTTP(ctx, config, http.HandlerFunc(echo))
	}
}

// tlsConfig is the configuration of a modern server with this chain. The handshake faults
// change it.
func (s *site) tlsConfig(mint chain) (*tls.Config, error) {
	certificate, err := mint(s)
	if err != nil {
		return nil, err
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{certificate}}, nil
}

// changed returns a chain that is valid except for what change does to the leaf's template.
func changed(change func(a *authority, leaf *pki.Template)) chain {
	return func(s *site) (tls.Certificate, error) {
		leaf := s.authority.leaf(s.host)
		change(s.authority, &leaf)
		return s.authority.issue(leaf)
	}
}
