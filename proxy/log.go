package proxy

import (
	"bytes"
	"context"
	"net"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/edgesim/edgesim/recording"
)

// The names of the log fields. They are fixed: people grep for them.
const (
	FieldExchange = "exchange"    // X-Amz-Cf-Id of the response
	FieldMethod   = "method"      // of the viewer's request
	FieldHost     = "host"        // Host of the viewer's request
	FieldURI      = "uri"         // path and query as sent
	FieldStatus   = "status"      // that the viewer got
	FieldCause    = "cause"       // short name, if the edge made the answer
	FieldRule     = "rule"        // id of the rule that decided it
	FieldDetail   = "detail"      // one sentence of evidence
	FieldForced   = "forced"      // id of the fault on demand that was played
	FieldOrigin   = "origin"      // id of the origin that was asked
	FieldAddress  = "address"     // ip:port of the last attempt
	FieldAttempts = "attempts"    // how many there were
	FieldDuration = "duration_ms" // from the request to the last byte of the response
	FieldBytes    = "bytes"       // of the body that the viewer got
)

// Log is a [recording.Recorder] that writes one line per exchange: at level
// info, or warn if the exchange has a cause.
type Log struct {
	// Logger gets the lines; required.
	Logger *logrus.Logger
}

var _ recording.Recorder = (*Log)(nil)

// Record writes the line. It costs next to nothing if the level is off.
func (l *Log) Record(e *recording.Exchange) {
	level := logrus.InfoLevel
	if e.Cause != nil {
		level = logrus.WarnLevel
	}
	if !l.Logger.IsLevelEnabled(level) {
		return
	}
	entry := logrus.Entry{Logger: l.Logger}
	if _, ok := l.Logger.Formatter.(*JSONLines); ok {
		entry.Context = &carrier{context.Background(), e}
	} else {
		entry.Data = fields(e)
	}
	entry.Log(level, "exchange")
}

// fields are the line's; what does not apply is left out.
func fields(e *recording.Exchange) logrus.Fields {
	f := make(logrus.Fields, 14)
	f[FieldExchange] = e.ID
	f[FieldMethod] = e.Viewer.Method
	f[FieldHost] = e.Viewer.Host
	f[FieldURI] = e.Viewer.URI
	f[FieldStatus] = e.Response.Status
	f[FieldDuration] = durationOf(e)
	f[FieldBytes] = e.Response.BodyBytes
	if e.Forced != "" {
		f[FieldForced] = e.Forced
	}
	if e.Origin != "" {
		f[FieldOrigin] = e.Origin
	}
	if n := len(e.Attempts); n > 0 {
		f[FieldAttempts] = n
		if address := e.Attempts[n-1].Address; address != "" {
			f[FieldAddress] = address
		}
	}
	if e.Cause != nil {
		f[FieldCause] = string(e.Cause.Name)
		f[FieldRule] = string(e.Cause.Rule)
		f[FieldDetail] = e.Cause.Detail
	}
	return f
}

// durationOf is in milliseconds, to the microsecond.
func durationOf(e *recording.Exchange) float64 {
	return float64(e.Duration.Round(time.Microsecond)) / float64(time.Millisecond)
}

// serverLog takes net/http's own log, which is about what viewers of HTTP/2 do
// wrong: it goes out at level debug.
type serverLog struct{ logger *logrus.Logger }

// Write takes one line.
func (l *serverLog) Write(line []byte) (int, error) {
	l.logger.Debug(string(bytes.TrimSpace(line)))
	return len(line), nil
}

// logHandshake says at level debug why a TLS handshake failed.
func (s *Server) logHandshake(c net.Conn, err error) {
	s.logger.WithField("hint", "the viewer may not trust the local CA: see edgesim ca").
		Debugf("TLS handshake with %s: %v", c.RemoteAddr(), err)
}

// goproxyLog takes what goproxy has to say, at level debug.
type goproxyLog struct{ logger *logrus.Logger }

// Printf takes one line.
func (l goproxyLog) Printf(format string, v ...any) {
	if l.logger.IsLevelEnabled(logrus.DebugLevel) {
		l.logger.Debugf("goproxy: "+format, v...)
	}
}
