package proxy

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/edgesim/edgesim/recording"
)

// JSONLines is logrus's JSON formatter with a shorter way for the line that
// every exchange gets: its fields go straight into the buffer, not by way of a
// map of interfaces. The line has the same fields, in the order of their names
// in this package.
type JSONLines struct{ logrus.JSONFormatter }

var _ logrus.Formatter = (*JSONLines)(nil)

// carrier brings an exchange through logrus to JSONLines: an entry's context is
// the one part of it that is handed on as it is.
type carrier struct {
	context.Context
	exchange *recording.Exchange
}

// Format writes one line.
func (f *JSONLines) Format(entry *logrus.Entry) ([]byte, error) {
	c, ok := entry.Context.(*carrier)
	if !ok || entry.Buffer == nil {
		return f.JSONFormatter.Format(entry)
	}
	line := append(entry.Buffer.AvailableBuffer(), `{"time":"`...)
	line = entry.Time.AppendFormat(line, time.RFC3339)
	line = append(line, `","level":"`...)
	line = append(line, entry.Level.String()...)
	line = append(line, `","msg":"`...)
	line = append(append(line, entry.Message...), '"')
	line = appendFields(line, c.exchange)
	entry.Buffer.Write(append(line, "}\n"...))
	return entry.Buffer.Bytes(), nil
}

// appendFields appends what fields returns.
func appendFields(line []byte, e *recording.Exchange) []byte {
	line = appendText(line, FieldExchange, e.ID)
	line = appendText(line, FieldMethod, e.Viewer.Method)
	line = appendText(line, FieldHost, e.Viewer.Host)
	line = appendText(line, FieldURI, e.Viewer.URI)
	line = appendInt(line, FieldStatus, int64(e.Response.Status))
	if e.Cause != nil {
		line = appendText(line, FieldCause, string(e.Cause.Name))
		line = appendText(line, FieldRule, string(e.Cause.Rule))
		line = appendText(line, FieldDetail, e.Cause.Detail)
	}
	if e.Forced != "" {
		line = appendText(line, FieldForced, e.Forced)
	}
	if e.Origin != "" {
		line = appendText(line, FieldOrigin, e.Origin)
	}
	if n := len(e.Attempts); n > 0 {
		if address := e.Attempts[n-1].Address; address != "" {
			line = appendText(line, FieldAddress, address)
		}
		line = appendInt(line, FieldAttempts, int64(n))
	}
	line = strconv.AppendFloat(appendName(line, FieldDuration), durationOf(e), 'f', -1, 64)
	return appendInt(line, FieldBytes, e.Response.BodyBytes)
}

func appendName(line []byte, name string) []byte {
	return append(append(append(line, `,"`...), name...), `":`...)
}

func appendInt(line []byte, name string, value int64) []byte {
	return strconv.AppendInt(appendName(line, name), value, 10)
}

// appendText appends a field whose value is text.
func appendText(line []byte, name, value string) []byte {
	line = appendName(line, name)
	for i := range len(value) {
		if c := value[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			quoted, _ := json.Marshal(value) // text always can be
			return append(line, quoted...)
		}
	}
	return append(append(append(line, '"'), value...), '"')
}
