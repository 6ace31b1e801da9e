package peers

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
)

// PostgreSQL is a server that a test runs. It listens on a socket in its own folder and on
// no port, so that it can be stopped and restarted in place.
type PostgreSQL struct {
	dir       string
	bin       string
	process   *Process
	databases atomic.Int64
}

// StartPostgreSQL makes a cluster and starts a server for it. As root it runs as the user
// that Debian's package creates, because the server refuses root.
func StartPostgreSQL(t testing.TB) *PostgreSQL {
	t.Helper()
	Need(t, "postgres")
	path, err := filepath.EvalSymlinks(find("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	// Not t.TempDir: the name of a socket must be short.
	dir, err := os.MkdirTemp("", "pg")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	p := &PostgreSQL{dir: dir, bin: filepath.Dir(path)}
	giveToServer(t, dir)
	made := p.command(t, "initdb", "-D", p.data(), "-U", "edgesim", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
	if out, err := made.CombinedOutput(); err != nil {
		t.Fatalf("initdb: %v\n%s", err, out)
	}
	p.Start(t)
	return p
}

func (p *PostgreSQL) data() string { return filepath.Join(p.dir, "data") }

// command is a program of the server, run as its user.
func (p *PostgreSQL) command(t testing.TB, name string, args ...string) *exec.Cmd {
	t.Helper()
	c := exec.Command(filepath.Join(p.bin, name), args...)
	c.Dir, c.Env = p.dir, append(environment(), "LC_ALL=C", "HOME="+p.dir)
	asServer(t, c)
	return c
}

// Start starts the server and waits until it answers.
func (p *PostgreSQL) Start(t testing.TB) {
	t.Helper()
	p.process = Start(t, p.command(t, "postgres", "-D", p.data(), "-k", p.dir, "-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=50"))
	p.process.AwaitReady(t, "PostgreSQL to answer", func() bool {
		return p.command(t, "pg_isready", "-q", "-h", p.dir).Run() == nil
	})
}

// Stop ends the server at once, cutting off its clients: none may finish, but what was
// committed is kept.
func (p *PostgreSQL) Stop(t testing.TB) {
	t.Helper()
	if err := p.process.Signal(syscall.SIGQUIT); err != nil {
		t.Fatal(err)
	}
	p.process.ExitCode(t, patience)
}

// Database makes an empty database and returns its URL.
func (p *PostgreSQL) Database(t testing.TB) string {
	t.Helper()
	name := fmt.Sprintf("test%d", p.databases.Add(1))
	if out, err := p.command(t, "createdb", "-h", p.dir, "-U", "edgesim", name).CombinedOutput(); err != nil {
		t.Fatalf("createdb: %v\n%s", err, out)
	}
	return "postgres://edgesim@/" + name + "?host=" + p.dir
}

// Socket returns the folder of the server's socket, after opening it to other users, for
// programs in containers.
func (p *PostgreSQL) Socket(t testing.TB) string {
	t.Helper()
	if err := os.Chmod(p.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return p.dir
}
