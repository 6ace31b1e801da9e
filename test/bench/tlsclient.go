package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/edgesim/edgesim/internal/pki"
	"github.com/edgesim/edgesim/internal/tlslegacy"
	"github.com/edgesim/edgesim/internal/tlswire"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

// tlsEnd is an origin as the subjects of a cell see it: in one version.
type tlsEnd struct {
	site    *site
	address string
	version uint16
}

// dialLimit limits one connection of the TLS section.
const dialLimit = 10 * time.Second

// offer is what all subjects offer: the current documented lists, and TLS 1.3 only if it is
// being measured.
func (e *tlsEnd) offer() policy.Offer {
	current := policy.CurrentSnapshot()
	o := policy.Offer{Versions: []uint16{policy.VersionTLS12}, Suites: current.Suites, Groups: current.Groups}
	if e.version == policy.VersionTLS13 {
		o.Versions = append(o.Versions, e.version)
	}
	return o
}

// stdConfig is the same offer for the standard library's client, which verifies the chain
// as usual. It leaves out suites that it does not know.
func (e *tlsEnd) stdConfig() *tls.Config {
	offer := e.offer()
	config := &tls.Config{
		ServerName: originHost, RootCAs: pki.Pool(e.site.ca),
		MinVersion: slices.Min(offer.Versions), MaxVersion: slices.Max(offer.Versions), CipherSuites: offer.Suites,
	}
	for _, group := range offer.Groups {
		config.CurvePreferences = append(config.CurvePreferences, tls.CurveID(group))
	}
	return config
}

// dialStd connects as a plain Go program does.
func (e *tlsEnd) dialStd(ctx context.Context, config *tls.Config) (*tls.Conn, error) {
	d := tls.Dialer{NetDialer: &net.Dialer{Timeout: dialLimit}, Config: config}
	conn, err := d.DialContext(ctx, "tcp", e.address)
	if err != nil {
		return nil, err
	}
	return conn.(*tls.Conn), nil
}

// target returns the origin for edgesim's own client.
func (e *tlsEnd) target() originconn.Target {
	return originconn.Target{
		Host: originHost, Port: 443, TLS: true, SNI: originHost, AcceptedNames: policy.AcceptedNames{originHost},
		Offer: e.offer(), Attempts: 1, ConnectTimeout: dialLimit, ResponseTimeout: dialLimit, KeepaliveTimeout: time.Minute,
	}.Keyed()
}

// legacyConfig is the offer for the legacy client: TLS 1.2 and the suite that the others
// negotiate, for either kind of key. The chain is judged by the same rules as with
// crypto/tls.
func (e *tlsEnd) legacyConfig() *tlslegacy.Config {
	offer := e.offer()
	return &tlslegacy.Config{
		Versions: offer.Versions[:1], Suites: []uint16{0xC02B, 0xC02F}, Groups: offer.Groups,
		Signatures: policy.SignatureSchemes(), ServerName: originHost,
		VerifyPeerCertificate: func(raw [][]byte) error {
			findings := policy.JudgeChain(policy.ChainFacts{
				Raw: raw, Names: policy.AcceptedNames{originHost}, At: time.Now(), Trust: e.site.trust(),
			})
			if deciding, failed := policy.DecidingFinding(findings); failed {
				return policy.CauseOf(deciding)
			}
			return nil
		},
	}
}

// dialLegacy connects with the legacy client.
func (e *tlsEnd) dialLegacy(ctx context.Context, config *tlslegacy.Config) (*tlslegacy.Conn, error) {
	d := net.Dialer{Timeout: dialLimit}
	wire, err := d.DialContext(ctx, "tcp", e.address)
	if err != nil {
		return nil, err
	}
	conn := tlslegacy.Client(wire, config)
	if err := conn.HandshakeContext(ctx); err != nil {
		wire.Close()
		return nil, err
	}
	return conn, nil
}

// agreed describes what a handshake negotiated, and rejects a version other than the one to
// measure.
func (e *tlsEnd) agreed(version, suite, group uint16) (string, error) {
	if version != e.version {
		return "", fmt.Errorf("the origin chose %s, not %s", policy.VersionName(version), policy.VersionName(e.version))
	}
	return strings.TrimPrefix(tlswire.SuiteName(suite), "TLS_") + ", " + tlswire.GroupName(group), nil
}
