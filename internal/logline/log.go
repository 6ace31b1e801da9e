// Package logline writes one log line for each exchange.
//
// # What to read first
//
// [Log] is the [recording.Recorder] that does it; fields is the only list of what a line
// has. [Writer] keeps viewers from waiting for the log's disk.
package logline

import (
	"encoding/json"
	"strconv"
	"sync"
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
	FieldStatus   = "status"      // sent to the viewer
	FieldCause    = "cause"       // short name, if the edge generated the answer
	FieldRule     = "rule"        // id of the rule that decided it
	FieldDetail   = "detail"      // one sentence of evidence
	FieldForced   = "forced"      // id of the fault on demand that was played
	FieldOrigin   = "origin"      // id of the origin asked
	FieldAddress  = "address"     // ip:port of the last attempt
	FieldAttempts = "attempts"    // number of attempts
	FieldDuration = "duration_ms" // from the request to the last byte of the response
	FieldBytes    = "bytes"       // body bytes sent to the viewer
)

// Log is a [recording.Recorder] that writes one line per exchange: at level
// info, or warn if the exchange has a cause.
type Log struct {
	// Logger receives the lines; required. With a [logrus.JSONFormatter], lines go to its
	// Out directly, without logrus; it must then accept concurrent writes.
	Logger *logrus.Logger
	// Redactor hides secrets in the line. Default: none.
	Redactor *recording.Redactor
}

var _ recording.Recorder = (*Log)(nil)

// message is the message of an exchange's line.
const message = "exchange"

// Record writes the line. It costs next to nothing if the level is off.
func (l *Log) Record(e *recording.Exchange) {
	level := logrus.InfoLevel
	if e.Cause != nil {
		level = logrus.WarnLevel
	}
	if !l.Logger.IsLevelEnabled(level) {
		return
	}
	if e.Cause != nil && l.Redactor != nil {
		e = l.Redactor.Redact(e) // its detail may quote anything
	}
	if _, ok := l.Logger.Formatter.(*logrus.JSONFormatter); ok {
		l.json(e, level)
		return
	}
	data := dataLine{}
	fields(data, l.Redactor, e)
	entry := logrus.Entry{Logger: l.Logger, Data: logrus.Fields(data)}
	entry.Log(level, message)
}

// fields writes the fields of a line; what does not apply is omitted.
func fields[L line](l L, r *recording.Redactor, e *recording.Exchange) {
	l.text(FieldExchange, e.ID)
	l.text(FieldMethod, e.Viewer.Method)
	l.text(FieldHost, r.Target(e.Viewer.Host))
	l.text(FieldURI, r.Target(e.Viewer.URI))
	l.number(FieldStatus, int64(e.Response.Status))
	if e.Cause != nil {
		l.text(FieldCause, string(e.Cause.Name))
		l.text(FieldRule, string(e.Cause.Rule))
		l.text(FieldDetail, e.Cause.Detail)
	}
	if e.Forced != "" {
		l.text(FieldForced, e.Forced)
	}
	if e.Origin != "" {
		l.text(FieldOrigin, e.Origin)
	}
	if n := len(e.Attempts); n > 0 {
		if address := e.Attempts[n-1].Address; address != "" {
			l.text(FieldAddress, address)
		}
		l.number(FieldAttempts, int64(n))
	}
	l.decimal(FieldDuration, float64(e.Duration.Round(time.Microsecond))/float64(time.Millisecond))
	l.number(FieldBytes, e.Response.BodyBytes)
}

// line receives the fields.
type line interface {
	text(name, value string)
	number(name string, value int64)
	decimal(name string, value float64)
}

// dataLine is a line for logrus.
type dataLine logrus.Fields

func (d dataLine) text(name, value string)            { d[name] = value }
func (d dataLine) number(name string, value int64)    { d[name] = value }
func (d dataLine) decimal(name string, value float64) { d[name] = value }

// jsonLine is a line in JSON.
type jsonLine struct{ b []byte }

var jsonLines = sync.Pool{New: func() any { return &jsonLine{make([]byte, 0, 512)} }}

// json writes the line as logrus's JSON formatter does, except for the order of the fields,
// and without a map of interfaces.
func (l *Log) json(e *recording.Exchange, level logrus.Level) {
	j := jsonLines.Get().(*jsonLine)
	j.b = append(j.b[:0], `{"time":"`...)
	j.b = time.Now().AppendFormat(j.b, time.RFC3339)
	j.b = append(append(append(j.b, `","level":"`...), level.String()...), `","msg":"`+message+`"`...)
	fields(j, l.Redactor, e)
	j.b = append(j.b, "}\n"...)
	_, _ = l.Logger.Out.Write(j.b) // as in logrus, there is nobody to tell
	jsonLines.Put(j)
}

func (j *jsonLine) name(name string) { j.b = append(append(append(j.b, `,"`...), name...), `":`...) }

func (j *jsonLine) number(name string, value int64) {
	j.name(name)
	j.b = strconv.AppendInt(j.b, value, 10)
}

func (j *jsonLine) decimal(name string, value float64) {
	j.name(name)
	j.b = strconv.AppendFloat(j.b, value, 'f', -1, 64)
}

func (j *jsonLine) text(name, value string) {
	j.name(name)
	for i := range len(value) {
		if c := value[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			quoted, _ := json.Marshal(value) // text always marshals
			j.b = append(j.b, quoted...)
			return
		}
	}
	j.b = append(append(append(j.b, '"'), value...), '"')
}
