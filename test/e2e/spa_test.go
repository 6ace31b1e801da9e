package e2e_test

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/internal/peers"
)

// TestSinglePageExample: examples/spa does what its README says, with the API on
// another port.
func TestSinglePageExample(t *testing.T) {
	t.Parallel()
	peers.Need(t, "node", "curl")
	dir := filepath.Join(t.TempDir(), "spa")
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("..", "..", "examples", "spa"))); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	config := filepath.Join(dir, "edgesim.yaml")
	text, err := os.ReadFile(config)
	if err != nil || !strings.Contains(string(text), "127.0.0.1:3000") {
		t.Fatalf("the API is not at port 3000 (%v):\n%s", err, text)
	}
	if err := os.WriteFile(config, []byte(strings.Replace(string(text), "127.0.0.1:3000", "127.0.0.1:"+port, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	api := exec.Command("node", filepath.Join(dir, "api.mjs"))
	api.Env = append(cleanEnvironment(t.TempDir()), "PORT="+port)
	peers.Start(t, api).AwaitReady(t, "listening", func() bool {
		c, err := net.Dial("tcp", "127.0.0.1:"+port)
		if err != nil {
			return false
		}
		return c.Close() == nil
	})
	e := serve(t, config)
	index, err := os.ReadFile(filepath.Join(dir, "dist", "index.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct{ path, body string }{
		{"/orders/7", string(index)},
		{"/api/orders/7", `{"customer":"Ada"}`},
		{"/api/orders/13", string(index)}, // the rule for 403 takes the API's, too
	} {
		a := peers.Curl(t, "http://"+e.HTTP+row.path)
		if a.Status != 200 || string(a.Body) != row.body {
			t.Errorf("%s: got %d\n%s\nwant 200\n%s", row.path, a.Status, a.Body, row.body)
		}
	}
	show := exec.Command(program(t), "recordings", "show", "last", "--record", "http://"+e.Inspect)
	show.Env = cleanEnvironment(t.TempDir())
	if out, err := show.CombinedOutput(); err != nil || !strings.Contains(string(out), "403") {
		t.Errorf("%v: show says nothing of the API's 403:\n%s", err, out)
	}
}
