package tlslegacy

import "errors"

// answer sends this client's flight: certificate, key exchange, proof,
// ChangeCipherSpec and Finished.
func (s *shake) answer() error {
	s.out.Lock()
	defer s.out.Unlock()
	certificate, err := s.answerRequest()
	if err != nil {
		return err
	}
	if err := s.exchangeKeys(); err != nil {
		return err
	}
	if certificate != nil {
		proof, err := s.config.certificateVerify(&s.secrets, s.request, certificate.Key, s.transcript)
		if err != nil {
			return err
		}
		if err := s.say(messageCertificateVerify, proof); err != nil {
			return err
		}
	}
	if s.client, s.server, err = s.protections(s.config.random()); err != nil {
		return err
	}
	if err := s.out.changeCipherSpec(s.client); err != nil {
		return err
	}
	if err := s.say(messageFinished, s.finished(s.transcript, labelClientFinished)); err != nil {
		return err
	}
	if err := s.out.flush(); err != nil {
		return s.parting(err)
	}
	return nil
}

// say adds a message to the flight and the transcript.
func (s *shake) say(kind uint8, body []byte) error {
	message := appendVector([]byte{kind}, 3, body)
	s.transcript = append(s.transcript, message...)
	return s.out.sealMessage(message)
}

// answerRequest sends the certificate, if one is requested. Without one, TLS sends an empty
// list, and SSLv3 a warning (RFC 6101 section 5.6.6).
func (s *shake) answerRequest() (*Certificate, error) {
	if s.request == nil {
		return nil, nil
	}
	certificate, err := s.config.clientCertificate(s.request)
	if err != nil {
		s.tell = alertHandshakeFailure
		return nil, err
	}
	if certificate == nil && s.version == VersionSSL30 {
		return nil, s.out.seal(tlsAlert, []byte{LevelWarning, alertNoCertificate})
	}
	s.note(func(state *ConnectionState) { state.ClientCertificateSent = certificate != nil })
	return certificate, s.say(messageCertificate, certificate.marshal())
}

func (s *shake) exchangeKeys() error {
	var premaster, body []byte
	var err error
	if s.suite.exchange == staticRSA {
		premaster, body, err = s.config.encryptPremaster(s.version, s.leaf.PublicKey)
	} else {
		premaster, body, err = s.share.answer(s.config.random())
	}
	if err != nil {
		return err
	}
	if err := s.say(messageClientKeyExchange, body); err != nil {
		return err
	}
	s.derive(premaster, s.transcript)
	return s.logKeys(s.config.KeyLogWriter)
}

// parting looks for what a server sent before it stopped listening: its alert says more
// than the broken pipe.
func (s *shake) parting(broken error) error {
	if temporary(broken) {
		return broken
	}
	for {
		_, err := s.receive()
		var alert *AlertError
		if errors.As(err, &alert) {
			return alert
		}
		if err != nil {
			return broken
		}
	}
}

// split turns on the 1/n-1 split if the IV of records is predictable.
func (s *shake) split() {
	s.out.Lock()
	defer s.out.Unlock()
	_, isCBC := s.client.(*cbcProtection)
	s.out.split = isCBC && s.version <= VersionTLS10
}
