package e2e_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/internal/peers"
)

// TestSnippets: what docs/causes suggests for nginx and HAProxy is a
// configuration that these take.
func TestSnippets(t *testing.T) {
	t.Parallel()
	pages, err := filepath.Glob("../../docs/causes/*.md")
	if err != nil || len(pages) < 20 {
		t.Fatalf("%d pages: %v", len(pages), err)
	}
	for server, check := range map[string]func(*testing.T, string, string) *exec.Cmd{"nginx": nginxCheck, "HAProxy": haproxyCheck} {
		checked := 0
		for _, page := range pages {
			text, err := os.ReadFile(page)
			if err != nil {
				t.Fatal(err)
			}
			snippet := snippetOf(string(text), server)
			if snippet == "" || strings.HasPrefix(snippet, "certbot ") {
				continue
			}
			checked++
			t.Run(server+"/"+filepath.Base(page), func(t *testing.T) {
				t.Parallel()
				peers.Need(t, strings.ToLower(server))
				dir := t.TempDir()
				writeSnippetFiles(t, dir)
				if out, err := check(t, dir, snippet).CombinedOutput(); err != nil {
					t.Errorf("%v: %s\n%s", err, snippet, out)
				}
			})
		}
		if checked < 10 {
			t.Errorf("only %d pages have lines for %s", checked, server)
		}
	}
}

// snippetOf returns the indented lines below a server's heading.
func snippetOf(page, server string) string {
	_, section, _ := strings.Cut(page, "\n### "+server+"\n")
	section, _, _ = strings.Cut(section, "\n### ")
	var b strings.Builder
	for line := range strings.Lines(section) {
		if text, ok := strings.CutPrefix(line, "    "); ok {
			b.WriteString(text)
		}
	}
	return b.String()
}

// writeSnippetFiles writes the certificates that the pages name.
func writeSnippetFiles(t *testing.T, dir string) {
	t.Helper()
	read := func(name string) []byte {
		data, err := os.ReadFile(filepath.Join("../../testdata/certs", name))
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	leaf, key := read("leaf.pem"), read("leaf.key")
	both := append(append([]byte(nil), leaf...), key...)
	if err := os.Mkdir(filepath.Join(dir, "certs"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"fullchain.pem": leaf, "privkey.pem": key, "site.pem": both, "certs/one.pem": both} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// nginxCheck has nginx read a snippet inside a server block. A socket in the folder
// stands for port 443.
func nginxCheck(t *testing.T, dir, snippet string) *exec.Cmd {
	t.Helper()
	snippet = strings.NewReplacer("/etc/ssl/", dir+"/", "listen 443", "listen unix:"+dir+"/tls.sock").Replace(snippet)
	if !strings.Contains(snippet, "listen ") {
		snippet = "listen unix:" + dir + "/tls.sock ssl;\n" + snippet
	}
	text := "pid " + dir + "/nginx.pid;\nerror_log stderr;\nevents {}\nhttp {\naccess_log off;\n" +
		"ssl_certificate " + dir + "/fullchain.pem;\nssl_certificate_key " + dir + "/privkey.pem;\n" +
		"server {\n" + snippet + "\n}\n}\n"
	file := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return exec.Command(peers.Path(t, "nginx"), "-t", "-p", dir, "-e", "stderr", "-c", file)
}

// haproxyGlobal and haproxyBackend are directives of those sections; all others
// are of a frontend.
var (
	haproxyGlobal  = regexp.MustCompile(`^ssl-default-`)
	haproxyBackend = regexp.MustCompile(`^timeout server`)
)

// haproxyCheck has HAProxy read a snippet in its section.
func haproxyCheck(t *testing.T, dir, snippet string) *exec.Cmd {
	t.Helper()
	snippet = strings.NewReplacer("/etc/haproxy/", dir+"/", "crt site.pem", "crt "+dir+"/site.pem").Replace(snippet)
	var global, frontend, backend string
	switch {
	case haproxyGlobal.MatchString(snippet):
		global = snippet
	case haproxyBackend.MatchString(snippet):
		backend = snippet
	default:
		frontend = snippet
	}
	if !strings.Contains(frontend, "bind ") {
		frontend = "bind :443 ssl crt " + dir + "/site.pem\n" + frontend
	}
	text := "global\n" + global + "defaults\nmode http\ntimeout connect 1s\ntimeout client 1s\ntimeout server 1s\n" +
		"frontend f\n" + frontend + "\ndefault_backend b\nbackend b\n" + backend + "\n"
	file := filepath.Join(dir, "haproxy.cfg")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return exec.Command(peers.Path(t, "haproxy"), "-c", "-f", file)
}
