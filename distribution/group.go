package distribution

import (
	"fmt"
	"regexp"
	"strings"
)

// mostPlaces is how many places are named in one sentence.
const mostPlaces = 3

// place is where a sentence applies.
type place struct {
	path, file string
	line       int
}

func (p place) String() string {
	if at := strings.TrimSuffix(Place(p.file, p.line), ": "); at != "" {
		return fmt.Sprintf("%s (%s)", p.path, at)
	}
	return p.path
}

// indexes matches the list indexes in a path.
var indexes = regexp.MustCompile(`\[\d+\]`)

// lines formats sentences, each once: one that applies at several places of the same kind
// gives their number and the first three. The order is that of the first places.
type lines struct {
	order []*line
	known map[string]*line
}

type line struct {
	prefix, sentence string
	at               []place
}

func (l *lines) add(sentence string, p place) { l.addAs("", sentence, p) }

func (l *lines) addAs(prefix, sentence string, p place) {
	key := strings.Join([]string{prefix, p.file, indexes.ReplaceAllString(p.path, ""), sentence}, "\x00")
	known := l.known[key]
	if known == nil {
		if l.known == nil {
			l.known = map[string]*line{}
		}
		known = &line{prefix: prefix, sentence: sentence}
		l.known[key] = known
		l.order = append(l.order, known)
	}
	known.at = append(known.at, p)
}

func (l *lines) all() []string {
	out := make([]string, 0, len(l.order))
	for _, known := range l.order {
		at := known.at
		if len(at) == 1 {
			path := at[0].path
			if path != "" {
				path += ": "
			}
			out = append(out, known.prefix+Place(at[0].file, at[0].line)+path+known.sentence)
			continue
		}
		named := make([]string, 0, mostPlaces)
		for _, p := range at[:min(len(at), mostPlaces)] {
			named = append(named, p.String())
		}
		more := ""
		if len(at) > mostPlaces {
			more = ", …"
		}
		out = append(out, fmt.Sprintf("%s%d places, %s%s: %s", known.prefix, len(at), strings.Join(named, ", "), more, known.sentence))
	}
	return out
}

// Lines formats problems, one line per distinct sentence.
func Lines(problems []Problem) []string {
	var l lines
	for _, p := range problems {
		l.add(p.sentence(), place{p.Path, p.File, p.Line})
	}
	return l.all()
}

// NoticeLines formats notices, one line per distinct sentence. It omits file names:
// the notices are about a distribution, which may have been written to another file
// since.
func NoticeLines(notices []Notice) []string {
	var l lines
	for _, n := range notices {
		l.addAs(string(n.Kind)+": ", n.Message, place{path: n.Path})
	}
	return l.all()
}

// UnresolvedLines formats unresolved values, one line per distinct sentence.
func UnresolvedLines(values []Unresolved) []string {
	var l lines
	for _, u := range values {
		sentence := "is not resolved: " + u.What
		if u.Supply != "" {
			sentence += "; " + u.Supply
		}
		l.add(sentence, place{u.Path, u.File, u.Line})
	}
	return l.all()
}
