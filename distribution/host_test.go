package distribution_test

import (
	"testing"

	"github.com/edgesim/edgesim/distribution"
)

func TestServesHost(t *testing.T) {
	t.Parallel()
	d := &distribution.Distribution{DomainName: "edge.internal", Aliases: []string{"www.example.com", "*.example.org"}}
	for host, want := range map[string]bool{
		"www.example.com":               true,
		"WWW.Example.COM:8443":          true,
		"www.example.com.":              true,
		"www.example.com.:80":           true,
		"example.com":                   false,
		"a.www.example.com":             false,
		"a.example.org":                 true,
		"marketing.a.example.org":       true,
		"example.org":                   false,
		"notexample.org":                false,
		".example.org":                  false,
		"d111111abcdef8.cloudfront.net": true,
		"D222.CloudFront.Net:443":       true,
		"cloudfront.net":                false,
		"xcloudfront.net":               false,
		"edge.internal":                 true,
		"127.0.0.1:8080":                true,
		"[::1]:8080":                    true,
		"::1":                           true,
		"203.0.113.9":                   true,
		"localhost:3000":                true,
		"LOCALHOST":                     true,
		"":                              false,
	} {
		if got := d.ServesHost(host); got != want {
			t.Errorf("%q: got %v, want %v", host, got, want)
		}
	}
}

func TestServesEveryHostWithoutAliases(t *testing.T) {
	t.Parallel()
	for _, host := range []string{"anything.example", "", "127.0.0.1"} {
		if !new(distribution.Distribution).ServesHost(host) {
			t.Errorf("%q: got false, want true", host)
		}
	}
}
