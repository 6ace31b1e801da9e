package tlslegacy

import (
	"fmt"
	"io"
	"time"

	"github.com/edgesim/edgesim/internal/tlswire"
)

// The levels of an alert.
const (
	LevelWarning uint8 = 1
	LevelFatal   uint8 = 2
)

// Alert descriptions that this client sends or understands (RFC 5246 section
// 7.2, RFC 6101 section 5.4).
const (
	alertCloseNotify       = 0
	alertUnexpectedMessage = 10
	alertBadRecordMAC      = 20
	alertRecordOverflow    = 22
	alertHandshakeFailure  = 40
	alertNoCertificate     = 41
	alertBadCertificate    = 42
	alertUnsupportedCert   = 43
	alertIllegalParameter  = 47
	alertDecodeError       = 50
	alertDecryptError      = 51
	alertProtocolVersion   = 70
	alertInternalError     = 80
	alertNoRenegotiation   = 100

	alertUnsupportedExtension = 110
)

// lastAlertOfSSL30 is the highest alert number in SSLv3. Later ones, such as
// record_overflow, become handshake_failure there.
const lastAlertOfSSL30 = alertIllegalParameter

// alertGrace is how long sending an alert may take: after that the connection is useless,
// whether or not the server has read it.
const alertGrace = 5 * time.Second

// AlertError is a TLS alert. As an error it was sent by the server; a ConnectionState also
// has the one sent to the server.
type AlertError struct {
	// Received means that the server sent it, not this client.
	Received bool
	// Level is LevelWarning or LevelFatal.
	Level uint8
	// Description is the alert's number, e.g. 40 for handshake_failure.
	Description uint8
}

// Error returns the sender, the RFC's name and the number.
func (e *AlertError) Error() string {
	side := "sent"
	if e.Received {
		side = "received"
	}
	return fmt.Sprintf("TLS alert %s: %s(%d)", side, tlswire.AlertName(e.Description), e.Description)
}

// Unwrap turns a close_notify in the middle of a handshake into io.EOF, which is what it
// means.
func (e *AlertError) Unwrap() error {
	if e.Description == alertCloseNotify {
		return io.EOF
	}
	return nil
}

// readAlerts reads the content of an alert record. An alert may be split across records,
// and a record may have several. It returns the error that ends reading, nil after a
// warning.
func (c *Conn) readAlerts(content []byte) error {
	for _, b := range content {
		if c.halfAlert == nil {
			level := b
			c.halfAlert = &level
			continue
		}
		a := &AlertError{Received: true, Level: *c.halfAlert, Description: b}
		c.halfAlert = nil
		if err := c.receiveAlert(a); err != nil {
			return err
		}
	}
	return nil
}

func (c *Conn) receiveAlert(a *AlertError) error {
	c.note(func(s *ConnectionState) {
		// A fatal alert says more than the warnings before it, and a normal close says
		// nothing.
		if a.Description != alertCloseNotify && (s.AlertReceived == nil || a.Level == LevelFatal) {
			s.AlertReceived = a
		}
	})
	switch {
	case a.Description == alertCloseNotify && c.complete.Load():
		return io.EOF
	case a.Description == alertCloseNotify, a.Level == LevelFatal:
		return a
	case a.Level != LevelWarning:
		return &ProtocolError{Reason: ReasonMalformed, Detail: fmt.Sprintf("an alert has the level %d", a.Level), Alert: alertIllegalParameter}
	}
	return nil
}

// sendAlert sends an alert. The caller must not hold the lock of the outgoing side.
func (c *Conn) sendAlert(level, description uint8) error {
	c.out.Lock()
	defer c.out.Unlock()
	return c.sendAlertLocked(level, description)
}

func (c *Conn) sendAlertLocked(level, description uint8) error {
	if c.out.err != nil {
		return c.out.err
	}
	if err := c.out.seal(tlsAlert, []byte{level, description}); err != nil {
		return err
	}
	if description != alertCloseNotify {
		c.note(func(s *ConnectionState) { s.AlertSent = &AlertError{Level: level, Description: description} })
	}
	return c.out.flush()
}

// fatal reports an error to the server and ends the outgoing side with it. A write that
// hangs gets little time, so that a server cannot block its client by not reading.
func (c *Conn) fatal(err error, description uint8) {
	c.conn.SetWriteDeadline(time.Now().Add(alertGrace))
	c.out.Lock()
	defer c.out.Unlock()
	if c.out.version == VersionSSL30 && (description > lastAlertOfSSL30 || description == alertRecordOverflow) {
		description = alertHandshakeFailure
	}
	c.out.buffer = c.out.buffer[:0] // an unfinished flight is useless now
	if c.sendAlertLocked(LevelFatal, description) == nil {
		c.out.err = err
	}
}
