package policy

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/edgesim/edgesim/distribution"
)

// SignedFacts is what the edge checks before it admits a viewer to a behavior
// with trusted signers.
type SignedFacts struct {
	Behavior *distribution.CacheBehavior
	// Scheme and URI are the viewer's. Hosts are the names for which a signature is
	// valid: the viewer's Host, and the name that it represents at a local edge.
	Scheme, URI string
	Hosts       []string
	// Cookies are the values of the viewer's Cookie fields.
	Cookies []string
	// RemoteAddr is the viewer's ip:port.
	RemoteAddr string
	// Now is the edge's current time (CF-SIGN-54).
	Now time.Time
}

// The parameters of a signed URL. With the prefix "CloudFront-" they are also the names of
// signed cookies (CF-SIGN-11, CF-SIGN-12, CF-SIGN-43 to CF-SIGN-45).
const (
	signedExpires   = "Expires"
	signedPolicy    = "Policy"
	signedSignature = "Signature"
	signedKeyPairID = "Key-Pair-Id"
	signedHash      = "Hash-Algorithm"
	signedCookie    = "CloudFront-"
)

// isSigned reports whether a query parameter belongs to a signed URL. Names are
// case-sensitive (CF-SIGN-15).
func isSigned(name string) bool {
	switch name {
	case signedExpires, signedPolicy, signedSignature, signedKeyPairID, signedHash:
		return true
	}
	return false
}

// NeedsSignature reports whether a behavior requires signed URLs or signed
// cookies (CF-SIGN-01).
func NeedsSignature(b *distribution.CacheBehavior) bool {
	return b.TrustedKeyGroups.Enabled || b.TrustedSigners.Enabled
}

// UnsignedURI returns a request target without the parameters of a signed URL,
// which neither the origin nor the cache gets (CF-SIGN-49, CF-SIGN-51). That
// Hash-Algorithm is one of them (CF-SIGN-50), and that they are kept if a
// behavior requires no signature (CF-SIGN-04), is inferred. log may be nil.
func UnsignedURI(uri string, b *distribution.CacheBehavior, log *ChangeLog) string {
	if !NeedsSignature(b) {
		return uri
	}
	path, query, ok := strings.Cut(uri, "?")
	if !ok {
		return uri
	}
	var kept []string
	removed := false
	for parameter := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(parameter, "=")
		if isSigned(name) {
			removed = true
			log.Add(Change{LegRequest, "query " + name, ChangeDropped, value, "", ByBehavior, "CF-SIGN-49"})
			continue
		}
		kept = append(kept, parameter)
	}
	switch {
	case !removed:
		return uri
	case len(kept) == 0:
		return path
	}
	return path + "?" + strings.Join(kept, "&")
}

// UnsignedCookies returns the values of Cookie fields without the signed cookies,
// which are never part of the cache key (CF-SIGN-52).
func UnsignedCookies(values []string, b *distribution.CacheBehavior) []string {
	if !NeedsSignature(b) {
		return values
	}
	out := make([]string, 0, len(values))
	for _, value := range values {
		var kept []string
		for cookie := range strings.SplitSeq(value, ";") {
			name, _, _ := strings.Cut(strings.TrimSpace(cookie), "=")
			if after, ok := strings.CutPrefix(name, signedCookie); !ok || !isSigned(after) {
				kept = append(kept, cookie)
			}
		}
		if len(kept) > 0 {
			out = append(out, strings.TrimSpace(strings.Join(kept, ";")))
		}
	}
	return out
}

// signed is what a viewer presented: the values of the parameters or cookies.
type signed struct {
	values  map[string]string
	cookies bool
	// uri is the target without the parameters.
	uri string
}

// shown finds what the viewer presents: the URL's parameters, any one of which overrides
// the cookies (CF-SIGN-41, CF-SIGN-42), or the cookies.
func (f *SignedFacts) shown() signed {
	s := signed{values: map[string]string{}, uri: UnsignedURI(f.URI, f.Behavior, nil)}
	_, query, _ := strings.Cut(f.URI, "?")
	for parameter := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(parameter, "=")
		if _, twice := s.values[name]; isSigned(name) && !twice {
			s.values[name] = value
		}
	}
	for _, name := range []string{signedExpires, signedPolicy, signedSignature, signedKeyPairID} {
		if _, ok := s.values[name]; ok {
			return s
		}
	}
	s.cookies = true
	for _, field := range f.Cookies {
		for cookie := range strings.SplitSeq(field, ";") {
			name, value, _ := strings.Cut(strings.TrimSpace(cookie), "=")
			after, ok := strings.CutPrefix(name, signedCookie)
			if _, twice := s.values[after]; ok && isSigned(after) && !twice {
				s.values[after] = strings.Trim(value, `"`)
			}
		}
	}
	return s
}

