package recording

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

// redactQueries returns the exchange without the values of secret query
// parameters. What has none is shared with the one given, which is not changed.
func (r *Redactor) redactQueries(e *Exchange) *Exchange {
	hidden := *e
	hidden.Viewer.URI = r.text(e.Viewer.URI)
	hidden.Viewer.Header = r.header(e.Viewer.Header)
	hidden.Viewer.Fields = r.fields(e.Viewer.Fields)
	hidden.Response.Header, hidden.Response.Trailer = r.header(e.Response.Header), r.header(e.Response.Trailer)
	hidden.Response.OriginHead = r.text(e.Response.OriginHead)
	hidden.Findings = r.findings(e.Findings)
	hidden.Cause, hidden.Changes = r.cause(e.Cause), r.changes(e.Changes)
	hidden.Sent, hidden.ErrorPage = r.sent(e.Sent), r.errorPage(e.ErrorPage)
	hidden.Attempts = changed(e.Attempts, func(a *originconn.Attempt) *originconn.Attempt {
		if a == nil {
			return nil
		}
		cause, findings := r.cause(a.Cause), r.findings(a.Findings)
		if cause == a.Cause && same(findings, a.Findings) {
			return a
		}
		own := *a
		own.Cause, own.Findings = cause, findings
		return &own
	})
	return &hidden
}

// same says whether two lists are one.
func same[T any](a, b []T) bool { return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0]) }

// changed returns a list with every element changed; the same list where none
// is.
func changed[T comparable](list []T, change func(T) T) []T {
	var own []T
	for i, v := range list {
		if w := change(v); w != v {
			if own == nil {
				own = slices.Clone(list)
			}
			own[i] = w
		}
	}
	if own == nil {
		return list
	}
	return own
}

func (r *Redactor) header(h http.Header) http.Header {
	var own http.Header
	for name, values := range h {
		if hidden := changed(values, r.text); !same(hidden, values) {
			if own == nil {
				own = make(http.Header, len(h))
				for n, v := range h {
					own[n] = v
				}
			}
			own[name] = hidden
		}
	}
	if own == nil {
		return h
	}
	return own
}

func (r *Redactor) fields(all []policy.Field) []policy.Field {
	return changed(all, func(f policy.Field) policy.Field {
		f.Value = r.text(f.Value)
		return f
	})
}

func (r *Redactor) findings(all []policy.Finding) []policy.Finding {
	return changed(all, func(f policy.Finding) policy.Finding {
		f.Subject, f.Observed, f.Expected, f.Hint = r.text(f.Subject), r.text(f.Observed), r.text(f.Expected), r.text(f.Hint)
		return f
	})
}

// cause hides in the detail, which may quote the target; the error underneath
// is left out where it has a secret.
func (r *Redactor) cause(c *policy.Cause) *policy.Cause {
	if c == nil {
		return nil
	}
	own := *c
	own.Detail, own.Hint = r.text(c.Detail), r.text(c.Hint)
	if c.Err != nil && r.text(c.Err.Error()) != c.Err.Error() {
		own.Err = nil
	}
	if own.Detail == c.Detail && own.Hint == c.Hint && (own.Err == nil) == (c.Err == nil) {
		return c
	}
	return &own
}

// redactedQuery is the form of a hidden value. Unlike elsewhere it has nothing
// in it that an address must not have.
var redactedQuery = regexp.MustCompile(`^redacted-[0-9]+-bytes-[0-9a-f]{8}$`)

// text hides the values of the parameters in every query that a text has: what
// follows a "?", "&" or ";", a name and a "=", up to what ends a value.
func (r *Redactor) text(s string) string {
	if !strings.ContainsAny(s, "?&;") || !strings.Contains(s, "=") {
		return s
	}
	var out strings.Builder
	copied := 0
	for i := 0; i < len(s); i++ {
		if s[i] != '?' && s[i] != '&' && s[i] != ';' {
			continue
		}
		name, _, ok := strings.Cut(s[i+1:], "=")
		if !ok {
			break
		}
		if strings.ContainsAny(name, "?&;") || !r.secretParameter(name) {
			continue
		}
		from := i + 1 + len(name) + 1
		to := from
		for to < len(s) && !strings.ContainsRune("&;#\"'<> \t\r\n", rune(s[to])) {
			to++
		}
		if value := s[from:to]; value != "" && !redactedQuery.MatchString(value) {
			out.WriteString(s[copied:from])
			out.WriteString(redactQueryValue(value))
			copied = to
		}
		i = to - 1
	}
	if copied == 0 {
		return s
	}
	return out.String() + s[copied:]
}

// redactQueryValue is what stands for the value of a secret parameter.
func redactQueryValue(value string) string {
	if value == "" || redactedQuery.MatchString(value) {
		return value
	}
	return "redacted-" + strconv.Itoa(len(value)) + "-bytes-" + mark(value)
}

// secretParameter says whether a name, perhaps escaped, is one of the list.
func (r *Redactor) secretParameter(name string) bool {
	name = strings.TrimSpace(name)
	if plain, err := url.QueryUnescape(name); err == nil {
		name = plain
	}
	return slices.ContainsFunc(r.Query, func(secret string) bool { return strings.EqualFold(secret, name) })
}
