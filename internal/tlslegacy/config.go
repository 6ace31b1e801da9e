package tlslegacy

import (
	"crypto"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/edgesim/edgesim/internal/tlswire"
)

// DefaultMaxHandshakeBytes is how much a server may send in handshake
// messages: a certificate message of 256 KiB, which is tlswire.MaxMessage and
// the limit of crypto/tls, and 64 KiB for all others.
const DefaultMaxHandshakeBytes = tlswire.MaxMessage + 64<<10

// Config says what a client offers. The lists have no defaults: what is not
// listed is not offered. A Config may serve any number of connections, and is
// not to be changed while it does.
type Config struct {
	// Versions are the protocol versions, a set in any order. The hello names
	// the newest; a server that chooses one outside the set is refused, as the
	// hello of these versions cannot express a hole.
	Versions []uint16
	// Suites are the cipher suites in the order offered. SSLv3 alone leaves
	// out those that it is not defined for: some servers would pick one, and
	// with it a curve that nobody offered.
	Suites []uint16
	// Groups are the ECDHE groups in the order offered. Required where Suites
	// has ECDHE suites that are offered.
	Groups []uint16
	// Signatures are the signature schemes in the order offered, for TLS 1.2;
	// older versions have one scheme for each sort of key. Required where
	// TLS 1.2 is offered with ECDHE suites.
	Signatures []uint16
	// ServerName is the SNI, sent as it is. "" sends none; SSLv3 alone cannot
	// send one.
	ServerName string
	// ExtendedMasterSecret offers RFC 7627, which ties the secret to the whole
	// handshake. SSLv3 knows nothing of it. Zero does not offer it, as nothing
	// says whether the edge does; some servers of these days insist on it.
	ExtendedMasterSecret bool
	// ClientCertificate is called when the server asks for a client
	// certificate, and gives the one to send. Nil, for the func or for its
	// result, sends none. An error ends the handshake and is returned by it.
	ClientCertificate func(*CertificateRequest) (*Certificate, error)
	// VerifyPeerCertificate is called once in every handshake with the chain
	// as sent, before any of it is parsed or used. An error ends the handshake
	// with a bad_certificate alert and is returned by it. Nil believes anybody.
	VerifyPeerCertificate func(raw [][]byte) error
	// KeyLogWriter gets the secrets of every handshake in the SSLKEYLOGFILE
	// format, one Write a line. A Config that serves several connections at
	// the same time needs a writer that can be used so. Nil writes none.
	KeyLogWriter io.Writer
	// Rand is the source of the hello's random, the premaster secret and the
	// IVs; nil is crypto/rand. Keys and RSA padding are made by the standard
	// library, which takes no source from callers.
	Rand io.Reader
	// MaxHandshakeBytes limits what a server may send in handshake messages,
	// in bytes. Zero is DefaultMaxHandshakeBytes. Whatever it says, no single
	// message may be over tlswire.MaxMessage.
	MaxHandshakeBytes int
}

// Certificate is a client certificate.
type Certificate struct {
	// Chain is what is sent, in DER, the leaf first.
	Chain [][]byte
	// Key is the private key of the leaf, RSA or ECDSA.
	Key crypto.Signer
}

func (cfg *Config) random() io.Reader {
	if cfg.Rand != nil {
		return cfg.Rand
	}
	return rand.Reader
}

func (cfg *Config) maxHandshakeBytes() int {
	if cfg.MaxHandshakeBytes > 0 {
		return cfg.MaxHandshakeBytes
	}
	return DefaultMaxHandshakeBytes
}

// newest is the version that the hello names.
func (cfg *Config) newest() uint16 { return slices.Max(cfg.Versions) }

// offeredSuites are the suites of the hello.
func (cfg *Config) offeredSuites() []uint16 {
	if cfg.newest() > VersionSSL30 {
		return cfg.Suites
	}
	return slices.DeleteFunc(slices.Clone(cfg.Suites), func(id uint16) bool { return suiteByID(id).oldest > VersionSSL30 })
}

// check says why this config cannot be offered. What would be offered must
// also be what can be spoken, or the handshake would tell of us and not of the
// server.
func (cfg *Config) check() error {
	if len(cfg.Versions) == 0 {
		return errors.New("offering TLS: no version in the config")
	}
	for _, v := range cfg.Versions {
		if v < VersionSSL30 || v > VersionTLS12 {
			return fmt.Errorf("offering TLS: version %s is not one of this client", tlswire.VersionName(v))
		}
	}
	for _, id := range cfg.Suites {
		if suiteByID(id) == nil {
			return fmt.Errorf("offering TLS: suite %s is not one of this client", tlswire.SuiteName(id))
		}
	}
	for _, g := range cfg.Groups {
		if curveOf(g) == nil {
			return fmt.Errorf("offering TLS: group %s is not one of this client", tlswire.GroupName(g))
		}
	}
	for _, s := range cfg.Signatures {
		if _, ok := schemes[s]; !ok {
			return fmt.Errorf("offering TLS: signature scheme %#04x is not one of this client", s)
		}
	}
	return cfg.checkTogether()
}

// checkTogether looks for lists that do not go together.
func (cfg *Config) checkTogether() error {
	offered := cfg.offeredSuites()
	if len(offered) == 0 {
		return fmt.Errorf("offering TLS: no suite in the config is for %s", tlswire.VersionName(cfg.newest()))
	}
	if !slices.ContainsFunc(offered, func(id uint16) bool { return suiteByID(id).exchange != staticRSA }) {
		return nil
	}
	if len(cfg.Groups) == 0 {
		return errors.New("offering TLS: ECDHE suites need a group in the config")
	}
	if cfg.newest() == VersionTLS12 && len(cfg.Signatures) == 0 {
		return errors.New("offering TLS: ECDHE suites in TLSv1.2 need a signature scheme in the config")
	}
	return nil
}
