package lookup

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/edgesim/edgesim/recording"
)

// Dialect describes how a database differs from others.
type Dialect struct {
	// Numbered means that placeholders are $1, $2 instead of ?.
	Numbered bool
	// Contains returns a condition that the first text, a column, contains the second, a
	// placeholder.
	Contains func(column, place string) string
}

// Statement is SQL with the values of its placeholders.
type Statement struct {
	Text   string
	Values []any
}

// maxKinds is how many kinds a statement looks up one by one; if more match, it scans all
// exchanges in order, most of which will match.
const maxKinds = 64

// Kinds returns the statement that selects the ids of the kinds that match a filter, and
// whether the filter constrains kinds at all.
func (d Dialect) Kinds(f *recording.Filter) (Statement, bool) {
	b := builder{dialect: d}
	b.write("SELECT id FROM kind WHERE ")
	any := b.kinds(f)
	return b.statement(), any
}

// Select returns the statement that selects these columns of the exchanges that match a
// filter, in its order, one more than its limit. from is the cursor's number. kinds come
// from [Dialect.Kinds], and constrained means that only they match. lowest is a number
// below which no exchange matches.
func (d Dialect) Select(columns string, f *recording.Filter, from, lowest uint64, kinds []int64, constrained bool) Statement {
	b := builder{dialect: d}
	term := func() {
		b.write("SELECT " + columns + " FROM exchange WHERE number >= " + b.place(clamp(lowest)))
		b.exchanges(f, from)
	}
	switch {
	case !constrained:
		term()
	case len(kinds) > maxKinds:
		term()
		b.write(" AND kind IN (SELECT id FROM kind WHERE ")
		b.kinds(f)
		b.write(")")
	default:
		// Each term is already ordered by the index, so they are merged and never sorted.
		for i, kind := range kinds {
			if i > 0 {
				b.write(" UNION ALL ")
			}
			term()
			b.write(" AND kind = " + b.place(kind))
		}
	}
	b.write(" ORDER BY number")
	if !f.OldestFirst {
		b.write(" DESC")
	}
	if f.Limit > 0 {
		b.write(" LIMIT " + b.place(f.Limit+1))
	}
	return b.statement()
}

// builder builds a statement.
type builder struct {
	dialect Dialect
	text    strings.Builder
	values  []any
}

func (b *builder) write(text string)    { b.text.WriteString(text) }
func (b *builder) statement() Statement { return Statement{Text: b.text.String(), Values: b.values} }

// place adds a value and returns its placeholder.
func (b *builder) place(value any) string {
	b.values = append(b.values, value)
	if b.dialect.Numbered {
		return "$" + strconv.Itoa(len(b.values))
	}
	return "?"
}

// clamp limits a cursor's number to a database's range.
func clamp(number uint64) int64 { return int64(min(number, math.MaxInt64)) }

// kinds writes the conditions on a kind, and reports whether there are any.
func (b *builder) kinds(f *recording.Filter) bool {
	b.write("1=1")
	before := len(b.values)
	equal := func(column, value string) {
		if value != "" {
			b.write(" AND " + column + " = " + b.place([]byte(value)))
		}
	}
	switch {
	case f.Status >= 100:
		b.write(" AND status = " + b.place(f.Status))
	case f.Status != 0:
		b.write(" AND status >= " + b.place(f.Status*100) + " AND status <= " + b.place(f.Status*100+99))
	}
	equal("cause", string(f.Cause))
	equal("method", strings.ToUpper(f.Method))
	equal("behavior", f.Behavior)
	equal("origin", f.Origin)
	equal("edge", f.Edge)
	if f.Rule != "" {
		b.write(" AND " + b.dialect.Contains("rules", b.place([]byte(","+string(f.Rule)+","))))
	}
	if f.Mark != "" {
		b.write(" AND " + b.dialect.Contains("rules", b.place([]byte(","+markPrefix+string(f.Mark)+","))))
	}
	if f.Host != "" {
		host := strings.ToLower(f.Host)
		b.write(" AND (host = " + b.place([]byte(host)) + " OR host_name = " + b.place([]byte(strings.Trim(host, "[]"))) + ")")
	}
	return len(b.values) > before
}

// exchanges writes the conditions on the exchange itself.
func (b *builder) exchanges(f *recording.Filter, from uint64) {
	switch {
	case from == 0:
	case f.OldestFirst:
		b.write(" AND number > " + b.place(clamp(from)))
	default:
		b.write(" AND number < " + b.place(clamp(from)))
	}
	if !f.Since.IsZero() {
		b.write(" AND start >= " + b.place(Nanos(f.Since)))
	}
	if f.Text != "" {
		b.write(" AND (" + b.dialect.Contains("uri", b.place([]byte(f.Text))) + " OR kind IN (")
		b.hosts(f.Text)
		b.write("))")
	}
	if f.Path == "" {
		return
	}
	if prefix, ok := strings.CutSuffix(f.Path, "*"); ok {
		b.prefix(prefix)
		return
	}
	if strings.Contains(f.Path, "?") {
		b.write(" AND uri = " + b.place([]byte(f.Path)))
		return
	}
	b.write(" AND (uri = " + b.place([]byte(f.Path)) + " OR 1=1")
	b.prefix(f.Path + "?")
	b.write(")")
}

// prefix writes the condition that the target starts with a text.
func (b *builder) prefix(text string) {
	if text == "" {
		return
	}
	b.write(" AND uri >= " + b.place([]byte(text)))
	end := []byte(text)
	for len(end) > 0 && end[len(end)-1] == 0xff {
		end = end[:len(end)-1]
	}
	if len(end) > 0 {
		end[len(end)-1]++
		b.write(" AND uri < " + b.place(end))
	}
}

// Nanos returns a time as databases store it: nanoseconds since 1970, limited to the range
// of an int64.
func Nanos(t time.Time) int64 {
	switch first, last := time.Unix(0, math.MinInt64), time.Unix(0, math.MaxInt64); {
	case t.Before(first):
		return math.MinInt64
	case t.After(last):
		return math.MaxInt64
	}
	return t.UnixNano()
}
