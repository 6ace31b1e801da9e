package e2e_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/edgesim/edgesim/internal/peers"
	"github.com/edgesim/edgesim/internal/store/sqlitestore"
	"github.com/edgesim/edgesim/internal/store/storetest"
)

// TestReadOnlyFolder reads recordings from a disk that is mounted for reading,
// and says clearly that an edge cannot write there.
func TestReadOnlyFolder(t *testing.T) {
	t.Parallel()
	disk := peers.SmallDisk(t, 2<<20)
	dir := filepath.Join(disk, "recordings")
	s, err := sqlitestore.Open(t.Context(), sqlitestore.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	s.Record(storetest.Success(1))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("", disk, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) (string, int) {
		c := exec.Command(program(t), args...)
		c.Env = cleanEnvironment(t.TempDir())
		out, _ := c.CombinedOutput()
		return string(out), c.ProcessState.ExitCode()
	}
	if out, code := run("recordings", "ls", "--record", dir); code != 0 || !strings.Contains(out, "ok-1") {
		t.Errorf("recordings ls: code %d\n%s", code, out)
	}
	out, code := run("serve", "--origin", "http://127.0.0.1:8000", "--listen", "127.0.0.1:0", "--listen-tls", "off", "--inspect", "off",
		"--state", filepath.Join(t.TempDir(), "state"), "--record", dir)
	if code != 2 || !strings.Contains(out, "recordings cannot be written to "+dir+": read-only file system") || !strings.Contains(out, "--record memory") {
		t.Errorf("serve: code %d\n%s", code, out)
	}
	if _, err := os.Stat(filepath.Join(dir, "index.db-shm")); err == nil {
		t.Error("reading has written beside the index")
	}
}
