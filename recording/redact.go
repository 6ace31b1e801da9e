package recording

import (
	"slices"
	"strconv"
	"strings"

	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

// secretFields are the fields whose values are credentials, each with how its value is
// redacted. They are looked for in every header of an exchange, in either direction.
var secretFields = [...]struct {
	name   string
	redact func(string) string
}{
	{"Authorization", redactAuthorization},
	{"Proxy-Authorization", redactAuthorization},
	{"Cookie", redactCookie},
	{"Set-Cookie", redactSetCookie},
	{"X-Api-Key", redactValue},
	{securityToken, redactValue},
}

// securityToken is the session token of temporary AWS credentials, as a field and as a
// parameter of a presigned URL.
const securityToken = "X-Amz-Security-Token"

// secretField returns how to redact a field with this name, in any letter case, or nil if
// it is not one of them.
func secretField(name string) func(string) string {
	if secretLengths&(1<<min(len(name), 63)) == 0 {
		return nil
	}
	for i := range secretFields {
		if f := &secretFields[i]; len(f.name) == len(name) && strings.EqualFold(f.name, name) {
			return f.redact
		}
	}
	return nil
}

// secretLengths has a bit set for the length of every name, as nearly all names looked up
// have other lengths.
var secretLengths = func() (bits uint64) {
	for i := range secretFields {
		bits |= 1 << len(secretFields[i].name)
	}
	return bits
}()

// Redactor hides secrets. The zero value hides credentials.
type Redactor struct {
	// KeepSecrets disables redaction.
	KeepSecrets bool
	// Query lists additional query parameters whose values are secret, in any letter
	// case.
	Query []string
	// Headers lists additional fields whose values are secret, in any letter case.
	Headers []string
}

// Redact returns the exchange without secrets: the values of Authorization,
// Proxy-Authorization, Cookie, Set-Cookie, X-Api-Key and X-Amz-Security-Token, of
// the distribution's origin custom headers, and of the fields and query
// parameters that the Redactor lists, and user information in addresses, wherever
// they appear or are quoted. Bodies are kept unchanged.
//
// The structure is preserved. A secret becomes "[redacted 23 bytes #5f3a9c1e]".
// The number after # is the same for equal secrets everywhere; it is derived with
// a random key that this process generates and never reveals. Authorization keeps
// its scheme, cookies keep their names, and Set-Cookie keeps its attributes.
//
// The exchange passed in and its maps are not modified. If there is something to
// hide, the result is a copy that shares everything else; otherwise it is the
// exchange itself. Redact is idempotent.
func (r *Redactor) Redact(e *Exchange) *Exchange {
	if r.KeepSecrets {
		return e
	}
	h := hiding{r: r, quoted: quotes(e)}
	h.noteCustom(e.Changes)
	if e.ErrorPage != nil {
		h.noteCustom(e.ErrorPage.Changes)
	}
	w := walker{hiding: &h, reading: true}
	w.exchange(e)
	if !w.changed {
		return e
	}
	hidden := *e
	w = walker{hiding: &h}
	w.exchange(&hidden)
	return &hidden
}

// Redact calls [Redactor.Redact] on the zero Redactor.
func Redact(e *Exchange) *Exchange { return credentials.Redact(e) }

var credentials = &Redactor{} // never modified

// Target returns a request target without secret parameters and user information,
// for a log line.
func (r *Redactor) Target(target string) string {
	if r == nil || r.KeepSecrets {
		return target
	}
	h := hiding{r: r}
	return h.target(target)
}

// hiding is the redaction of one exchange.
type hiding struct {
	r *Redactor
	// custom are the names of the origin custom headers.
	custom []string
	// quoted means that there are sentences that may quote secrets; secrets are the hidden
	// values.
	quoted  bool
	secrets []string
	// reading means that it only matters whether something is hidden.
	reading bool
}

// quotes reports whether an exchange has sentences that are not only about its connection:
// most successful ones have none.
func quotes(e *Exchange) bool {
	return e.Cause != nil || e.Cache != nil || len(e.Functions) > 0 || len(e.Failover) > 0 ||
		slices.ContainsFunc(e.Findings, func(f policy.Finding) bool { return f.Verdict != policy.Pass }) ||
		slices.ContainsFunc(e.Attempts, func(a *originconn.Attempt) bool { return a != nil && a.Cause != nil })
}

// hide is the visitor of a walk.
func (h *hiding) hide(p place, name, value string) string {
	switch p {
	case inField:
		return h.field(name, value)
	case inPart:
		return h.part(name, value)
	case inTarget:
		return h.target(value)
	case inHead:
		return h.head(value)
	case inKey:
		return h.key(value)
	case inProse:
		return h.prose(value)
	case inWord:
	}
	return value
}

// redactor returns how to redact a field, or nil if it has no secret.
func (h *hiding) redactor(name string) func(string) string {
	if n := len(name); n > 0 && name[n-1] <= ' ' { // some origins send it this way
		name = strings.TrimRight(name, " \t")
	}
	if redact := secretField(name); redact != nil {
		return redact
	}
	if hasName(h.r.Headers, name) || hasName(h.custom, name) {
		return redactValue
	}
	return nil
}

// hasName reports whether a field's name, in any letter case, is in a list.
func hasName(list []string, name string) bool {
	for _, one := range list {
		if len(one) == len(name) && strings.EqualFold(one, name) {
			return true
		}
	}
	return false
}

// noteCustom notes the custom headers that the distribution sends to an origin.
func (h *hiding) noteCustom(changes []policy.Change) {
	for i := range changes {
		if changes[i].By == policy.ByOriginCustomHeader {
			h.custom = append(h.custom, changes[i].Field)
		}
	}
}

// field hides the value of a secret field, and secrets in addresses in every other.
func (h *hiding) field(name, value string) string {
	redact := h.redactor(name)
	switch {
	case redact == nil && name == "Host":
		return h.target(value)
	case redact == nil && strings.HasPrefix(name, oursPrefix):
		return h.prose(value)
	case redact == nil:
		return h.addresses(value, endsInText)
	case h.reading && value != "" && !strings.Contains(value, "redacted"):
		return "" // it is hidden; how is determined later
	}
	return h.secret(value, redact(value))
}

// part hides the value that a change has for a secret part of a message.
func (h *hiding) part(name, value string) string {
	kind, of, ok := strings.Cut(name, " ")
	switch {
	case !ok && name == "uri":
		return h.target(value)
	case !ok:
		return h.field(name, value)
	case kind == "cookie":
		return h.secret(value, redactValue(value))
	case kind == "query" && h.r.secretParameter(of):
		return h.secret(value, redactQueryValue(value))
	}
	return h.addresses(value, endsInText)
}

// secret notes a hidden value, and returns its replacement.
func (h *hiding) secret(value, hidden string) string {
	if h.quoted && value != hidden {
		h.note(value)
		// A cookie is quoted without its name, a credential without its scheme.
		for piece := range strings.FieldsFuncSeq(value, func(c rune) bool { return c == ';' || c == ',' || c == ' ' || c == '\t' }) {
			h.note(piece)
			if _, own, ok := strings.Cut(piece, "="); ok {
				h.note(own)
			}
		}
	}
	return hidden
}

// shortestQuoted is the minimum length of a secret to look for in sentences: shorter ones
// also occur there as words or numbers.
const shortestQuoted = 6

// note adds a secret to look for in sentences, also in the form that %q gives it.
func (h *hiding) note(secret string) {
	if strings.Contains(secret, "redacted") {
		return // it is a replacement
	}
	quoted := strconv.Quote(secret)
	for _, form := range []string{secret, quoted[1 : len(quoted)-1]} {
		if len(form) >= shortestQuoted && !slices.Contains(h.secrets, form) && !plainWord(form) {
			h.secrets = append(h.secrets, form)
		}
	}
}

// plainWord reports whether a piece of a secret field is not a secret: the attributes of
// Set-Cookie, the schemes of Authorization.
func plainWord(piece string) bool {
	return plainAttribute(piece) || slices.ContainsFunc(authorizationSchemes, func(s string) bool { return strings.EqualFold(s, piece) })
}

// prose hides the secrets that a sentence quotes.
func (h *hiding) prose(text string) string {
	return h.addresses(h.quotations(text), endsInText)
}

// quotations hides in a text what was hidden elsewhere.
func (h *hiding) quotations(text string) string {
	for _, secret := range h.secrets {
		if strings.Contains(text, secret) {
			text = strings.ReplaceAll(text, secret, redactValue(secret))
		}
	}
	return text
}

// head hides the secrets in a response head as received. Line ends, spaces and letter case
// are kept; a line that continues a secret field, as was once allowed, is hidden entirely.
func (h *hiding) head(head string) string {
	if !h.headHasSecret(head) {
		return h.addresses(head, endsInText)
	}
	var out strings.Builder
	var redact func(string) string
	for line := range strings.Lines(head) {
		text := strings.TrimRight(line, "\r\n")
		end := line[len(text):]
		if text != "" && (text[0] == ' ' || text[0] == '\t') {
			if redact != nil {
				text = " " + h.secret(strings.TrimSpace(text), redactValue(strings.TrimSpace(text)))
			}
			out.WriteString(text + end)
			continue
		}
		name, value, _ := strings.Cut(text, ":")
		if redact = h.redactor(strings.TrimSpace(name)); redact != nil {
			trimmed := strings.TrimLeft(value, " \t")
			bare := strings.TrimRight(trimmed, " \t")
			text = text[:len(text)-len(trimmed)] + h.secret(bare, redact(bare))
		}
		out.WriteString(text + end)
	}
	return h.addresses(out.String(), endsInText)
}

// headHasSecret reports whether a line of a head starts with the name of a secret field. It
// runs for every exchange, so it does not allocate.
func (h *hiding) headHasSecret(head string) bool {
	for head != "" {
		line := head
		if i := strings.IndexByte(head, '\n'); i >= 0 {
			line, head = head[:i], head[i+1:]
		} else {
			head = ""
		}
		i := strings.IndexByte(line, ':')
		if i <= 0 {
			continue
		}
		name := line[:i]
		if name[0] <= ' ' {
			name = strings.TrimSpace(name)
		}
		if h.redactor(name) != nil {
			return true
		}
	}
	return false
}
