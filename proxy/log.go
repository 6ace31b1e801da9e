package proxy

import (
	"bytes"
	"net"

	"github.com/sirupsen/logrus"
)

// serverLog passes net/http's own log, which is about mistakes of HTTP/2 viewers, on at
// level debug.
type serverLog struct{ logger *logrus.Logger }

// Write takes one line.
func (l *serverLog) Write(line []byte) (int, error) {
	l.logger.Debug(string(bytes.TrimSpace(line)))
	return len(line), nil
}

// logHandshake logs at level debug why a TLS handshake failed.
func (s *Server) logHandshake(c net.Conn, err error) {
	s.logger.WithField("hint", "the viewer may not trust the local CA: see edgesim ca").
		Debugf("TLS handshake with %s: %v", c.RemoteAddr(), err)
}

// goproxyLog passes goproxy's log on at level debug.
type goproxyLog struct{ logger *logrus.Logger }

// Printf takes one line.
func (l goproxyLog) Printf(format string, v ...any) {
	if l.logger.IsLevelEnabled(logrus.DebugLevel) {
		l.logger.Debugf("goproxy: "+format, v...)
	}
}
