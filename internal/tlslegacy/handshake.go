package tlslegacy

import (
	"crypto/subtle"
	"crypto/x509"
	"errors"
	"slices"
)

// shake is the state of one handshake (RFC 5246 section 7.3).
type shake struct {
	*Conn
	secrets
	// transcript holds every message so far, without HelloRequests.
	transcript []byte
	leaf       *x509.Certificate
	share      *serverShare
	request    *CertificateRequest
	// client and server protect what each of them sends.
	client, server protection
	// tell is the alert for an error that is not the server's, such as a hook's.
	tell uint8
}

// handshake performs the handshake. The caller holds the lock of the incoming side.
func (c *Conn) handshake() error {
	if err := c.config.check(); err != nil {
		return err
	}
	c.out.version = min(c.config.newest(), VersionTLS10)
	s := &shake{Conn: c}
	err := s.run()
	var fault *ProtocolError
	if errors.As(err, &fault) {
		s.tell = fault.Alert
	}
	if err != nil && s.tell != 0 {
		c.fatal(err, s.tell)
	}
	return err
}

// run is the table of contents of the handshake.
func (s *shake) run() error {
	for _, step := range []func() error{
		s.sendHello,
		s.readHello,
		s.readCertificates,
		s.readKeyExchange,
		s.readRequestAndDone,
		s.answer,
		s.readFinished,
	} {
		if err := step(); err != nil {
			return err
		}
	}
	s.split()
	return nil
}

// next reads the next message and adds it to the transcript.
func (s *shake) next() (*message, error) {
	m, err := s.nextMessage()
	if err == nil && m.kind != messageFinished {
		s.transcript = append(s.transcript, m.raw...)
	}
	return m, err
}

// expect reads the next message, which must be of this kind.
func (s *shake) expect(kind uint8) (*message, error) {
	m, err := s.next()
	if err == nil && m.kind != kind {
		return nil, unexpected("a %s instead of %s", messageName(m.kind), messageName(kind))
	}
	return m, err
}

func (s *shake) sendHello() error {
	message, record, err := s.config.clientHello()
	if err != nil {
		return err
	}
	s.transcript = append(s.transcript, message...)
	s.clientRandom = message[helloRandomAt : helloRandomAt+randomLen]
	s.out.Lock()
	defer s.out.Unlock()
	s.out.buffer = append(s.out.buffer, record...)
	return s.out.flush()
}

func (s *shake) readHello() error {
	m, err := s.expect(messageServerHello)
	if err != nil {
		return err
	}
	hello, err := parseServerHello(m.body)
	if err != nil {
		return err
	}
	s.extended = s.config.ExtendedMasterSecret && hello.extendedMaster && hello.version > VersionSSL30
	s.note(func(state *ConnectionState) {
		state.Version, state.Suite, state.SecureRenegotiation = hello.version, hello.suite, hello.renegotiation != nil
		state.ExtendedMasterSecret = s.extended
	})
	if err := hello.check(s.config); err != nil {
		return err
	}
	s.version, s.suite, s.serverRandom = hello.version, suiteByID(hello.suite), hello.random
	s.in.version = hello.version
	s.out.Lock()
	defer s.out.Unlock()
	s.out.version = hello.version
	return nil
}

func (s *shake) readCertificates() error {
	m, err := s.expect(messageCertificate)
	if err != nil {
		return err
	}
	chain, err := parseCertificates(m.body)
	if err != nil {
		return err
	}
	s.note(func(state *ConnectionState) { state.RawCertificates = chain })
	if verify := s.config.VerifyPeerCertificate; verify != nil {
		if err := verify(slices.Clone(chain)); err != nil {
			s.tell = alertBadCertificate
			return err
		}
	}
	if s.leaf, err = parseLeaf(chain); err != nil {
		return err
	}
	return checkServerKey(s.leaf.PublicKey, s.suite.exchange)
}

// readKeyExchange reads the server's share of ECDHE. Static RSA has none, and the next step
// refuses one: the export suites had a temporary RSA key there, which allowed weakening
// clients (FREAK, CVE-2015-0204).
func (s *shake) readKeyExchange() error {
	if s.suite.exchange == staticRSA {
		return nil
	}
	m, err := s.expect(messageServerKeyExchange)
	if err != nil {
		return err
	}
	if s.share, err = parseServerShare(s.version, m.body); err != nil {
		return err
	}
	s.note(func(state *ConnectionState) { state.Group, state.SignatureScheme = s.share.group, s.share.scheme })
	if err := s.share.check(s.config, &s.secrets); err != nil {
		return err
	}
	return s.share.verify(&s.secrets, s.leaf.PublicKey)
}

func (s *shake) readRequestAndDone() error {
	m, err := s.next()
	if err != nil {
		return err
	}
	if m.kind == messageCertificateRequest {
		if s.request, err = parseCertificateRequest(s.version, m.body); err != nil {
			return err
		}
		s.note(func(state *ConnectionState) { state.CertificateRequest = s.request })
		if m, err = s.next(); err != nil {
			return err
		}
	}
	if m.kind != messageServerHelloDone {
		return unexpected("a %s instead of ServerHelloDone", messageName(m.kind))
	}
	if len(m.body) > 0 {
		return malformed("ServerHelloDone")
	}
	return nil
}

func (s *shake) readFinished() error {
	s.in.next = s.server
	if err := s.nextChangeCipherSpec(); err != nil {
		return err
	}
	m, err := s.expect(messageFinished)
	if err != nil {
		return err
	}
	if want := s.finished(s.transcript, labelServerFinished); subtle.ConstantTimeCompare(m.body, want) != 1 {
		return &ProtocolError{Reason: ReasonBadFinished, Alert: alertDecryptError,
			Detail: "the server's Finished does not confirm what was said"}
	}
	return nil
}
