package policy_test

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"slices"
	"testing"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/policy"
)

// CF-NAME-01, CF-NAME-02, CF-NAME-04, CF-NAME-10, CF-NAME-11, CF-NAME-12,
// CF-NAME-16: which names are sent and which are accepted.
func TestSNIAndNames(t *testing.T) {
	tests := []struct {
		name      string
		origin    string
		host      string
		forwarded bool
		sni       string
		names     policy.AcceptedNames
	}{
		{"Host not forwarded", "origin.example.com", "www.example.com", false, "origin.example.com", policy.AcceptedNames{"origin.example.com"}},
		{"Host forwarded", "origin.example.com", "www.example.com", true, "www.example.com", policy.AcceptedNames{"origin.example.com", "www.example.com"}},
		{"Host forwarded with a port", "origin.example.com", "www.example.com:8443", true, "www.example.com", policy.AcceptedNames{"origin.example.com", "www.example.com"}},
		{"Host forwarded, the same", "Origin.Example.com.", "origin.example.COM", true, "origin.example.com", policy.AcceptedNames{"origin.example.com"}},
		{"Host forwarded, but there is none", "origin.example.com", "", true, "origin.example.com", policy.AcceptedNames{"origin.example.com"}},
		{"upper case and a final dot", "ORIGIN.Example.Com.", "", false, "origin.example.com", policy.AcceptedNames{"origin.example.com"}},
		{"punycode", "XN--Bcher-KVA.example", "", false, "xn--bcher-kva.example", policy.AcceptedNames{"xn--bcher-kva.example"}},
		{"another script stays as it is", "BÜCHER.example", "", false, "bÜcher.example", policy.AcceptedNames{"bÜcher.example"}},
		{"an address as origin", "127.0.0.1", "", false, "", policy.AcceptedNames{"127.0.0.1"}},
		{"an IPv6 address as origin", "[2001:DB8::1]", "", false, "", policy.AcceptedNames{"2001:db8::1"}},
		{"an IPv6 address without brackets", "2001:db8::1", "", false, "", policy.AcceptedNames{"2001:db8::1"}},
		{"an address as Host", "origin.example.com", "127.0.0.1:8080", true, "", policy.AcceptedNames{"origin.example.com", "127.0.0.1"}},
		{"an IPv6 address and port as Host", "origin.example.com", "[::1]:8080", true, "", policy.AcceptedNames{"origin.example.com", "::1"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := policy.SNI(tt.origin, tt.host, tt.forwarded); got != tt.sni {
				t.Errorf("SNI: got %q, want %q", got, tt.sni)
			}
			if got := policy.NamesFor(tt.origin, tt.host, tt.forwarded); !slices.Equal(got, tt.names) {
				t.Errorf("names: got %q, want %q", got, tt.names)
			}
		})
	}
}

