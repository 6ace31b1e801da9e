package tlslegacy

import (
	"crypto"
	"crypto/ecdh"
	"crypto/rsa"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/edgesim/edgesim/internal/tlswire"
)

// Groups returns the ECDHE groups that this client supports (CF-TLS-16), in the order in
// which the edge was seen to offer them (CF-TLS-31).
func Groups() []uint16 { return []uint16{groupP256, groupX25519, groupP384} }

const (
	groupP256   = 23
	groupP384   = 24
	groupX25519 = 29
)

// curveOf returns the group with this number, nil if it is not one of ours.
func curveOf(group uint16) ecdh.Curve {
	switch group {
	case groupP256:
		return ecdh.P256()
	case groupP384:
		return ecdh.P384()
	case groupX25519:
		return ecdh.X25519()
	}
	return nil
}

// curveTypeNamed introduces a named group (RFC 8422 section 5.4).
const curveTypeNamed = 3

// serverShare is a ServerKeyExchange of ECDHE.
type serverShare struct {
	curveType uint8
	group     uint16
	point     []byte
	// params is the signed part of it.
	params []byte
	// scheme is 0 before TLS 1.2.
	scheme    uint16
	signature []byte
}

// parseServerShare parses a ServerKeyExchange (RFC 8422 section 5.4). Parameters other than
// a named group end it early, as what follows them has another form.
func parseServerShare(version uint16, body []byte) (*serverShare, error) {
	in := &input{rest: body}
	share := &serverShare{curveType: in.u8(), group: in.u16()}
	if !in.failed && share.curveType != curveTypeNamed {
		return share, nil
	}
	point := in.vector(1)
	share.point = point.rest
	share.params = body[:len(body)-len(in.rest)]
	if version >= VersionTLS12 {
		share.scheme = in.u16()
	}
	signature := in.vector(2)
	share.signature = signature.rest
	if !in.whole() {
		return nil, malformed("ServerKeyExchange")
	}
	return share, nil
}

// check reports what in the share was not offered.
func (share *serverShare) check(cfg *Config, s *secrets) error {
	if share.curveType != curveTypeNamed {
		return &ProtocolError{Reason: ReasonUnofferedGroup, Alert: alertIllegalParameter,
			Detail: fmt.Sprintf("the server chose parameters of type %d, which is not a named group", share.curveType)}
	}
	if !slices.Contains(cfg.Groups, share.group) {
		return &ProtocolError{Reason: ReasonUnofferedGroup, Value: share.group, Alert: alertIllegalParameter,
			Detail: "the server chose " + tlswire.GroupName(share.group)}
	}
	if s.version < VersionTLS12 {
		return nil
	}
	known, ok := schemes[share.scheme]
	if !ok || !slices.Contains(cfg.Signatures, share.scheme) || known.ecdsa != (s.suite.exchange == ecdheECDSA) {
		return &ProtocolError{Reason: ReasonUnofferedSignature, Value: share.scheme, Alert: alertIllegalParameter,
			Detail: fmt.Sprintf("the server signed with %#04x under %s", share.scheme, tlswire.SuiteName(s.suite.id))}
	}
	return nil
}

// verify reports why the share is not signed with the leaf's key.
func (share *serverShare) verify(s *secrets, key crypto.PublicKey) error {
	how := schemeBefore12(s.suite.exchange == ecdheECDSA)
	if s.version >= VersionTLS12 {
		how = schemes[share.scheme]
	}
	if err := how.verify(key, digest(how.hash, s.clientRandom, s.serverRandom, share.params), share.signature); err != nil {
		return &ProtocolError{Reason: ReasonBadSignature, Alert: alertDecryptError, Err: err,
			Detail: "the server's key exchange is not signed with the key of its certificate"}
	}
	return nil
}

// answer makes this client's share. It returns the premaster secret and the
// body of the ClientKeyExchange.
func (share *serverShare) answer(random io.Reader) (premaster, body []byte, err error) {
	curve := curveOf(share.group)
	theirs, err := curve.NewPublicKey(share.point)
	if err != nil {
		return nil, nil, share.bad(err)
	}
	ours, err := curve.GenerateKey(random)
	if err != nil {
		return nil, nil, fmt.Errorf("making a key share: %w", err)
	}
	if premaster, err = ours.ECDH(theirs); err != nil {
		return nil, nil, share.bad(err)
	}
	return premaster, appendVector(nil, 1, ours.PublicKey().Bytes()), nil
}

// bad is the error for a share that gives no secret.
func (share *serverShare) bad(err error) error {
	return &ProtocolError{Reason: ReasonBadKeyShare, Value: share.group, Alert: alertIllegalParameter, Err: err,
		Detail: "the server's key share is not a point of " + tlswire.GroupName(share.group)}
}

// encryptPremaster makes the premaster secret of static RSA (RFC 5246 section 7.4.7.1). It
// contains the version that the hello named, so that a server detects a downgrade. SSLv3
// sends it without its length (RFC 6101 section 5.6.7.1).
func (cfg *Config) encryptPremaster(version uint16, key crypto.PublicKey) (premaster, body []byte, err error) {
	public, ok := key.(*rsa.PublicKey)
	if !ok {
		return nil, nil, errors.New("encrypting the premaster secret: the key is not RSA")
	}
	premaster = make([]byte, masterLen)
	if _, err := io.ReadFull(cfg.random(), premaster); err != nil {
		return nil, nil, err
	}
	binary.BigEndian.PutUint16(premaster, cfg.newest())
	//lint:ignore SA1019 the padding is what these versions prescribe.
	encrypted, err := rsa.EncryptPKCS1v15(cfg.random(), public, premaster)
	if err != nil {
		return nil, nil, &ProtocolError{Reason: ReasonCertificateKey, Alert: alertUnsupportedCert, Err: err,
			Detail: "nothing can be encrypted with the key of the certificate"}
	}
	if version == VersionSSL30 {
		return premaster, encrypted, nil
	}
	return premaster, appendVector(nil, 2, encrypted), nil
}
