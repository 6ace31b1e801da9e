package tlslegacy

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
)

// parseCertificates parses a Certificate message (RFC 5246 section 7.4.2). The certificates
// are copies, so they do not retain the rest of the handshake.
func parseCertificates(body []byte) ([][]byte, error) {
	in := &input{rest: body}
	list := in.vector(3)
	var chain [][]byte
	for len(list.rest) > 0 {
		der := list.vector(3)
		if len(der.rest) == 0 {
			return nil, malformed("Certificate message")
		}
		chain = append(chain, bytes.Clone(der.rest))
	}
	if !in.whole() || !list.whole() {
		return nil, malformed("Certificate message")
	}
	return chain, nil
}

// parseLeaf parses the first certificate, whose key the handshake needs.
func parseLeaf(chain [][]byte) (*x509.Certificate, error) {
	if len(chain) == 0 {
		return nil, &ProtocolError{Reason: ReasonBadCertificate, Detail: "the server sent no certificate", Alert: alertBadCertificate}
	}
	leaf, err := x509.ParseCertificate(chain[0])
	if err != nil {
		return nil, &ProtocolError{Reason: ReasonBadCertificate, Alert: alertBadCertificate, Err: err,
			Detail: "the leaf cannot be parsed"}
	}
	return leaf, nil
}

// CertificateRequest is a server's request for a client certificate.
type CertificateRequest struct {
	// Version is the version of the connection.
	Version uint16
	// Types are the certificate types that the server accepts, by their IANA numbers: 1 for
	// RSA, 64 for ECDSA.
	Types []byte
	// Signatures are the signature schemes that the server accepts; nil before TLS 1.2.
	Signatures []uint16
	// Authorities are the distinguished names of the issuers that the server accepts, in
	// DER; empty means any.
	Authorities [][]byte
}

// parseCertificateRequest parses a CertificateRequest (RFC 5246 section 7.4.4).
func parseCertificateRequest(version uint16, body []byte) (*CertificateRequest, error) {
	in := &input{rest: body}
	types := in.vector(1)
	r := &CertificateRequest{Version: version, Types: bytes.Clone(types.rest)}
	if version >= VersionTLS12 {
		list := in.vector(2)
		for len(list.rest) > 0 {
			r.Signatures = append(r.Signatures, list.u16())
		}
		if list.failed {
			return nil, malformed("CertificateRequest")
		}
	}
	names := in.vector(2)
	for len(names.rest) > 0 {
		name := names.vector(2)
		r.Authorities = append(r.Authorities, bytes.Clone(name.rest))
	}
	if !in.whole() || !names.whole() {
		return nil, malformed("CertificateRequest")
	}
	return r, nil
}

// clientCertificate asks the config for a certificate; nil sends none.
func (cfg *Config) clientCertificate(r *CertificateRequest) (*Certificate, error) {
	if cfg.ClientCertificate == nil {
		return nil, nil
	}
	certificate, err := cfg.ClientCertificate(r)
	if err != nil || certificate == nil || len(certificate.Chain) == 0 {
		return nil, err
	}
	return certificate, nil
}

// marshal returns the body of a Certificate message; a nil one is empty.
func (c *Certificate) marshal() []byte {
	var list []byte
	if c != nil {
		for _, der := range c.Chain {
			list = appendVector(list, 3, der)
		}
	}
	return appendVector(nil, 3, list)
}

// certificateVerify returns the body of a CertificateVerify (RFC 5246 section 7.4.8, RFC
// 6101 section 5.6.8): the proof that this client has the key.
func (cfg *Config) certificateVerify(s *secrets, r *CertificateRequest, key crypto.Signer, transcript []byte) ([]byte, error) {
	isECDSA, err := keyIsECDSA(key)
	if err != nil {
		return nil, err
	}
	switch {
	case s.version == VersionSSL30 && isECDSA:
		return nil, &ProtocolError{Reason: ReasonNoSharedSignature, Detail: "SSLv3 knows no ECDSA", Alert: alertHandshakeFailure}
	case s.version == VersionSSL30:
		signature, err := schemeBefore12(false).sign(cfg.random(), key, nestedSSL30(s.master, transcript, nil))
		return appendVector(nil, 2, signature), err
	case s.version < VersionTLS12:
		before := schemeBefore12(isECDSA)
		signature, err := before.sign(cfg.random(), key, digest(before.hash, transcript))
		return appendVector(nil, 2, signature), err
	}
	id, ok := clientScheme(cfg.Signatures, r.Signatures, isECDSA)
	if !ok {
		return nil, &ProtocolError{Reason: ReasonNoSharedSignature, Alert: alertHandshakeFailure,
			Detail: "the server takes no signature scheme of the config that the client's key can make"}
	}
	signature, err := schemes[id].sign(cfg.random(), key, digest(schemes[id].hash, transcript))
	return appendVector([]byte{byte(id >> 8), byte(id)}, 2, signature), err
}

func keyIsECDSA(key crypto.Signer) (bool, error) {
	if key == nil {
		return false, fmt.Errorf("signing with the client certificate's key: there is none")
	}
	switch public := key.Public().(type) {
	case *rsa.PublicKey:
		return false, nil
	case *ecdsa.PublicKey:
		return true, nil
	default:
		return false, fmt.Errorf("signing with the client certificate's key: its type %T is not one of this client", public)
	}
}