// JudgeSigned returns why a behavior that requires a signature refuses a viewer;
// nil if it does not. If none of the behavior's keys is known, every viewer is
// admitted. The signature is checked first, then the policy (CF-SIGN-05).
func JudgeSigned(f SignedFacts) *Cause {
	if !NeedsSignature(f.Behavior) {
		return nil
	}
	keys, whole := trustedKeys(f.Behavior)
	if len(keys) == 0 {
		return nil
	}
	s := f.shown()
	what := "query parameter"
	if s.cookies {
		what = "cookie"
	}
	id := s.values[signedKeyPairID]
	if id == "" { // CF-SIGN-56
		return NewCause(CauseViewerMissingKey, fmt.Sprintf("the behavior %q wants a signed URL or signed cookies, and the request has no Key-Pair-Id", f.Behavior.PathPattern), nil).
			hinted("sign the URL (edgesim sign URL --key private.pem --key-pair-id %s), or send the three CloudFront-… cookies", anyKey(keys))
	}
	key, known := keys[id]
	if !known {
		if !whole { // it may be one that is not in the files
			return nil
		}
		return NewCause(CauseViewerUnknownKey, fmt.Sprintf("the %s Key-Pair-Id %q is not a key of the behavior %q, which trusts %s", what, id, f.Behavior.PathPattern, strings.Join(keyIDs(keys), ", ")), nil).
			hinted("sign with a key of the behavior's own key groups; one of another behavior does not count (CF-SIGN-03)")
	}
	signature, err := decodeSigned(s.values[signedSignature])
	if err != nil || len(signature) == 0 { // CF-SIGN-58, CF-SIGN-63
		cause := NewCause(CauseViewerMalformedSignature, fmt.Sprintf("the %s Signature cannot be decoded", what), err).
			hinted("base64 with - for +, _ for =, ~ for / (CF-SIGN-16), and not encoded a second time for URLs")
		if s.values[signedSignature] == "" {
			cause.Rule, cause.Inferred, cause.Detail = "CF-SIGN-63", true, fmt.Sprintf("the %s Signature is missing beside Key-Pair-Id", what)
		}
		return cause
	}
	return f.judgePolicy(&s, what, key, signature)
}

// judgePolicy judges the signature and what was signed.
func (f *SignedFacts) judgePolicy(s *signed, what string, key crypto.PublicKey, signature []byte) *Cause {
	encoded, custom := s.values[signedPolicy]
	if custom {
		text, err := decodeSigned(encoded)
		if err != nil {
			return malformedPolicy("the " + what + " Policy is not in base64 as it is wanted")
		}
		if !verifies(key, s.values[signedHash], text, signature) {
			return f.mismatch(what, "the policy that the request shows")
		}
		return f.judgeCustom(text, s)
	}
	expires, ok := s.values[signedExpires]
	if !ok { // CF-SIGN-64
		cause := malformedPolicy("there is neither an Expires nor a Policy " + what + " beside Signature and Key-Pair-Id")
		cause.Rule = "CF-SIGN-64"
		return cause
	}
	until, err := strconv.ParseUint(expires, 10, 63) // CF-SIGN-20
	if err != nil {
		return malformedPolicy(fmt.Sprintf("the %s Expires %q is not a whole number of seconds since 1970", what, expires))
	}
	for _, host := range f.Hosts {
		statement := cannedPolicy(f.Scheme+"://"+host+s.uri, until)
		if verifies(key, s.values[signedHash], []byte(statement), signature) {
			return f.judgeExpiry(until)
		}
	}
	return f.mismatch(what, fmt.Sprintf("the canned policy for %s://%s%s until %d", f.Scheme, strings.Join(f.Hosts, " or "), s.uri, until))
}

// cannedPolicy is the statement that the edge builds from a URL and a time (CF-SIGN-17,
// CF-SIGN-18).
func cannedPolicy(resource string, until uint64) string {
	return `{"Statement":[{"Resource":"` + resource + `","Condition":{"DateLessThan":{"AWS:EpochTime":` + strconv.FormatUint(until, 10) + `}}}]}`
}

