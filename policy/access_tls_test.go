package policy_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/policy"
)

// TestSecurityPolicies compares the table with the rows of the catalog: protocols, suites
// of TLS 1.3, suites with ECDHE, and those with RSA's own key exchange.
func TestSecurityPolicies(t *testing.T) {
	t.Parallel()
	names := map[uint16]string{0x0300: "SSLv3", 0x0301: "TLSv1.0", 0x0302: "TLSv1.1", 0x0303: "TLSv1.2", 0x0304: "TLSv1.3"}
	for name, rows := range map[string][4]policy.RuleID{
		"SSLv3":        {"CF-VIEW-01", "CF-VIEW-10", "CF-VIEW-11", "CF-VIEW-12"},
		"TLSv1":        {"CF-VIEW-02", "CF-VIEW-13", "CF-VIEW-14", "CF-VIEW-15"},
		"TLSv1_2016":   {"CF-VIEW-03", "CF-VIEW-16", "CF-VIEW-17", "CF-VIEW-18"},
		"TLSv1.1_2016": {"CF-VIEW-04", "CF-VIEW-19", "CF-VIEW-20", "CF-VIEW-21"},
		"TLSv1.2_2018": {"CF-VIEW-05", "CF-VIEW-22", "CF-VIEW-23", "CF-VIEW-24"},
		"TLSv1.2_2019": {"CF-VIEW-06", "CF-VIEW-25", "CF-VIEW-26", "CF-VIEW-27"},
		"TLSv1.2_2021": {"CF-VIEW-07", "CF-VIEW-28", "CF-VIEW-29", "CF-VIEW-30"},
		"TLSv1.2_2025": {"CF-VIEW-08", "CF-VIEW-31", "CF-VIEW-32", "CF-VIEW-33"},
		"TLSv1.3_2025": {"CF-VIEW-09", "CF-VIEW-34", "", "CF-VIEW-35"},
	} {
		p := policy.ViewerPolicyOf(&distribution.Distribution{ViewerCertificate: distribution.ViewerCertificate{MinimumProtocolVersion: name}})
		var got [4][]string
		for _, v := range p.Versions {
			got[0] = append(got[0], names[v])
		}
		for _, s := range p.TLS13 {
			got[1] = append(got[1], policy.OpenSSLName(s))
		}
		for _, s := range p.Suites {
			suite, column := policy.OpenSSLName(s), 3
			if strings.HasPrefix(suite, "ECDHE-") {
				column = 2
			}
			got[column] = append(got[column], suite)
		}
		for i, id := range rows {
			var want []string
			if r, ok := policy.RuleByID(id); ok {
				want = strings.Fields(r.Values)
			}
			slices.Sort(want)
			slices.Sort(got[i])
			if !slices.Equal(got[i], want) || p.Name != name {
				t.Errorf("%s, %s: got %v, want %v", name, id, got[i], want)
			}
		}
	}
	old := distribution.ViewerCertificate{CloudFrontDefault: true, MinimumProtocolVersion: "TLSv1.2_2021"}
	if p := policy.ViewerPolicyOf(&distribution.Distribution{ViewerCertificate: old, HTTPVersion: "http1.1"}); p.Name != "TLSv1" || p.HTTP2 { // CF-VIEW-42, CF-VIEW-49
		t.Errorf("the default certificate: got %+v", p)
	}
}
