package lookup

import (
	"bytes"
	"strings"

	"github.com/edgesim/edgesim/recording"
)

// MatchTarget reports whether Path and Text of a filter match a target, as the conditions
// of [Dialect.Select] do. host reports whether the host contains Text; it is called if the
// target does not.
func MatchTarget(f *recording.Filter, target []byte, host func() bool) bool {
	if f.Text != "" && !bytes.Contains(target, []byte(f.Text)) && !host() {
		return false
	}
	if f.Path == "" {
		return true
	}
	if prefix, ok := strings.CutSuffix(f.Path, "*"); ok {
		return len(target) >= len(prefix) && string(target[:len(prefix)]) == prefix
	}
	if len(target) < len(f.Path) || string(target[:len(f.Path)]) != f.Path {
		return false
	}
	rest := target[len(f.Path):]
	return len(rest) == 0 || rest[0] == '?' && !strings.Contains(f.Path, "?")
}

// Hosts returns the statement that selects the ids of the kinds whose host contains a
// text, in any letter case.
func (d Dialect) Hosts(text string) Statement {
	b := builder{dialect: d}
	b.hosts(text)
	return b.statement()
}

func (b *builder) hosts(text string) {
	b.write("SELECT id FROM kind WHERE " + b.dialect.Contains("host", b.place([]byte(strings.ToLower(text)))))
}