func TestJudgeChainNames(t *testing.T) {
	root := selfSigned(t, "Root")
	row := func(name string, accepted policy.AcceptedNames, rule string, edits ...edit) chainTest {
		tt := chainTest{name: name, chain: raw(root.leaf(edits...)), names: accepted, proves: []string{rule}}
		if rule == "CF-NAME-05" {
			tt.cause, tt.fails = policy.CauseCertNameMismatch, []string{rule}
		}
		return tt
	}
	one := func(name string) policy.AcceptedNames { return policy.AcceptedNames{name} }
	both := policy.AcceptedNames{"origin.example.com", "www.example.com"}
	cn := func(names ...string) edit {
		return func(c *x509.Certificate) {
			c.DNSNames, c.Subject = nil, pkix.Name{}
			for _, name := range names {
				c.Subject.ExtraNames = append(c.Subject.ExtraNames, pkix.AttributeTypeAndValue{Type: asn1.ObjectIdentifier{2, 5, 4, 3}, Value: name})
			}
		}
	}
	mismatch := row("story 2: only the site's name, Host not forwarded", one("lb.elb.amazonaws.com"), "CF-NAME-05", alternatives("www.example.com", "example.com"), commonName("example.com"))
	mismatch.says = "the certificate is for www.example.com, example.com, CN=example.com | one of the names tried: lb.elb.amazonaws.com | no CA issues a certificate for lb.elb.amazonaws.com to you: give the origin a domain name of your own, with a certificate for that; or, if the certificate is for the site's name, forward"
	ownMismatch := row("neither name, and a certificate for this one is to be had", one("origin.example.com"), "CF-NAME-05", alternatives("www.example.com"), commonName("www.example.com"))
	ownMismatch.says = "| get a certificate for this name; or, if the certificate is for the site's name, forward"
	unaliased := row("neither name, one of them the distribution's own", policy.AcceptedNames{"origin.example.com", "d111111abcdef8.cloudfront.net"}, "CF-NAME-05", alternatives("www.example.com"), commonName("www.example.com"))
	unaliased.says = "| get a certificate for origin.example.com (no CA issues one for d111111abcdef8.cloudfront.net to you)"
	onlyDistribution := row("the distribution's own name alone", one("d111111abcdef8.cloudfront.net"), "CF-NAME-05", alternatives("www.example.com"), commonName("www.example.com"))
	onlyDistribution.says = "| no CA issues a certificate for d111111abcdef8.cloudfront.net to you: give the distribution an alias, with a certificate for that"
	forwardedMismatch := row("neither name", both, "CF-NAME-05", alternatives("other.example.com"), commonName("other.example.com"))
	forwardedMismatch.says = "one of the names tried: origin.example.com, www.example.com"

	runChainTests(t, policy.NewTrustStore(root.Certificate), []chainTest{
		row("origin domain", one("origin.example.com"), "CF-NAME-01"),
		row("other letter case", one("ORIGIN.example.COM"), "CF-NAME-01", alternatives("Origin.EXAMPLE.com")), // CF-NAME-12
		row("final dots", one("origin.example.com."), "CF-NAME-01", alternatives("origin.example.com")),
		row("punycode in another case", one("xn--bcher-kva.example"), "CF-NAME-01", alternatives("XN--BCHER-KVA.example")),
		row("Host matches, the origin domain does not", both, "CF-NAME-02", alternatives("www.example.com")), // CF-NAME-14
		row("the origin domain matches, Host does not", both, "CF-NAME-02", alternatives("origin.example.com")),
		mismatch, // CF-NAME-15
		forwardedMismatch, ownMismatch, unaliased, onlyDistribution,
		row("no name accepted", policy.AcceptedNames{}, "CF-NAME-05"),
		row("an empty name", one(""), "CF-NAME-05", alternatives("origin.example.com", "")),
		row("a parent domain", one("example.com"), "CF-NAME-05"),
		row("a subdomain", one("a.origin.example.com"), "CF-NAME-05"),

		row("wildcard", one("origin.example.com"), "CF-CERT-17", alternatives("*.example.com")),
		row("wildcard over a punycode label", one("xn--bcher-kva.example.com"), "CF-CERT-17", alternatives("*.example.com")),
		row("wildcard over two labels", one("a.origin.example.com"), "CF-NAME-05", alternatives("*.example.com")),
		row("wildcard over no label", one("example.com"), "CF-NAME-05", alternatives("*.example.com")),
		row("wildcard over an empty label", one(".example.com"), "CF-NAME-05", alternatives("*.example.com")),
		row("wildcard in part of a label", one("foo.example.com"), "CF-NAME-05", alternatives("f*.example.com")),
		row("wildcard at the end of a label", one("foo.example.com"), "CF-NAME-05", alternatives("*o.example.com")),
		row("wildcard in the second label", one("foo.bar.example.com"), "CF-NAME-05", alternatives("foo.*.example.com")),
		row("two wildcards", one("foo.bar.example.com"), "CF-NAME-05", alternatives("*.*.example.com")),
		row("wildcard alone", one("localhost"), "CF-NAME-05", alternatives("*")),
		row("wildcard over a top-level domain", one("example.com"), "CF-NAME-05", alternatives("*.com")),
		row("wildcard and an address", one("192.0.2.1"), "CF-NAME-05", alternatives("*.0.2.1")),
		row("the accepted name is a wildcard itself", one("*.example.com"), "CF-NAME-01", alternatives("*.example.com")),
		row("an accepted wildcard covers nothing else", one("*.example.com"), "CF-NAME-05", alternatives("origin.example.com")),

		with(row("only the common name", one("origin.example.com"), "CF-CERT-16", alternatives()), "CF-CERT-16"),
		with(row("only the common name, a wildcard", one("origin.example.com"), "CF-CERT-17", cn("*.example.com")), "CF-CERT-16"),
		with(row("the first of two common names", one("origin.example.com"), "CF-CERT-16", cn("origin.example.com", "other")), "CF-CERT-16"),
		with(row("the common name beside other alternative names", one("origin.example.com"), "CF-CERT-16", alternatives("other.example.com")), "CF-CERT-16"),
		row("common name does not match", one("origin.example.com"), "CF-NAME-05", cn("other.example.com")),
		row("no name at all", one("origin.example.com"), "CF-NAME-05", cn()),

		row("an address", one("127.0.0.1"), "CF-NAME-01", addresses("127.0.0.1")),
		row("an IPv6 address", one("2001:db8::1"), "CF-NAME-01", addresses("2001:db8::1")),
		row("another address", one("127.0.0.1"), "CF-NAME-05", addresses("127.0.0.2")),
		row("an address among the DNS names", one("127.0.0.1"), "CF-NAME-05", alternatives("127.0.0.1")),
		row("an address as common name", one("127.0.0.1"), "CF-NAME-05", cn("127.0.0.1")),
		row("a name with an address beside it", one("origin.example.com"), "CF-NAME-01", addresses("127.0.0.1")),
	})
}

