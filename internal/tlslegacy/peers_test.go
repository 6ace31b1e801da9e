package tlslegacy_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// The peers are servers that are not ours. Each is started once in a test run,
// by the first test that wants it, and speaks everything that it has: the
// client chooses. They end with the run.

// peer is a server process.
type peer struct {
	// addresses are the places where it listens, each with what it expects of
	// clients; see the start functions.
	addresses map[string]string
	command   *exec.Cmd
	stdin     io.WriteCloser
}

// errMissing is the error of a peer that is not installed.
var errMissing = errors.New("not installed")

// peers are the start functions by name; every call gives the same process.
var peers = map[string]func() (*peer, error){
	"openssl": sync.OnceValues(startOpenSSL),
	"gnutls":  sync.OnceValues(startGnuTLS),
	"jsse":    sync.OnceValues(startJSSE),
}

// running are the processes to end.
var running struct {
	sync.Mutex
	peers  []*peer
	folder string
}

func TestMain(m *testing.M) {
	code := m.Run()
	running.Lock()
	defer running.Unlock()
	for _, p := range running.peers {
		p.stop()
	}
	if running.folder != "" {
		os.RemoveAll(running.folder)
	}
	os.Exit(code)
}

// get returns the peer of this name. One that is not installed skips the test,
// but fails it in CI, which installs all. -short does without the JVM.
func get(t testing.TB, name string) *peer {
	t.Helper()
	if testing.Short() && name == "jsse" {
		t.Skip("-short does without the JVM")
	}
	p, err := peers[name]()
	if errors.Is(err, errMissing) && os.Getenv("CI") != "true" {
		t.Skipf("%s: %v", name, err)
	}
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return p
}

// folder is where the peers find certificates and bodies.
var folder = sync.OnceValues(func() (string, error) {
	c, err := minted()
	if err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp("", "tlslegacy")
	if err != nil {
		return "", err
	}
	running.Lock()
	running.folder = dir
	running.Unlock()
	body := pattern(bodySize)
	header := fmt.Sprintf("HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n", bodySize)
	return dir, errors.Join(
		c.write(dir),
		os.WriteFile(filepath.Join(dir, "response"), append([]byte(header), body...), 0o600),
		os.WriteFile(filepath.Join(dir, "body"), body, 0o600),
	)
})

// start runs a command in the folder and waits until ready finds what it looks
// for in a line of its output.
func start(ready func(line string) bool, name string, args ...string) (*peer, error) {
	dir, err := folder()
	if err != nil {
		return nil, err
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return nil, fmt.Errorf("%s is %w", name, errMissing)
	}
	command := exec.Command(path, args...)
	command.Dir = dir
	command.Env = append(os.Environ(), "OPENSSL_CONF=/dev/null", "LC_ALL=C")
	stdin, err := command.StdinPipe()
	if err != nil {
		return nil, err
	}
	output, w := io.Pipe()
	command.Stdout, command.Stderr = w, w
	if err := command.Start(); err != nil {
		return nil, err
	}
	p := &peer{command: command, stdin: stdin, addresses: make(map[string]string)}
	running.Lock()
	running.peers = append(running.peers, p)
	running.Unlock()
	go func() { w.CloseWithError(command.Wait()) }()
	lines := bufio.NewReader(output)
	var said strings.Builder
	for {
		line, err := lines.ReadString('\n')
		if ready(line) {
			go io.Copy(io.Discard, lines)
			return p, nil
		}
		said.WriteString(line)
		if err != nil {
			return nil, fmt.Errorf("%s ended before it listened: %v: %s", name, err, said.String())
		}
	}
}

func (p *peer) stop() {
	p.stdin.Close()
	p.command.Process.Kill()
}

// startOpenSSL starts s_server, which serves one connection after the other.
func startOpenSSL() (*peer, error) {
	var address string
	p, err := start(func(line string) bool {
		var ok bool
		address, ok = strings.CutPrefix(strings.TrimSpace(line), "ACCEPT ")
		return ok
	}, "openssl", "s_server", "-accept", "127.0.0.1:0", "-HTTP", "-cipher", "ALL:@SECLEVEL=0",
		"-cert", "rsa.pem", "-key", "rsa.key", "-cert_chain", "root.pem",
		"-dcert", "ecdsa.pem", "-dkey", "ecdsa.key", "-dcert_chain", "root.pem")
	if err != nil {
		return nil, err
	}
	p.addresses["http"] = address
	return p, nil
}

// startGnuTLS starts gnutls-serv. It has to be told a port, so one that is
// free is looked for, and another one if somebody else was faster.
func startGnuTLS() (*peer, error) {
	const everything = "NONE:+VERS-TLS1.0:+VERS-TLS1.1:+VERS-TLS1.2:+AES-256-GCM:+AES-128-GCM:+AES-256-CBC:+AES-128-CBC:" +
		"+3DES-CBC:+ARCFOUR-128:+AEAD:+SHA384:+SHA256:+SHA1:+MD5:+ECDHE-ECDSA:+ECDHE-RSA:+RSA:+GROUP-ALL:+SIGN-ALL:+COMP-NULL"
	var last error
	for range 10 {
		free, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		_, port, _ := net.SplitHostPort(free.Addr().String())
		free.Close()
		p, err := start(func(line string) bool {
			return strings.Contains(line, "listening on IPv4") && strings.Contains(line, "done")
		},
			"gnutls-serv", "--port", port, "--http", "--httpdata", "body", "--priority", everything,
			"--x509certfile", "rsa.pem", "--x509keyfile", "rsa.key", "--x509certfile", "ecdsa.pem", "--x509keyfile", "ecdsa.key")
		if err == nil {
			p.addresses["http"] = net.JoinHostPort("127.0.0.1", port)
			return p, nil
		}
		if last = err; errors.Is(err, errMissing) {
			return nil, err
		}
	}
	return nil, last
}

// startJSSE compiles and starts testdata/Server.java, with listeners that want
// no client certificate ("http"), may have one ("want") and need one ("need").
func startJSSE() (*peer, error) {
	source, err := filepath.Abs("testdata/Server.java")
	if err != nil {
		return nil, err
	}
	properties := filepath.Join(filepath.Dir(source), "java.security")
	var ports []string
	p, err := start(func(line string) bool {
		fields := strings.Fields(line)
		if len(fields) == 4 && fields[0] == "PORTS" {
			ports = fields[1:]
		}
		return ports != nil
	}, "java", "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-Djava.security.properties="+properties,
		"-Djdk.tls.rejectClientInitiatedRenegotiation=false", "-Dsun.security.ssl.allowUnsafeRenegotiation=true", source, ".")
	if err != nil {
		return nil, err
	}
	for i, what := range []string{"http", "want", "need"} {
		p.addresses[what] = net.JoinHostPort("127.0.0.1", ports[i])
	}
	return p, nil
}

// bodySize is the size of the body that every peer serves.
const bodySize = 1 << 20

// pattern is a body in which no two places of a few hundred bytes are alike.
func pattern(size int) []byte {
	body := make([]byte, size)
	x := uint32(1)
	for i := range body {
		x = x*1664525 + 1013904223
		body[i] = byte(x >> 24)
	}
	return body
}
