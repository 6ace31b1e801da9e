package recording

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// redactionKeySize is the size of the key for marking secrets.
const redactionKeySize = 32

// redactionKey is made once per process, so that equal secrets look equal in all of its
// recorders, and a short secret cannot be found by trial.
var redactionKey = sync.OnceValue(func() (key [redactionKeySize]byte) {
	rand.Read(key[:]) // never fails, see crypto/rand
	return key
})

// redacted matches a redacted value, which is left as it is.
var redacted = regexp.MustCompile(`^\[redacted [0-9]+ bytes #[0-9a-f]{8}\]$`)

// redactValue returns the replacement for one secret: its length and a mark that is equal for
// equal secrets, wherever they occur. The mark is the beginning of SHA-256 over key and secret;
// as it is truncated to 32 bits, it cannot be extended (the reason why a full hash would have to
// be an HMAC).
func redactValue(secret string) string {
	if secret == "" || strings.HasPrefix(secret, "[redacted ") && redacted.MatchString(secret) {
		return secret
	}
	return "[redacted " + strconv.Itoa(len(secret)) + " bytes #" + mark(secret) + "]"
}

// Hidden returns the replacement for a secret, as in a redacted exchange.
func Hidden(secret string) string { return redactValue(secret) }

// mark returns the text that distinguishes one secret from another.
func mark(secret string) string {
	key := redactionKey()
	var space [256]byte
	sum := sha256.Sum256(append(append(space[:0], key[:]...), secret...))
	var mark [8]byte
	hex.Encode(mark[:], sum[:4])
	return string(mark[:])
}

// authorizationSchemes are the schemes of the IANA registry and others in common use. Only
// these are kept: the first word of anything else may be the secret itself.
var authorizationSchemes = []string{
	"Basic", "Bearer", "Concealed", "Digest", "DPoP", "GNAP", "HOBA", "Mutual", "Negotiate", "OAuth",
	"PrivateToken", "SCRAM-SHA-1", "SCRAM-SHA-256", "vapid",
	"AWS", "AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256", "NTLM", "Token", "ApiKey", "Api-Key",
}

// redactAuthorization keeps the scheme of a credential: "Bearer [redacted …]".
func redactAuthorization(value string) string {
	scheme, secret, ok := strings.Cut(value, " ")
	if ok {
		for _, known := range authorizationSchemes {
			if strings.EqualFold(scheme, known) {
				return scheme + " " + redactValue(strings.TrimLeft(secret, " "))
			}
		}
	}
	return redactValue(value)
}

// redactCookie keeps the names of cookies: "a=[redacted …]; b=[redacted …]".
func redactCookie(value string) string {
	pairs := strings.Split(value, ";")
	for i, pair := range pairs {
		pairs[i] = redactPair(pair)
	}
	return strings.Join(pairs, ";")
}

// redactSetCookie keeps the name of the cookie and the attributes that browsers know.
// Others are hidden like the value, and so is what follows a comma: some servers put a
// second cookie there.
func redactSetCookie(value string) string {
	parts := strings.Split(value, ";")
	for i, part := range parts {
		if i == 0 || !plainAttribute(strings.TrimSpace(part)) {
			parts[i] = redactPair(part)
		}
	}
	return strings.Join(parts, ";")
}

// plainAttribute reports whether a part of a Set-Cookie value is an attribute without a
// secret.
func plainAttribute(part string) bool {
	name, value, _ := strings.Cut(part, "=")
	switch strings.ToLower(strings.TrimSpace(name)) {
	case "expires":
		_, err := http.ParseTime(strings.TrimSpace(value))
		return err == nil
	case "path", "domain", "max-age", "secure", "httponly", "samesite", "partitioned", "priority":
		return !strings.Contains(value, ",")
	}
	return part == ""
}

// redactPair hides the value of one cookie; a cookie without a name is all value.
// Surrounding spaces are kept.
func redactPair(pair string) string {
	bare := strings.Trim(pair, " \t")
	if bare == "" {
		return pair
	}
	before, after, _ := strings.Cut(pair, bare)
	if name, value, ok := strings.Cut(bare, "="); ok {
		return before + name + "=" + redactValue(value) + after
	}
	return before + redactValue(bare) + after
}
