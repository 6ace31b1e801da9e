package policy

import "strings"

// Field is one header field as sent on the wire, with its order and letter case
// preserved.
type Field struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// isFieldValue reports whether a value can be sent unmodified: it contains nothing that
// ends the field or the line.
func isFieldValue(s string) bool {
	return strings.IndexByte(s, '\n') < 0 && strings.IndexByte(s, '\r') < 0 && strings.IndexByte(s, 0) < 0
}

// IsFieldName reports whether a name is a token (RFC 9110 section 5.6.2), as
// field names are.
func IsFieldName(s string) bool { return isFieldName(s) }

// isFieldName reports whether a name is a token (RFC 9110 section 5.6.2).
func isFieldName(s string) bool {
	for i := range len(s) {
		if !tokenBytes[s[i]] {
			return false
		}
	}
	return s != ""
}

var tokenBytes = func() (set [256]bool) {
	for _, c := range []byte("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") {
		set[c] = true
	}
	return set
}()

// fieldSafe returns the value without the bytes that would end it.
func fieldSafe(s string) string {
	if isFieldValue(s) {
		return s
	}
	return strings.NewReplacer("\r", "", "\n", "", "\x00", "").Replace(s)
}
