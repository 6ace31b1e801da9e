package distribution_test

import (
	"strings"
	"testing"

	"github.com/edgesim/edgesim/distribution"
)

// TestPathInDomainName: a DomainName with a path says where that belongs
// (CF-CONF-13).
func TestPathInDomainName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"app.example.com/prod": `write "app.example.com" and put "/prod" into OriginPath`, "https://app.example.com/a/b/": `write "app.example.com" and put "/a/b" into OriginPath`,
		"https://app.example.com/": `write "app.example.com"`,
	} {
		d := distribution.Distribution{Origins: []distribution.Origin{distribution.NewOrigin("o", name)}}
		fix := ""
		for _, p := range d.Validate() {
			if p.Rule == "CF-CONF-13" && strings.HasSuffix(p.Path, ".DomainName") {
				fix = p.Fix
			}
		}
		if fix != want {
			t.Errorf("%s: got %q, want %q", name, fix, want)
		}
	}
}
