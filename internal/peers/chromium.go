package peers

import (
	"bytes"
	"os/exec"
	"testing"
)

// Chromium opens a page in a headless browser that takes any certificate, waits
// for its load event, and returns the page as it is then.
func Chromium(t testing.TB, url string) string {
	t.Helper()
	Need(t, "chromium")
	home := t.TempDir()
	command := exec.CommandContext(t.Context(), find("chromium"), "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
		"--no-first-run", "--disable-background-networking", "--no-proxy-server", "--ignore-certificate-errors",
		"--user-data-dir="+home, "--dump-dom", url)
	command.Env = append(environment(), "HOME="+home)
	var page, complaint bytes.Buffer
	command.Stdout, command.Stderr = &page, &complaint
	if err := command.Run(); err != nil {
		t.Fatalf("chromium: %v\n%s", err, complaint.String())
	}
	return page.String()
}

// ChromiumPath is where the browser is, for a test that drives it itself.
func ChromiumPath(t testing.TB) string {
	t.Helper()
	Need(t, "chromium")
	return find("chromium")
}
