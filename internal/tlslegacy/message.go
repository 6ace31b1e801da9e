package tlslegacy

import (
	"fmt"

	"github.com/edgesim/edgesim/internal/tlswire"
)

// Handshake message types (RFC 5246 section 7.4).
const (
	messageHelloRequest       = 0
	messageServerHello        = 2
	messageCertificate        = 11
	messageServerKeyExchange  = 12
	messageCertificateRequest = 13
	messageServerHelloDone    = 14
	messageCertificateVerify  = 15
	messageClientKeyExchange  = 16
	messageFinished           = 20

	messageHeaderLen = 4
)

var messageNames = map[uint8]string{
	messageHelloRequest: "HelloRequest", messageServerHello: "ServerHello", messageCertificate: "Certificate",
	messageServerKeyExchange: "ServerKeyExchange", messageCertificateRequest: "CertificateRequest",
	messageServerHelloDone: "ServerHelloDone", messageFinished: "Finished",
}

// messageName returns the RFC's name of a message type, or its number.
func messageName(kind uint8) string {
	if name, ok := messageNames[kind]; ok {
		return name
	}
	return fmt.Sprintf("message of type %d", kind)
}

// maxUselessRecords is how many records in a row may contain nothing useful: empty ones,
// which some servers send to randomize the IV of CBC, and warnings.
const maxUselessRecords = 32

// message is a handshake message from the server.
type message struct {
	kind uint8
	body []byte
	// raw is the message with its header, as it goes into the transcript.
	raw []byte
}

// receive reads one record and stores its content: bytes of handshake messages in
// c.messages, application data in c.plain. It handles alerts and ChangeCipherSpec. It
// returns the record's type.
func (c *Conn) receive() (uint8, error) {
	kind, content, err := c.in.record()
	if err != nil {
		return 0, err
	}
	if len(c.messages) > 0 && kind != tlsHandshake && kind != tlsAlert {
		return 0, unexpected("a record of type %d within a handshake message", kind)
	}
	switch kind {
	case tlsAlert:
		if err := c.readAlerts(content); err != nil {
			return 0, err
		}
		return kind, c.countUseless()
	case tlsChangeCipherSpec:
		return kind, c.in.changeCipherSpec(content)
	case tlsHandshake:
		c.messages = append(c.messages, content...)
		if c.handshakeBytes += len(content); !c.complete.Load() && c.handshakeBytes > c.config.maxHandshakeBytes() {
			return 0, oversize("the handshake messages have more than %d bytes", c.config.maxHandshakeBytes())
		}
	case tlsApplicationData:
		if !c.complete.Load() {
			return 0, unexpected("application data within the handshake")
		}
		c.plain = content
	}
	if len(content) == 0 {
		return kind, c.countUseless()
	}
	c.in.useless = 0
	return kind, nil
}

func (c *Conn) countUseless() error {
	if c.in.useless++; c.in.useless <= maxUselessRecords {
		return nil
	}
	return &ProtocolError{
		Reason: ReasonTooManyUseless, Alert: alertUnexpectedMessage,
		Detail: fmt.Sprintf("more than %d empty records and warnings in a row", maxUselessRecords),
	}
}

// takeMessage returns the next handshake message if it is complete.
func (c *Conn) takeMessage() (*message, error) {
	if len(c.messages) < messageHeaderLen {
		return nil, nil
	}
	in := input{rest: c.messages}
	kind, size := in.u8(), in.number(3)
	if c.complete.Load() && (kind != messageHelloRequest || size > 0) {
		return nil, unexpected("a %s of %d bytes after the handshake", messageName(kind), size)
	}
	if size > min(tlswire.MaxMessage, c.config.maxHandshakeBytes()) {
		return nil, oversize("a %s says it has %d bytes", messageName(kind), size)
	}
	end := messageHeaderLen + size
	if len(c.messages) < end {
		return nil, nil
	}
	m := &message{kind: kind, body: c.messages[messageHeaderLen:end:end], raw: c.messages[:end:end]}
	c.messages = c.messages[end:]
	return m, nil
}

// nextMessage waits for the next message of a handshake in progress. A HelloRequest in it
// means nothing and is skipped (RFC 5246 section 7.4.1.1).
func (c *Conn) nextMessage() (*message, error) {
	for {
		m, err := c.takeMessage()
		switch {
		case err != nil || m != nil && m.kind != messageHelloRequest:
			return m, err
		case m == nil:
			if _, err := c.receive(); err != nil {
				return nil, err
			}
		}
	}
}

// nextChangeCipherSpec waits for the server's ChangeCipherSpec.
func (c *Conn) nextChangeCipherSpec() error {
	for {
		if m, err := c.takeMessage(); err != nil {
			return err
		} else if m != nil && m.kind != messageHelloRequest {
			return unexpected("a %s instead of ChangeCipherSpec", messageName(m.kind))
		} else if m != nil {
			continue
		}
		kind, err := c.receive()
		if err != nil || kind == tlsChangeCipherSpec {
			return err
		}
	}
}
