package main

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/distribution"
)

// originsOf is a distribution with custom origins of these domains.
func originsOf(domains ...string) *distribution.Distribution {
	d := &distribution.Distribution{}
	for _, domain := range domains {
		id, _, _ := strings.Cut(domain, ".")
		d.Origins = append(d.Origins, distribution.NewOrigin(id, domain))
	}
	return d
}

// TestFirstScreen: what serve prints first on terminals of three widths. It names no
// unreachable address.
func TestFirstScreen(t *testing.T) {
	t.Parallel()
	usual := addresses{HTTP: "127.0.0.2:8080", HTTPS: "127.0.0.2:8443", Inspect: "127.0.0.2:4040"} // no ports that golden replaces
	rows := []struct {
		name string
		s    *settings
		all  []*distribution.Distribution
		at   addresses
	}{
		{
			"one origin", &settings{state: "/home/somebody/.local/state/edgesim", keeping: keeping{keepBytes: defaultKeepBytes}},
			[]*distribution.Distribution{originsOf("www.example.com")}, usual,
		},
		{
			"a configuration", &settings{
				connect: map[string]string{"api.internal.shop.example.com": "127.0.0.2:3000"},
				keeping: keeping{record: "/home/somebody/projects/shop/recordings", keep: 10_000, keepBytes: defaultKeepBytes},
			},
			[]*distribution.Distribution{
				originsOf("static.internal.shop.example.com", "api.internal.shop.example.com", "images.internal.shop.example.com"), originsOf("a.example.com", "b.example.com"),
			}, usual,
		},
		{
			"a container", &settings{keeping: keeping{record: recordMemory}}, []*distribution.Distribution{originsOf("www.example.com")},
			addresses{HTTP: "[::]:8080", HTTPS: "0.0.0.0:8443", Inspect: "[::]:4040"},
		},
		{
			"--origin", &settings{keeping: keeping{record: recordMemory}},
			[]*distribution.Distribution{{Origins: []distribution.Origin{distribution.NewOrigin("origin", "www.example.com")}}}, usual,
		},
		{"HTTPS alone", &settings{keeping: keeping{record: recordOff}}, []*distribution.Distribution{originsOf("www.example.com")}, addresses{HTTPS: "127.0.0.2:8443"}},
		{"in PostgreSQL", &settings{keeping: keeping{record: "postgres://user:secret@db/edgesim"}}, []*distribution.Distribution{originsOf("www.example.com")}, usual},
	}
	for _, width := range []int{60, 80, 120} {
		var screens bytes.Buffer
		for _, row := range rows {
			var out bytes.Buffer
			firstScreen(&out, row.s, row.all, row.at, width)
			head, rest, _ := strings.Cut(out.String(), "\n")
			if !strings.HasPrefix(head, "edgesim ") {
				t.Errorf("%s: it begins with %q", row.name, head)
			}
			fmt.Fprintf(&screens, "# %s\n%s\n", row.name, rest)
			for _, never := range []string{"[::]", "0.0.0.0", "secret"} {
				if strings.Contains(rest, never) {
					t.Errorf("%s, width %d: %s in\n%s", row.name, width, never, rest)
				}
			}
			noLongLines(t, rest, width)
		}
		golden(t, fmt.Sprintf("serve_%d.txt", width), screens.Bytes())
	}
}
