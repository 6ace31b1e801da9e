package peers

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"
)

// Chromium opens a page in a headless browser that accepts any certificate, waits for its
// load event, and returns the page as it is then. args are additional flags of the browser:
// "--virtual-time-budget=10000" waits for what the page itself requests.
func Chromium(t testing.TB, url string, args ...string) string {
	t.Helper()
	Need(t, "chromium")
	home := t.TempDir()
	args = append(args, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
		"--no-first-run", "--disable-background-networking", "--no-proxy-server", "--ignore-certificate-errors",
		"--user-data-dir="+home, "--dump-dom", url)
	// Even an error page has elements. When an interface of the machine comes or goes, as
	// containers' do, the browser gives up its connections, loopback included: it fails with
	// this error, or exits with code 0 and without printing anything.
	const networkChanged = "net::ERR_NETWORK_CHANGED"
	for range 5 {
		command := exec.CommandContext(t.Context(), find("chromium"), args...)
		command.Env = append(environment(), "HOME="+home)
		var page, complaint bytes.Buffer
		command.Stdout, command.Stderr = &page, &complaint
		err := command.Run()
		if err != nil && !strings.Contains(complaint.String(), networkChanged) {
			t.Fatalf("chromium: %v\n%s", err, complaint.String())
		}
		if err == nil && page.Len() > 0 {
			return page.String()
		}
		t.Logf("chromium printed nothing: %v\n%s", err, complaint.String())
	}
	t.Fatal("chromium printed nothing, five times")
	return ""
}

// ChromiumPath returns the path of the browser, for a test that drives it itself.
func ChromiumPath(t testing.TB) string {
	t.Helper()
	Need(t, "chromium")
	return find("chromium")
}
