package proxy_test

import (
	"strings"
	"testing"

	"github.com/edgesim/edgesim/proxy"
)

// FuzzIsDNSName: an accepted name contains no harmful byte.
func FuzzIsDNSName(f *testing.F) {
	for _, seed := range []string{"a.example", "xn--a", "_x.y", "-a", "a.", "", "a\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if !proxy.IsDNSNameForTest(name) {
			return
		}
		if name == "" || len(name) > 253 || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-_.") != "" ||
			strings.ContainsAny(name, "/\\\x00 *:@") || strings.Contains(name, "..") {
			t.Errorf("%q was taken for a name", name)
		}
	})
}
