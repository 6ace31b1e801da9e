package recording

import (
	"net/http"
	"slices"
	"strings"

	"github.com/edgesim/edgesim/policy"
)

// secretFields are the fields whose values are credentials, each with the way
// its value is redacted. They are looked for in every header of an exchange,
// whatever direction it goes.
var secretFields = [...]struct {
	name   string
	redact func(string) string
}{
	{"Authorization", redactAuthorization},
	{"Proxy-Authorization", redactAuthorization},
	{"Cookie", redactCookie},
	{"Set-Cookie", redactSetCookie},
	{"X-Api-Key", redactValue},
}

// secretField returns how to redact a field of this name, in any letter case,
// or nil if it is none of them.
func secretField(name string) func(string) string {
	for i := range secretFields {
		if f := &secretFields[i]; len(f.name) == len(name) && strings.EqualFold(f.name, name) {
			return f.redact
		}
	}
	return nil
}

// Redactor hides secrets. The zero value hides credentials.
type Redactor struct {
	// KeepSecrets leaves everything as it is.
	KeepSecrets bool
	// Query are the names of query parameters whose values are secrets, too, in
	// any letter case.
	Query []string
}

// Redact returns the exchange without credentials, as the function of this name
// does, and without the values of the query parameters, wherever an address with
// one of them stands: in targets, fields, the origin's head, causes and
// findings. A body is kept as it is.
func (r *Redactor) Redact(e *Exchange) *Exchange {
	if r.KeepSecrets {
		return e
	}
	e = Redact(e)
	if len(r.Query) > 0 {
		e = r.redactQueries(e)
	}
	return e
}

// Redact returns the exchange without its credentials: the values of
// Authorization, Proxy-Authorization, Cookie, Set-Cookie and X-Api-Key in the
// viewer's header, in what was sent, in the response and in the origin's head.
//
// The shape stays. A secret becomes "[redacted 23 bytes #5f3a9c1e]", in which
// the number behind # is the same for equal secrets wherever they stand, under
// a random key that this process made and tells nobody. An authorization keeps
// its scheme, cookies keep their names and Set-Cookie its attributes.
//
// The exchange given is not changed, nor is a map in it: where there is
// something to hide the result is a copy that shares everything else, and where
// there is nothing it is the exchange itself. To redact twice is to redact once.
func Redact(e *Exchange) *Exchange {
	viewer, viewerSecret := redactHeader(e.Viewer.Header)
	fields, fieldsSecret := redactFields(e.Viewer.Fields)
	response, responseSecret := redactHeader(e.Response.Header)
	trailer, trailerSecret := redactHeader(e.Response.Trailer)
	head, headSecret := redactHead(e.Response.OriginHead)
	sent, sentSecret := redactSent(e.Sent)
	page, pageSecret := e.ErrorPage.redact()
	changes, changesSecret := redactChanges(e.Changes)
	functions, functionsSecret := redactFunctions(e.Functions)
	if !changesSecret && !functionsSecret && !pageSecret && !viewerSecret && !fieldsSecret && !responseSecret && !trailerSecret && !headSecret && !sentSecret {
		return e
	}
	hidden := *e
	hidden.Viewer.Header, hidden.Viewer.Fields, hidden.Response.Header, hidden.Response.Trailer = viewer, fields, response, trailer
	hidden.Response.OriginHead, hidden.Sent, hidden.ErrorPage = head, sent, page
	hidden.Changes, hidden.Functions = changes, functions
	return &hidden
}

// redactHeader returns a header without secrets and whether there were any.
func redactHeader(h http.Header) (http.Header, bool) {
	found := false
	for name := range h {
		found = found || secretField(name) != nil
	}
	if !found {
		return h, false
	}
	hidden := make(http.Header, len(h))
	for name, values := range h {
		if redact := secretField(name); redact != nil {
			values = slices.Clone(values)
			for i := range values {
				values[i] = redact(values[i])
			}
		}
		hidden[name] = values
	}
	return hidden, true
}

// redactSent returns a sent request without secrets and whether there were any.
func redactSent(s *Sent) (*Sent, bool) {
	if s == nil {
		return nil, false
	}
	fields, found := redactFields(s.Header)
	if !found {
		return s, false
	}
	hidden := *s
	hidden.Header = fields
	return &hidden, true
}

// redactFields returns fields without secrets and whether there were any.
func redactFields(fields []policy.Field) ([]policy.Field, bool) {
	if !slices.ContainsFunc(fields, func(f policy.Field) bool { return secretField(f.Name) != nil }) {
		return fields, false
	}
	hidden := slices.Clone(fields)
	for i := range hidden {
		if redact := secretField(hidden[i].Name); redact != nil {
			hidden[i].Value = redact(hidden[i].Value)
		}
	}
	return hidden, true
}

// redactHead returns a response head as it came without secrets and whether
// there were any. Line ends, spaces and letter case stay as they were; a line
// that continues a secret field, as it was once allowed, is hidden whole.
func redactHead(head string) (string, bool) {
	if !headHasSecret(head) {
		return head, false
	}
	var out strings.Builder
	var redact func(string) string
	for line := range strings.Lines(head) {
		text := strings.TrimRight(line, "\r\n")
		end := line[len(text):]
		if text != "" && (text[0] == ' ' || text[0] == '\t') {
			if redact != nil {
				text = " " + redactValue(strings.TrimSpace(text))
			}
			out.WriteString(text + end)
			continue
		}
		name, value, _ := strings.Cut(text, ":")
		if redact = secretField(strings.TrimSpace(name)); redact != nil {
			trimmed := strings.TrimLeft(value, " \t")
			text = text[:len(text)-len(trimmed)] + redact(strings.TrimRight(trimmed, " \t"))
		}
		out.WriteString(text + end)
	}
	return out.String(), true
}

// headHasSecret says whether a line of a head begins with the name of a secret
// field. It is what every exchange pays for, so it allocates nothing.
func headHasSecret(head string) bool {
	for line := range strings.Lines(head) {
		name, _, ok := strings.Cut(line, ":")
		if ok && secretField(strings.TrimSpace(name)) != nil {
			return true
		}
	}
	return false
}
