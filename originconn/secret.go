package originconn

import (
	"bytes"
	"encoding/hex"
)

// serverSecret extracts the server's handshake traffic secret from the key log that
// crypto/tls writes. It is kept only during the handshake: with it, a TLS 1.3 flight that
// crypto/tls refused without saying what was in it can still be read.
type serverSecret []byte

// Write takes one line of the key log: label, client random, secret.
func (s *serverSecret) Write(line []byte) (int, error) {
	if rest, ok := bytes.CutPrefix(line, []byte("SERVER_HANDSHAKE_TRAFFIC_SECRET ")); ok {
		if _, secret, ok := bytes.Cut(bytes.TrimSpace(rest), []byte(" ")); ok {
			*s = make([]byte, hex.DecodedLen(len(secret)))
			hex.Decode(*s, secret)
		}
	}
	return len(line), nil
}
