package recording

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// The characters that end the value of a query parameter: in a request target, and in an
// address within a text.
const (
	endsInTarget = "&# \t\r\n"
	endsInText   = "&;#\"'<> \t\r\n"
)

// Text returns a text without the secret parts of the addresses in it.
func (r *Redactor) Text(text string) string {
	if r.KeepSecrets {
		return text
	}
	h := hiding{r: r}
	return h.addresses(text, endsInText)
}

// target hides the secret parts of a request target or a Host.
func (h *hiding) target(target string) string {
	if !strings.HasPrefix(target, "/") && strings.IndexByte(target, '@') >= 0 {
		from := 0
		if i := strings.Index(target, "://"); i >= 0 {
			from = i + len("://")
		}
		authority, _, _ := strings.Cut(target[from:], "/")
		if at := strings.LastIndexByte(authority, '@'); at > 0 {
			target = target[:from] + h.secret(authority[:at], redactQueryValue(authority[:at])) + target[from+at:]
		}
	}
	return h.quotations(h.addresses(target, endsInTarget))
}

// userinfo matches user information in an address.
var userinfo = regexp.MustCompile(`://[^/?#\s"'<>]*@`)

// addresses hides user information and the values of secret parameters in every address in
// a text. A parameter is a name and "=" after "?", "&" or ";", up to a character that ends
// the value.
func (h *hiding) addresses(s, ends string) string {
	if strings.IndexByte(s, '@') >= 0 && strings.Contains(s, "://") {
		s = userinfo.ReplaceAllStringFunc(s, func(found string) string {
			secret := found[len("://") : len(found)-1]
			return "://" + h.secret(secret, redactQueryValue(secret)) + "@"
		})
	}
	if strings.IndexByte(s, '=') < 0 || strings.IndexByte(s, '?') < 0 && strings.IndexByte(s, '&') < 0 && strings.IndexByte(s, ';') < 0 {
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
		if strings.ContainsAny(name, "?&;") || !h.r.secretParameter(name) {
			continue
		}
		from := i + 1 + len(name) + 1
		to := from
		for to < len(s) && strings.IndexByte(ends, s[to]) < 0 {
			to++
		}
		if value := s[from:to]; value != "" && !redactedQuery.MatchString(value) {
			out.WriteString(s[copied:from])
			out.WriteString(h.secret(value, redactQueryValue(value)))
			copied = to
		}
		i = to - 1
	}
	if copied == 0 {
		return s
	}
	return out.String() + s[copied:]
}

// redactedQuery matches a redacted value. Unlike elsewhere, it contains nothing that is not
// allowed in an address.
var redactedQuery = regexp.MustCompile(`^redacted-[0-9]+-bytes-[0-9a-f]{8}$`)

// redactQueryValue returns the replacement for the value of a secret parameter.
func redactQueryValue(value string) string {
	if value == "" || redactedQuery.MatchString(value) {
		return value
	}
	return "redacted-" + strconv.Itoa(len(value)) + "-bytes-" + mark(value)
}

// secretParameter reports whether a name, possibly escaped, is in the list.
func (r *Redactor) secretParameter(name string) bool {
	name = strings.TrimSpace(name)
	if strings.ContainsAny(name, "%+") {
		if plain, err := url.QueryUnescape(name); err == nil {
			name = plain
		}
	}
	return strings.EqualFold(name, securityToken) || slices.ContainsFunc(r.Query, func(secret string) bool { return strings.EqualFold(secret, name) })
}
