package peers

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Peer is a third-party program that tests talk to.
type Peer struct {
	// Command is the name of the program.
	Command string
	// Package is the Debian package that contains it.
	Package string
	// Proves says what it is needed for; "" if no test needs it yet.
	Proves string
}

// Known returns every peer.
func Known() []Peer {
	return []Peer{
		{"openssl", "openssl", "origins with every kind of certificate, cipher suite and curve"},
		{"nginx", "nginx-light", "origins as people run them, with SNI and plain HTTP"},
		{"haproxy", "haproxy", "the HAProxy lines of docs/causes"},
		{"curl", "curl", "viewers over HTTP/1.1, HTTP/2 and through a proxy"},
		{"gnutls-serv", "gnutls-bin", "origins with 3DES and RC4"},
		{"postgres", "postgresql", "recordings in a database that is stopped and started under load"},
		{"docker", "docker.io docker-compose", "the images and docker-compose.yml, on a real engine"},
		{"python3:aiohttp", "python3-aiohttp", "an application with cookies, chunks, compression and WebSocket"},
		{"python3:awscli", "awscli", "signatures by AWS's signer for Python"},
		{"python3:websockets", "python3-websockets", "viewers of WebSocket"},
		{"python3", "python3", "suites in Python, as docs/TESTING.md has them"},
		{"njs", "njs", "what nginx's JavaScript engine, the relative of CloudFront's, refuses"},
		{"node", "nodejs", "suites in JavaScript, as docs/TESTING.md has them"},
		{"aws", "awscli", "invalidations, signed URLs and the API's JSON by the AWS CLI, version 2"},
		{"chromium", "chromium-headless-shell", "viewers that are browsers"},
		{"javac", "default-jdk-headless", "origins with SSLv3 and all of the documented list (JSSE)"},
	}
}

// Missing returns the peers that tests need and this machine lacks.
func Missing() []Peer {
	return slices.DeleteFunc(Known(), func(p Peer) bool { return p.Proves == "" || find(p.Command) != "" })
}

// slow are the peers that take seconds to start. They are skipped with -short, which make
// quick sets.
var slow = []string{"aws", "chromium", "docker", "javac", "postgres", "python3:aiohttp", "python3:awscli"}

// Need skips the test if one of these peers is not installed. With CI=true the test fails
// instead: there, everything must be proven. With -short it skips the test if one of them
// is slow.
func Need(t testing.TB, commands ...string) {
	t.Helper()
	for _, command := range commands {
		if testing.Short() && slices.Contains(slow, command) {
			t.Skipf("-short does without %s", command)
		}
		if peer := known(command); find(command) == "" {
			Lack(t, fmt.Sprintf("%s is not installed (Debian: apt-get install %s): %s", peer.Command, peer.Package, peer.Proves))
		}
	}
}

// Lack skips the test because something is missing, or fails it with CI=true.
func Lack(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s, and with CI=true that is a failure", what)
	}
	t.Skip(what)
}

func known(command string) Peer {
	for _, p := range Known() {
		if p.Command == command {
			return p
		}
	}
	panic(fmt.Sprintf("peers: %q is not a known peer", command))
}

// Path returns the path of a peer that the test needs.
func Path(t testing.TB, command string) string {
	t.Helper()
	Need(t, command)
	return find(command)
}

// find returns the path of a program, or "". Debian puts servers in /usr/sbin, which is not
// on the path of ordinary users.
func find(command string) string {
	if module, ok := strings.CutPrefix(command, "python3:"); ok {
		return findModule(module)
	}
	if command == "aws" {
		return findAWS()
	}
	// The browser that has no windows does the same in half the time.
	if command == "chromium" {
		if path, err := exec.LookPath("chromium-headless-shell"); err == nil {
			return path
		}
	}
	for _, name := range []string{command, "/usr/sbin/" + command, "/usr/local/sbin/" + command} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	// Debian installs the versions of PostgreSQL side by side.
	if found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/" + command); len(found) > 0 {
		return found[len(found)-1]
	}
	return ""
}

// environment is this process's environment without what would change a peer's behavior:
// proxies for curl, configuration and key logging for OpenSSL.
func environment() []string {
	return slices.DeleteFunc(os.Environ(), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		name = strings.ToUpper(name)
		return strings.HasSuffix(name, "_PROXY") || strings.HasPrefix(name, "OPENSSL_") ||
			strings.HasPrefix(name, "SSL_CERT_") || name == "SSLKEYLOGFILE" || name == "CURL_CA_BUNDLE" || name == "NGINX"
	})
}