// The content of a certificate is untrusted: it must not reach a terminal or a log line
// unchanged, nor fill it.
func TestEvidenceIsPrintable(t *testing.T) {
	root := selfSigned(t, "Root")
	many := make([]string, 500)
	for i := range many {
		many[i] = "name.example.org"
	}
	leaf := root.leaf(commonName("evil\x1b[31m\ncertificate 1 (CN=good)"), alternatives(many...))
	findings := policy.JudgeChain(policy.ChainFacts{
		Raw: raw(leaf), Names: policy.AcceptedNames{"origin.example.com"}, At: noon, Trust: policy.NewTrustStore(root.Certificate),
	})
	for _, f := range findings {
		for _, s := range []string{f.Subject, f.Observed, f.Expected, f.Hint} {
			if len(s) > 4000 {
				t.Errorf("%s: %d bytes of evidence", f.Rule, len(s))
			}
			for _, r := range s {
				if r < ' ' || r == 0x7f {
					t.Errorf("%s: control character %q in %q", f.Rule, r, s)
				}
			}
		}
	}
}

// TestHostInKey: a cache policy that lists Host forwards it, even if the origin request
// policy leaves it out (CF-NAME-10, CF-REQ-04).
func TestHostInKey(t *testing.T) {
	t.Parallel()
	except, ok := distribution.ManagedOriginRequestPolicy("AllViewerExceptHostHeader")
	if !ok {
		t.Fatal("no such managed policy")
	}
	for header, want := range map[string]bool{"host": true, "Host": true, "Accept": false} {
		b := distribution.CacheBehavior{OriginRequestPolicy: except, CachePolicy: &distribution.CachePolicy{
			Headers: distribution.ValueSelection{Behavior: distribution.SelectWhitelist, Items: []string{header}},
		}}
		if got := policy.ForwardsHost(&b); got != want {
			t.Errorf("with %s in the key Host is forwarded: %v, want %v", header, got, want)
		}
	}
}