// mismatch is the cause of a signature that does not match (CF-SIGN-19, CF-SIGN-21,
// CF-SIGN-60).
func (f *SignedFacts) mismatch(what, of string) *Cause {
	return NewCause(CauseViewerSignatureMismatch, fmt.Sprintf("the %s Signature is not that of the key over %s", what, of), nil).
		hinted("sign exactly the URL that is asked for, with its scheme, host and own query, and with the private key that belongs to Key-Pair-Id")
}

// judgeExpiry judges the expiry of a signature at the time when the request arrives
// (CF-SIGN-39, CF-SIGN-40).
func (f *SignedFacts) judgeExpiry(until uint64) *Cause {
	now := uint64(max(0, f.Now.Unix()))
	if now < until {
		return nil
	}
	return NewCause(CauseViewerSignatureExpired, fmt.Sprintf("the signature held until %s, and it is %s", epoch(until), f.Now.UTC().Format(time.RFC3339)), nil).
		hinted("sign it again with a later time; the edge's clock is at GET /api/clock")
}

// epoch formats a time for people, if it can be represented.
func epoch(seconds uint64) string {
	if seconds > 253402300799 { // the end of the year 9999
		return strconv.FormatUint(seconds, 10) + " s after 1970"
	}
	return time.Unix(int64(seconds), 0).UTC().Format(time.RFC3339)
}

// malformedPolicy is the cause of a policy that cannot be read (CF-SIGN-59).
func malformedPolicy(why string) *Cause {
	return NewCause(CauseViewerMalformedPolicy, why, nil).
		hinted("one statement as JSON in UTF-8: {\"Statement\":[{\"Resource\":\"URL\",\"Condition\":{\"DateLessThan\":{\"AWS:EpochTime\":SECONDS}}}]}")
}

// decodeSigned decodes base64 with the three characters replaced (CF-SIGN-16).
func decodeSigned(text string) ([]byte, error) {
	return base64.StdEncoding.DecodeString(strings.NewReplacer("-", "+", "_", "=", "~", "/").Replace(text))
}

// trustedKeys returns the keys of a behavior's groups by id; whole means that all of them
// are known.
func trustedKeys(b *distribution.CacheBehavior) (keys map[string]crypto.PublicKey, whole bool) {
	keys, whole = map[string]crypto.PublicKey{}, !b.TrustedSigners.Enabled
	for i := range b.TrustedKeyGroups.IDs {
		if i >= len(b.TrustedKeyGroups.Groups) || b.TrustedKeyGroups.Groups[i] == nil {
			whole = false
			continue
		}
		for _, k := range b.TrustedKeyGroups.Groups[i].Keys {
			if key := publicKey(k.PEM); key != nil {
				keys[k.ID] = key
			} else {
				whole = false
			}
		}
	}
	return keys, whole
}

// KnowsKeys reports whether all or some of the public keys in a behavior's key
// groups are known.
func KnowsKeys(b *distribution.CacheBehavior) (all, some bool) {
	keys, whole := trustedKeys(b)
	return whole, len(keys) > 0
}

func publicKey(text string) crypto.PublicKey {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil
	}
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil
	}
	return key
}

func keyIDs(keys map[string]crypto.PublicKey) []string {
	ids := make([]string, 0, len(keys))
	for id := range keys {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

func anyKey(keys map[string]crypto.PublicKey) string { return keyIDs(keys)[0] }

// verifies reports whether a signature is a key's over a text: with SHA-1, or with SHA-256
// if the request says so (CF-SIGN-13), using RSA (PKCS #1 v1.5) or ECDSA (CF-SIGN-14; that
// its signature is in ASN.1 is inferred from AWS's own signers).
func verifies(key crypto.PublicKey, algorithm string, text, signature []byte) bool {
	var digest []byte
	hash := crypto.SHA1
	switch algorithm {
	case "", "SHA1":
		sum := sha1.Sum(text)
		digest = sum[:]
	case "SHA256":
		sum := sha256.Sum256(text)
		digest, hash = sum[:], crypto.SHA256
	default:
		return false
	}
	switch key := key.(type) {
	case *rsa.PublicKey:
		return rsa.VerifyPKCS1v15(key, hash, digest, signature) == nil
	case *ecdsa.PublicKey:
		return ecdsa.VerifyASN1(key, digest, signature)
	}
	return false
}

// remoteIP returns the viewer's address.
func (f *SignedFacts) remoteIP() netip.Addr {
	at, err := netip.ParseAddrPort(f.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return at.Addr().Unmap()
}
