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

// DefaultMaxHandshakeBytes is how much a server may send in handshake messages: a
// certificate message of 256 KiB, which is tlswire.MaxMessage and the limit of crypto/tls,
// and 64 KiB for all others.
const DefaultMaxHandshakeBytes = tlswire.MaxMessage + 64<<10

// Config says what a client offers. The lists have no defaults: what is not listed is not
// offered. A Config may be used for any number of connections, and must not be modified
// meanwhile.
type Config struct {
	// Versions are the protocol versions, a set in any order. The hello names the newest; a
	// server that chooses one outside the set is refused, as the hello of these versions
	// cannot express gaps.
	Versions []uint16
	// Suites are the cipher suites in the order offered. An SSLv3-only offer omits those
	// not defined for it: some servers would pick one, and with it a curve that was not
	// offered.
	Suites []uint16
	// Groups are the ECDHE groups in the order offered. Required if ECDHE suites are
	// offered.
	Groups []uint16
	// Signatures are the signature schemes in the order offered, for TLS 1.2; older
	// versions have one scheme for each kind of key. Required if TLS 1.2 is offered with
	// ECDHE suites.
	Signatures []uint16
	// ServerName is the SNI, sent unmodified. "" sends none; an SSLv3-only hello cannot
	// have one.
	ServerName string
	// ExtendedMasterSecret offers RFC 7627, which ties the secret to the whole handshake.
	// SSLv3 does not have it. By default it is not offered, as it is unknown whether the
	// edge does; some current servers insist on it.
	ExtendedMasterSecret bool
	// ClientCertificate is called when the server requests a client certificate, and
	// returns the one to send. A nil func or result sends none. An error ends the
	// handshake, which returns it.
	ClientCertificate func(*CertificateRequest) (*Certificate, error)
	// VerifyPeerCertificate is called once in every handshake with the chain as sent,
	// before any of it is parsed or used. An error ends the handshake with a
	// bad_certificate alert, and the handshake returns it. Nil accepts every chain.
	VerifyPeerCertificate func(raw [][]byte) error
	// KeyLogWriter receives the secrets of every handshake in the SSLKEYLOGFILE format, one
	// Write per line. A Config used for several connections at the same time needs a writer
	// that allows that. Nil writes none.
	KeyLogWriter io.Writer
	// Rand is the source of the hello's random, the premaster secret and the IVs; nil means
	// crypto/rand. Keys and RSA padding are made by the standard library, which takes no
	// source from callers.
	Rand io.Reader
	// MaxHandshakeBytes limits what a server may send in handshake messages, in bytes. Zero
	// means DefaultMaxHandshakeBytes. In any case, no single message may exceed
	// tlswire.MaxMessage.
	MaxHandshakeBytes int
}

// Certificate is a client certificate.
type Certificate struct {
	// Chain is what is sent, in DER, leaf first.
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

// newest returns the version that the hello names.
func (cfg *Config) newest() uint16 { return slices.Max(cfg.Versions) }

// offeredSuites returns the suites of the hello.
func (cfg *Config) offeredSuites() []uint16 {
	if cfg.newest() > VersionSSL30 {
		return cfg.Suites
	}
	return slices.DeleteFunc(slices.Clone(cfg.Suites), func(id uint16) bool { return suiteByID(id).oldest > VersionSSL30 })
}

// check returns why this config cannot be offered. What is offered must also be supported,
// or the handshake would tell something about us instead of the server.
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

// checkTogether finds lists that do not fit together.
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
