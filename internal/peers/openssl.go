package peers

import (
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

var accepting = regexp.MustCompile(`(?m)^ACCEPT (\S+)$`)

// OpenSSL starts an openssl s_server with a certificate, on a port chosen by the system,
// and returns its address. GET /name is answered with the file of that name in dir, which
// is a whole HTTP response; the server handles one connection at a time and closes each
// after its response.
//
// The arguments are s_server's own: "-tls1_2", "-cipher", "ECDHE-ARIA128-GCM-SHA256".
func OpenSSL(t testing.TB, c Certificate, dir string, args ...string) string {
	t.Helper()
	Need(t, "openssl")
	all := []string{
		"s_server", "-accept", "127.0.0.1:0", "-HTTP", "-cert", c.Leaf, "-key", c.Key,
		// What is not given is not sent: without these, s_server completes the chain from
		// the machine's trust store.
		"-no-CAfile", "-no-CApath", "-no-CAstore",
	}
	if c.Issuers != "" {
		all = append(all, "-cert_chain", c.Issuers)
	}
	command := exec.Command(find("openssl"), append(all, args...)...)
	command.Dir, command.Env = dir, environment()
	p := Start(t, command)
	var address string
	p.AwaitReady(t, "listening", func() bool {
		found := accepting.FindStringSubmatch(p.Output())
		if found == nil {
			return false
		}
		address = strings.TrimSpace(found[1])
		return true
	})
	return address
}
