package policy_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/policy"
)

var signingKeys = sync.OnceValue(func() map[string]crypto.Signer {
	first, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	second, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	return map[string]crypto.Signer{"KRSA": first, "KECDSA": second, "KOTHER": first}
})

func publicPEM(key crypto.Signer) string {
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		panic(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

// signedBehavior trusts the keys KRSA and KECDSA (CF-SIGN-06).
func signedBehavior() *distribution.CacheBehavior {
	group := &distribution.KeyGroup{ID: "group"}
	for _, id := range []string{"KRSA", "KECDSA"} {
		group.Keys = append(group.Keys, distribution.PublicKey{ID: id, PEM: publicPEM(signingKeys()[id])})
	}
	return &distribution.CacheBehavior{PathPattern: "/private/*", TrustedKeyGroups: distribution.TrustedKeyGroups{Enabled: true, IDs: []string{"group"}, Groups: []*distribution.KeyGroup{group}}}
}

// encode is base64 as signed URLs have it (CF-SIGN-16).
func encode(b []byte) string {
	return strings.NewReplacer("+", "-", "=", "_", "/", "~").Replace(base64.StdEncoding.EncodeToString(b))
}

// signText signs a policy.
func signText(t *testing.T, id, algorithm, text string) string {
	t.Helper()
	one := sha1.Sum([]byte(text))
	digest, hash := one[:], crypto.SHA1
	if algorithm == "SHA256" {
		two := sha256.Sum256([]byte(text))
		digest, hash = two[:], crypto.SHA256
	}
	signature, err := signingKeys()[id].Sign(rand.Reader, digest, hash)
	if err != nil {
		t.Fatal(err)
	}
	return encode(signature)
}

var signedNow = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

const signedUntil, signedHost = 1796040001, "d111.cloudfront.net" // one second after signedNow

func canned(resource string, until int) string {
	return fmt.Sprintf(`{"Statement":[{"Resource":"%s","Condition":{"DateLessThan":{"AWS:EpochTime":%d}}}]}`, resource, until)
}

func judge(uri string, cookies ...string) *policy.Cause {
	return policy.JudgeSigned(policy.SignedFacts{
		Behavior: signedBehavior(), Scheme: "https", Hosts: []string{signedHost}, URI: uri, Cookies: cookies, RemoteAddr: "203.0.113.7:4711", Now: signedNow,
	})
}

// outcomeOf is what a viewer gets: "in", or the name of the cause.
func outcomeOf(t *testing.T, c *policy.Cause) string {
	t.Helper()
	if c == nil {
		return "in"
	}
	if c.Status != 403 || c.Hint == "" || c.Detail == "" {
		t.Errorf("%+v", c)
	}
	return string(c.Name)
}

// TestCannedURL: signed URLs with a canned policy (CF-SIGN-01, CF-SIGN-11, CF-SIGN-17,
// CF-SIGN-18), in any order (CF-SIGN-72), with keys of both sorts (CF-SIGN-06) and
// digests (CF-SIGN-13, CF-SIGN-14).
func TestCannedURL(t *testing.T) {
	t.Parallel()
	const path = "/private/a.jpg"
	base := "https://" + signedHost
	sign := func(id, algorithm, resource string, until int) string {
		return signText(t, id, algorithm, canned(resource, until))
	}
	good := sign("KRSA", "", base+path, signedUntil)
	query := func(until int, signature, id string) string {
		return fmt.Sprintf("Expires=%d&Signature=%s&Key-Pair-Id=%s", until, signature, id)
	}
	for _, row := range []struct{ name, uri, want string }{
		{"good", path + "?" + query(signedUntil, good, "KRSA"), "in"},
		{"any order", path + "?Key-Pair-Id=KRSA&Signature=" + good + fmt.Sprintf("&Expires=%d", signedUntil), "in"},
		{"own query", path + "?x=1&" + query(signedUntil, sign("KRSA", "", base+path+"?x=1&y", signedUntil), "KRSA") + "&y", "in"},
		{"CF-SIGN-21: another query", path + "?x=2&" + query(signedUntil, sign("KRSA", "", base+path+"?x=1", signedUntil), "KRSA"), "viewer-signature-mismatch"},
		{"CF-SIGN-19: another end", path + "?" + query(signedUntil+9, good, "KRSA"), "viewer-signature-mismatch"},
		{"CF-SIGN-60: another path", path + "x?" + query(signedUntil, good, "KRSA"), "viewer-signature-mismatch"},
		{"http", path + "?" + query(signedUntil, sign("KRSA", "", "http://"+signedHost+path, signedUntil), "KRSA"), "viewer-signature-mismatch"},
		{"CF-SIGN-40: expired", path + "?" + query(signedUntil-1, sign("KRSA", "", base+path, signedUntil-1), "KRSA"), "viewer-signature-expired"},
		{"CF-SIGN-20: the largest end", path + "?" + query(1<<63-1, sign("KRSA", "", base+path, 1<<63-1), "KRSA"), "in"},
		{"ECDSA", path + "?" + query(signedUntil, sign("KECDSA", "", base+path, signedUntil), "KECDSA"), "in"},
		{"ECDSA, SHA-256", path + "?Hash-Algorithm=SHA256&" + query(signedUntil, sign("KECDSA", "SHA256", base+path, signedUntil), "KECDSA"), "in"},
		{"RSA, SHA-256", path + "?" + query(signedUntil, sign("KRSA", "SHA256", base+path, signedUntil), "KRSA") + "&Hash-Algorithm=SHA256", "in"},
		{"the other digest", path + "?" + query(signedUntil, good, "KRSA") + "&Hash-Algorithm=SHA256", "viewer-signature-mismatch"},
		{"no digest", path + "?" + query(signedUntil, good, "KRSA") + "&Hash-Algorithm=MD5", "viewer-signature-mismatch"},
		{"the other key", path + "?" + query(signedUntil, good, "KECDSA"), "viewer-signature-mismatch"},
		{"CF-SIGN-56: no key", path + fmt.Sprintf("?Expires=%d&Signature=%s", signedUntil, good), "viewer-missing-key"},
		{"CF-SIGN-56: an empty key", path + "?" + query(signedUntil, good, ""), "viewer-missing-key"},
		{"CF-SIGN-56: nothing", path, "viewer-missing-key"},
		{"CF-SIGN-57, CF-SIGN-03: a key of others", path + "?" + query(signedUntil, good, "KOTHER"), "viewer-unknown-key"},
		{"CF-SIGN-58: no base64", path + "?" + query(signedUntil, "a%2B", "KRSA"), "viewer-malformed-signature"},
		{"CF-SIGN-63: no signature", path + fmt.Sprintf("?Expires=%d&Key-Pair-Id=KRSA", signedUntil), "viewer-malformed-signature"},
		{"CF-SIGN-59: a fraction", path + "?Expires=1796040001.5&Key-Pair-Id=KRSA&Signature=" + good, "viewer-malformed-policy"},
		{"CF-SIGN-64: no policy", path + "?Key-Pair-Id=KRSA&Signature=" + good, "viewer-malformed-policy"},
	} {
		if got := outcomeOf(t, judge(row.uri)); got != row.want {
			t.Errorf("%s: got %s, want %s", row.name, got, row.want)
		}
	}
}

// TestCustomPolicy: custom policies (CF-SIGN-12, CF-SIGN-22 to CF-SIGN-38, CF-SIGN-65).
func TestCustomPolicy(t *testing.T) {
	t.Parallel()
	const path = "/private/a/b.jpg"
	statement := func(resource, condition string) string {
		if resource != "" {
			resource = `"Resource":"` + resource + `",`
		}
		return `{"Statement":[{` + resource + `"Condition":{` + condition + `}}]}`
	}
	less := fmt.Sprintf(`"DateLessThan":{"AWS:EpochTime":%d}`, signedUntil)
	from := func(ip string) string { return less + `,"IpAddress":{"AWS:SourceIp":"` + ip + `"}` }
	after := func(at int) string { return less + fmt.Sprintf(`,"DateGreaterThan":{"AWS:EpochTime":%d}`, at) }
	for _, row := range []struct{ name, policy, uri, want string }{
		{"good", statement("https://"+signedHost+path, less), path, "in"},
		{"white space", strings.ReplaceAll(statement("https://"+signedHost+path, less), ",", ", "), path, "in"},
		{"CF-SIGN-24: no resource", statement("", less), "/private/anything?x", "in"},
		{"CF-SIGN-32: everything", statement("*", less), path + "?x=1", "in"},
		{"CF-SIGN-27", statement("https://"+signedHost+"/private/*.jpg", less), path, "in"},
		{"CF-SIGN-28", statement("https://"+signedHost+"/private/?/b.jpg", less), path, "in"},
		{"CF-SIGN-28: not two", statement("https://"+signedHost+"/private/?b.jpg", less), path, "viewer-signature-resource"},
		{"CF-SIGN-26: any scheme", statement("*://"+signedHost+path, less), path, "in"},
		{"CF-SIGN-26: a star alone", statement("*"+signedHost+path, less), path, "in"},
		{"CF-SIGN-26: another scheme", statement("http://"+signedHost+path, less), path, "viewer-signature-resource"},
		{"no scheme", statement(signedHost+path, less), path, "viewer-signature-resource"},
		{"CF-SIGN-29: parts", statement("https://*.net"+"/b.jpg", less), path, "viewer-signature-resource"},
		{"CF-SIGN-30: a path that ends wild", statement("https://"+signedHost+"/private/*", less), path + "?x=1", "in"},
		{"CF-SIGN-29: a query that is not named", statement("https://"+signedHost+"/private/*.jpg", less), path + "?x=1", "viewer-signature-resource"},
		{"CF-SIGN-29: a query", statement("https://"+signedHost+"/private/*.jpg?x=*", less), path + "?x=1", "in"},
		{"CF-SIGN-31: a domain that ends wild", statement("https://d111.*", less), path + "?x=1", "in"},
		{"CF-SIGN-33: another domain", statement("https://www.example.com/*", less), path, "viewer-signature-resource"},
		{"letter case of the domain", statement("https://D111.CloudFront.net/private/*", less), path, "in"},
		{"letter case of the path", statement("https://"+signedHost+"/Private/*", less), path, "viewer-signature-resource"},
		{"CF-SIGN-35", statement("*", after(signedUntil-2)), path, "in"},
		{"CF-SIGN-35: at that time", statement("*", after(signedUntil-1)), path, "viewer-signature-early"},
		{"expired", statement("*", fmt.Sprintf(`"DateLessThan":{"AWS:EpochTime":%d}`, signedUntil-1)), path, "viewer-signature-expired"},
		{"CF-SIGN-36: an address", statement("*", from("203.0.113.7/32")), path, "in"},
		{"CF-SIGN-36: an address without a mask", statement("*", from("203.0.113.7")), path, "in"},
		{"CF-SIGN-36: a block", statement("*", from("203.0.113.99/24")), path, "in"},
		{"CF-SIGN-36: another", statement("*", from("203.0.113.8/32")), path, "viewer-signature-address"},
		{"CF-SIGN-38: every IPv4 viewer", statement("*", from("0.0.0.0/0")), path, "in"},
		{"CF-SIGN-37: no IPv6", statement("*", from("2001:db8::/32")), path, "viewer-malformed-policy"},
		{"no address", statement("*", from("x")), path, "viewer-malformed-policy"},
		{"CF-SIGN-65, CF-SIGN-34: no end", statement("*", `"IpAddress":{"AWS:SourceIp":"0.0.0.0/0"}`), path, "viewer-malformed-policy"},
		{"CF-SIGN-23: two statements", `{"Statement":[{"Condition":{` + less + `}},{"Condition":{` + less + `}}]}`, path, "viewer-malformed-policy"},
		{"CF-SIGN-25: two resources", `{"Statement":[{"Resource":["*","*"],"Condition":{` + less + `}}]}`, path, "viewer-malformed-policy"},
		{"CF-SIGN-59: a fraction", statement("*", `"DateLessThan":{"AWS:EpochTime":1796040001.5}`), path, "viewer-malformed-policy"},
		{"CF-SIGN-59: no JSON", "policy", path, "viewer-malformed-policy"},
		{"CF-SIGN-22: no UTF-8", statement("\xff", less), path, "viewer-malformed-policy"},
	} {
		shown := "Policy=" + encode([]byte(row.policy)) + "&Signature=" + signText(t, "KRSA", "", row.policy) + "&Key-Pair-Id=KRSA"
		separator := "?"
		if strings.Contains(row.uri, "?") {
			separator = "&"
		}
		if got := outcomeOf(t, judge(row.uri+separator+shown)); got != row.want {
			t.Errorf("%s: got %s, want %s", row.name, got, row.want)
		}
	}
	one := statement("*", less)
	if got := outcomeOf(t, judge(path+"?Policy=%%%&Key-Pair-Id=KRSA&Signature="+signText(t, "KRSA", "", one))); got != "viewer-malformed-policy" {
		t.Errorf("a policy that is not base64: got %s", got)
	}
	// CF-SIGN-05: what a policy says does not matter where the signature does not fit.
	other := statement("*", `"DateLessThan":{"AWS:EpochTime":1}`)
	if got := outcomeOf(t, judge(path+"?Policy="+encode([]byte(other))+"&Key-Pair-Id=KRSA&Signature="+signText(t, "KRSA", "", one))); got != "viewer-signature-mismatch" {
		t.Errorf("an expired policy with a foreign signature: got %s", got)
	}
	ipv6 := policy.SignedFacts{Behavior: signedBehavior(), Scheme: "https", Hosts: []string{signedHost}, RemoteAddr: "[2001:db8::1]:4711", Now: signedNow}
	all := statement("*", from("0.0.0.0/0"))
	ipv6.URI = path + "?Policy=" + encode([]byte(all)) + "&Key-Pair-Id=KRSA&Signature=" + signText(t, "KRSA", "", all)
	if got := outcomeOf(t, policy.JudgeSigned(ipv6)); got != "viewer-signature-address" { // CF-SIGN-37, CF-VIEW-77
		t.Errorf("an IPv6 viewer: got %s", got)
	}
}

// TestSignedCookies: cookies with a canned (CF-SIGN-43, CF-SIGN-46) and a custom policy
// (CF-SIGN-44, CF-SIGN-48), whose names are case-sensitive (CF-SIGN-45), and which are
// ignored if the URL has a parameter (CF-SIGN-41, CF-SIGN-42). Any viewer that has them is
// let in (CF-SIGN-53).
func TestSignedCookies(t *testing.T) {
	t.Parallel()
	const path = "/private/a.jpg"
	base := "https://" + signedHost + path
	one := fmt.Sprintf("CloudFront-Expires=%d; CloudFront-Signature=%s; CloudFront-Key-Pair-Id=KRSA", signedUntil, signText(t, "KRSA", "", canned(base, signedUntil)))
	text := canned("https://*/private/*", signedUntil)
	many := "a=b; CloudFront-Policy=" + encode([]byte(text)) + "; CloudFront-Key-Pair-Id=KRSA; CloudFront-Signature=" + signText(t, "KRSA", "", text)
	strong := "CloudFront-Hash-Algorithm=SHA256; CloudFront-Policy=" + encode([]byte(text)) + "; CloudFront-Key-Pair-Id=KRSA; CloudFront-Signature=" + signText(t, "KRSA", "SHA256", text)
	bad := fmt.Sprintf("Expires=%d&Signature=%s&Key-Pair-Id=KRSA", signedUntil, signText(t, "KRSA", "", "other"))
	for _, row := range []struct {
		name, uri string
		cookies   []string
		want      string
	}{
		{"canned", path, []string{one}, "in"},
		{"canned, several fields", path, strings.Split(one, "; "), "in"},
		{"canned, another file", path + "x", []string{one}, "viewer-signature-mismatch"},
		{"custom", path, []string{many}, "in"},
		{"custom, another file with a query", "/private/x/y?z=1", []string{many}, "in"},
		{"custom, elsewhere", "/public/x", []string{many}, "viewer-signature-resource"},
		{"custom, SHA-256", path, []string{strong}, "in"},
		{"letter case", path, []string{strings.ToLower(many)}, "viewer-missing-key"},
		{"beside a bad URL", path + "?" + bad, []string{many}, "viewer-signature-mismatch"},
		{"beside one parameter", path + "?Expires=1", []string{many}, "viewer-missing-key"},
		{"CF-SIGN-64", path, []string{"CloudFront-Key-Pair-Id=KRSA; CloudFront-Signature=" + signText(t, "KRSA", "", text)}, "viewer-malformed-policy"},
	} {
		if got := outcomeOf(t, judge(row.uri, row.cookies...)); got != row.want {
			t.Errorf("%s: got %s, want %s", row.name, got, row.want)
		}
	}
}

// TestSignedPages: the reason for refusing a viewer is given in XML (CF-SIGN-56 to CF-SIGN-60,
// CF-SIGN-61), each code with its message.
func TestSignedPages(t *testing.T) {
	t.Parallel()
	for name, want := range map[policy.CauseName]string{
		policy.CauseViewerMissingKey:         "<Code>MissingKey</Code><Message>Missing Key-Pair-Id query parameter or cookie value</Message>",
		policy.CauseViewerUnknownKey:         "<Code>InvalidKey</Code><Message>Unknown Key</Message>",
		policy.CauseViewerMalformedSignature: "<Code>MalformedSignature</Code><Message>Could not unencode Signature</Message>",
		policy.CauseViewerMalformedPolicy:    "<Code>MalformedPolicy</Code><Message>Malformed Policy</Message>",
		policy.CauseViewerSignatureMismatch:  "<Code>AccessDenied</Code><Message>Access denied</Message>",
		policy.CauseViewerSignatureExpired:   "<Code>AccessDenied</Code><Message>Access denied</Message>",
		policy.CauseViewerSignatureEarly:     "<Code>AccessDenied</Code><Message>Access denied</Message>",
		policy.CauseViewerSignatureResource:  "<Code>AccessDenied</Code><Message>Access denied</Message>",
		policy.CauseViewerSignatureAddress:   "<Code>AccessDenied</Code><Message>Access denied</Message>",
	} {
		contentType, page := policy.CausePage(policy.NewCause(name, "", nil), "id")
		if page != `<?xml version="1.0" encoding="UTF-8"?><Error>`+want+"</Error>" || contentType != "text/xml" {
			t.Errorf("%s: got %s %q", name, contentType, page)
		}
		if name == policy.CauseViewerMissingKey && len(page) != 146 {
			t.Errorf("%s: %d bytes, want 146", name, len(page))
		}
	}
	if contentType, page := policy.CausePage(policy.NewCause(policy.CauseViewerCountryBlocked, "", nil), "id"); contentType != "text/html" || !strings.Contains(page, "configured to block access from your country.") {
		t.Errorf("CF-ERR-21: got %s %q", contentType, page)
	}
}

// TestUnsigned: the parameters are not forwarded (CF-SIGN-49, CF-SIGN-50, CF-SIGN-51), so
// an invalidation names the path without them (CF-SIGN-55), and remain if no signature is
// required (CF-SIGN-04); their names are case-sensitive (CF-SIGN-15); signed cookies do not
// split the cache (CF-SIGN-52).
func TestUnsigned(t *testing.T) {
	t.Parallel()
	b := signedBehavior()
	for uri, want := range map[string]string{
		"/a": "/a", "/a?x=1": "/a?x=1", "/a?Expires=1&x=1&Signature=s&Key-Pair-Id=k&Hash-Algorithm=SHA256&y": "/a?x=1&y",
		"/a?Policy=p": "/a", "/a?expires=1&Policy=": "/a?expires=1", "/a?": "/a?",
	} {
		if got := policy.UnsignedURI(uri, b, nil); got != want {
			t.Errorf("%s: got %s, want %s", uri, got, want)
		}
		if got := policy.UnsignedURI(uri, &distribution.CacheBehavior{}, nil); got != uri {
			t.Errorf("%s: without signers: got %s", uri, got)
		}
	}
	got := policy.UnsignedCookies([]string{"a=1; CloudFront-Policy=p; CloudFront-Other=2", "CloudFront-Signature=s"}, b)
	if len(got) != 1 || got[0] != "a=1; CloudFront-Other=2" {
		t.Errorf("got %q", got)
	}
	key := func(cookie string) string {
		b := signedBehavior()
		b.CachePolicy = &distribution.CachePolicy{Cookies: distribution.ValueSelection{Behavior: distribution.SelectAll}}
		return policy.CacheKey(policy.RequestFacts{Method: "GET", URI: "/a", Behavior: b, Header: map[string][]string{"Cookie": {cookie}}})
	}
	if key("a=1") != key("CloudFront-Signature=x; a=1") || key("a=1") == key("a=2") {
		t.Errorf("got the keys %q and %q", key("a=1"), key("CloudFront-Signature=x; a=1"))
	}
}

// TestUnknownKeys: a behavior of which no key is known lets everybody in, and one of
// which some are not lets in who shows another.
func TestUnknownKeys(t *testing.T) {
	t.Parallel()
	b := signedBehavior()
	b.TrustedKeyGroups.IDs, b.TrustedKeyGroups.Groups = append(b.TrustedKeyGroups.IDs, "unknown"), append(b.TrustedKeyGroups.Groups, nil)
	facts := policy.SignedFacts{Behavior: b, Scheme: "https", Hosts: []string{signedHost}, URI: "/private/a?Expires=1&Signature=s&Key-Pair-Id=KNEW", Now: signedNow}
	if cause := policy.JudgeSigned(facts); cause != nil {
		t.Errorf("a key of the unknown group: %v", cause)
	}
	facts.URI = "/private/a"
	if cause := policy.JudgeSigned(facts); cause == nil {
		t.Error("no signature at all was let in")
	}
	b.TrustedKeyGroups.Groups = nil
	if cause := policy.JudgeSigned(facts); cause != nil {
		t.Errorf("no key is known: %v", cause)
	}
	if cause := policy.JudgeSigned(policy.SignedFacts{Behavior: &distribution.CacheBehavior{}}); cause != nil {
		t.Errorf("no signature is wanted: %v", cause)
	}
}

// FuzzSigned: no viewer is let in without a signature, whatever it sends.
func FuzzSigned(f *testing.F) {
	f.Add("/a?Expires=1&Signature=s&Key-Pair-Id=KRSA", "CloudFront-Policy=p")
	f.Add("/a?Policy=eyJTdGF0ZW1lbnQiOlt7fV19&Signature=c2ln&Key-Pair-Id=KECDSA", "")
	f.Add("/a", "CloudFront-Key-Pair-Id=KRSA; CloudFront-Signature=c2ln; CloudFront-Expires=99999999999")
	f.Fuzz(func(t *testing.T, uri, cookie string) {
		if judge(uri, cookie) == nil {
			t.Errorf("%q with %q was let in", uri, cookie)
		}
	})
}

// TestCountry: a geographic restriction allows or blocks by a list (CF-VIEW-69, CF-ERR-21);
// codes are in upper case (CF-VIEW-73), and a viewer of unknown country is let in
// (CF-VIEW-70).
func TestCountry(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		kind, country string
		in            bool
	}{
		{"whitelist", "DE", true}, {"whitelist", "de", true}, {"whitelist", "US", false}, {"whitelist", "", true},
		{"blacklist", "DE", false}, {"blacklist", "US", true}, {"blacklist", "", true}, {"none", "DE", true},
	} {
		cause := policy.JudgeCountry(distribution.GeoRestriction{Type: row.kind, Countries: []string{"DE", "FR"}}, row.country)
		if (cause == nil) != row.in || cause != nil && (cause.Status != 403 || cause.DetailedResultType != "ClientGeoBlocked" || cause.Rule != "CF-ERR-21") {
			t.Errorf("%s, %q: got %v", row.kind, row.country, cause)
		}
	}
}

// TestMisdirected: a connection of another distribution is refused with 421 (CF-ERR-23)
// unless SNI and Host are the same (CF-VIEW-60), its certificate covers Host, or both
// certificates are of one account (CF-VIEW-61).
func TestMisdirected(t *testing.T) {
	t.Parallel()
	arn := func(account string) distribution.ViewerCertificate {
		return distribution.ViewerCertificate{ACMCertificateARN: "arn:aws:acm:us-east-1:" + account + ":certificate/1"}
	}
	shown := &distribution.Distribution{Aliases: []string{"a.example.com", "*.shop.example.com"}, ViewerCertificate: arn("111122223333")}
	for _, row := range []struct {
		host, account string
		refused       bool
	}{
		{"b.example.com", "444455556666", true}, {"b.example.com", "111122223333", false}, {"B.Shop.example.com:8443", "444455556666", false},
	} {
		cause := policy.JudgeMisdirected(policy.MisdirectedFacts{SNI: "a.example.com", Host: row.host, Shown: shown, Asked: &distribution.Distribution{ViewerCertificate: arn(row.account)}})
		if (cause != nil) != row.refused || cause != nil && (cause.Status != 421 || cause.DetailedResultType != "InvalidRequestCertificate") {
			t.Errorf("%+v: got %v", row, cause)
		}
	}
	if cause := policy.JudgeMisdirected(policy.MisdirectedFacts{SNI: "a.example.com", Host: "b.example.com", Shown: shown, Asked: &distribution.Distribution{}}); cause != nil {
		t.Errorf("an account that is not known: got %v", cause)
	}
}
