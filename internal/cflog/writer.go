package cflog

import (
	"io"
	"strings"

	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

// Options describe the distribution of a log. The zero value is ready for use.
type Options struct {
	// Domain is the distribution's dNNN.cloudfront.net name. Default: the viewer's Host if
	// that is one; otherwise the field is "-".
	Domain string
	// Cookies logs cookies in the standard log, like the distribution's logging setting.
	// The real-time log has them as a field.
	Cookies bool
}

// Writer writes one log.
type Writer struct {
	to       io.Writer
	options  Options
	columns  []column
	head     string
	begun    bool
	unlogged int
}

// NewWriter returns a Writer of a standard log to w.
func NewWriter(w io.Writer, o Options) *Writer {
	names := make([]string, len(standard))
	for i := range standard {
		names[i] = standard[i].name
	}
	return &Writer{to: w, options: o, columns: standard, head: "#Version: 1.0\n#Fields: " + strings.Join(names, " ") + "\n"}
}

// NewRealTimeWriter returns a Writer of real-time records to w, one per line, with these
// fields, or with all if none are given. They are written in the log's order. A name that
// is not in [RealTimeFields] is an error.
func NewRealTimeWriter(w io.Writer, o Options, fields ...string) (*Writer, error) {
	columns, err := choose(fields)
	return &Writer{to: w, options: o, columns: columns}, err
}

// Write logs one exchange, unless CloudFront does not log its kind.
func (w *Writer) Write(e *recording.Exchange) error {
	if err := w.begin(); err != nil {
		return err
	}
	if !logged(e) {
		w.unlogged++
		return nil
	}
	l := newLine(e, &w.options)
	values := make([]string, len(w.columns))
	for i, c := range w.columns {
		if values[i] = c.value(l); values[i] == "" {
			values[i] = "-"
		}
	}
	_, err := io.WriteString(w.to, strings.Join(values, "\t")+"\n")
	return err
}

// Unlogged returns how many exchanges were left out because CloudFront would not log them.
func (w *Writer) Unlogged() int { return w.unlogged }

// Close writes the header lines if nothing was written yet. It does not close
// the writer given.
func (w *Writer) Close() error { return w.begin() }

func (w *Writer) begin() error {
	if w.begun || w.head == "" {
		return nil
	}
	w.begun = true
	_, err := io.WriteString(w.to, w.head)
	return err
}

// logged reports whether CloudFront logs a request: not if its URL or headers exceed the
// limits, as it cannot be fully parsed (CF-ERR-28), and not if no viewer sent it.
func logged(e *recording.Exchange) bool {
	return e.Viewer.Form != recording.FormBackground && (e.Cause == nil || e.Cause.Name != policy.CauseViewerURLTooLong && e.Cause.Name != policy.CauseViewerHeadersTooBig)
}
