//go:build unix

package peers

import (
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
	"testing"
)

// giveToServer gives a folder to the server's user.
func giveToServer(t testing.TB, dir string) {
	t.Helper()
	if id := serverUser(t); id != nil {
		if err := os.Chown(dir, int(id.Uid), int(id.Gid)); err != nil {
			t.Fatal(err)
		}
	}
}

// asServer runs a command as that user.
func asServer(t testing.TB, c *exec.Cmd) {
	t.Helper()
	if id := serverUser(t); id != nil {
		c.SysProcAttr = &syscall.SysProcAttr{Credential: id}
	}
}

// serverUser is the user that the server runs as; nil for the one running the test.
func serverUser(t testing.TB) *syscall.Credential {
	t.Helper()
	if os.Getuid() != 0 {
		return nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		Lack(t, "PostgreSQL refuses root, and there is no user postgres")
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
}
