package e2e_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/edgesim/edgesim/internal/peers"
)

// run runs a line in the way of its row.
func (s shown) run(t *testing.T, demo *edgesim, line string) {
	t.Parallel()
	if s.Why != "" {
		return
	}
	if s.By != "" {
		if !exists(t, s.By) {
			t.Errorf("there is no test %s", s.By)
		}
		return
	}
	for i := 0; i+1 < len(s.With); i += 2 {
		if !strings.Contains(line, s.With[i]) {
			t.Fatalf("the line has no %q", s.With[i])
		}
		line = strings.ReplaceAll(line, s.With[i], s.With[i+1])
	}
	line = strings.ReplaceAll(line, "go run ./cmd/edgesim", "edgesim")
	for _, program := range []string{"curl", "aws", "openssl"} {
		if args, ok := strings.CutPrefix(line, program+" "); ok {
			line = peers.Path(t, program) + " " + args
		}
	}
	dir, ready := documentsFolder(t, s.In), filepath.Join(t.TempDir(), "ready.json")
	environment := append(cleanEnvironment(t.TempDir()),
		"PATH="+commandPath(t), "GOCACHE="+goCaches()[0], "GOMODCACHE="+goCaches()[1],
		"EDGESIM_LISTEN=127.0.0.1:0", "EDGESIM_LISTEN_TLS=127.0.0.1:0", "EDGESIM_INSPECT=127.0.0.1:0", "EDGESIM_READY_FILE="+ready,
		"EDGESIM_STATE="+filepath.Join(t.TempDir(), "state"),
		"EDGESIM_CONNECT=www.example.com=127.0.0.1:1\napp.example.com=127.0.0.1:1\nyour-origin.example=127.0.0.1:1\nmy-site.s3.eu-central-1.amazonaws.com=127.0.0.1:1")
	if s.AtDemo || s.Before != "" {
		line = strings.NewReplacer("127.0.0.1:8080", demo.HTTP, "127.0.0.1:4040", demo.Inspect).Replace(line)
		environment = append(environment, "DEMO=http://"+demo.Inspect, "EDGESIM_API=http://"+demo.Inspect)
		if s.AtDemo {
			environment = append(environment, "EDGESIM_RECORD=http://"+demo.Inspect, "EDGESIM_INSPECT="+demo.Inspect)
		}
	}
	shell := func(line string) *exec.Cmd {
		command := exec.Command("sh", "-euc", line)
		command.Dir, command.Env = dir, environment
		return command
	}
	if s.Before != "" {
		if out, err := shell(s.Before).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", s.Before, err, out)
		}
	}
	if s.Serves {
		p := peers.Start(t, shell("exec "+line))
		p.AwaitReady(t, "writing its ready file", func() bool {
			data, err := os.ReadFile(ready)
			return err == nil && json.Valid(data)
		})
		if err := p.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		if code := p.ExitCode(t, grace); code != 0 || faults.MatchString(p.Output()) {
			t.Errorf("exit code %d:\n%s", code, p.Output())
		}
		return
	}
	out, err := shell(line).CombinedOutput()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		t.Fatal(err)
	}
	code := 0
	if ended != nil {
		code = ended.ExitCode()
	}
	if code != s.Code || !strings.Contains(string(out), s.Want) {
		t.Errorf("%s: exit code %d, want %d and %q in\n%s", line, code, s.Code, s.Want, out)
	}
}

// exists reports whether there is a test FOLDER.NAME, or what it calls, or a script.
func exists(t *testing.T, by string) bool {
	t.Helper()
	if strings.HasSuffix(by, ".txt") {
		_, err := os.Stat(filepath.Join("..", "..", by))
		return err == nil
	}
	folder, name, _ := strings.Cut(by, ".")
	files, err := filepath.Glob(filepath.Join("..", "..", folder, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	declared := regexp.MustCompile(`(?m)^(func|var) ` + name + `\b`)
	return slices.ContainsFunc(files, func(file string) bool {
		text, err := os.ReadFile(file)
		return err == nil && declared.Match(text)
	})
}

// documentsFolder makes a folder of testdata/documents/folders.txtar for one command, and
// in it the keys and certificates that documents name.
func documentsFolder(t *testing.T, name string) string {
	t.Helper()
	if name == "repository" {
		return filepath.Join("..", "..")
	}
	if name == "" {
		name = "one"
	}
	archive, err := txtar.ParseFile(filepath.Join("testdata", "documents", "folders.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name string, data []byte) {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o700), os.WriteFile(file, data, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range archive.Files {
		if file, ok := strings.CutPrefix(f.Name, name+"/"); ok {
			write(file, f.Data)
		}
	}
	certs := filepath.Join("..", "..", "testdata", "certs")
	for file, from := range map[string]string{"my-ca.pem": "root.pem", "ca.pem": "root.pem", "fullchain.pem": "leaf.pem", "privkey.pem": "leaf.key"} {
		data, err := os.ReadFile(filepath.Join(certs, from))
		if err != nil {
			t.Fatal(err)
		}
		write(file, data)
	}
	key, err := signersKey()
	if err != nil {
		t.Fatal(err)
	}
	write("private.pem", key)
	for _, language := range []string{"js", "json"} {
		write(map[string]string{"js": "rewrite.js", "json": "event.json"}[language], []byte(block(t, "../../docs/FUNCTIONS.md", language)))
	}
	return dir
}

// signersKey is the key of a trusted signer, as openssl writes it.
var signersKey = sync.OnceValues(func() ([]byte, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}), nil
})

// goCaches returns GOCACHE and GOMODCACHE.
var goCaches = sync.OnceValue(func() []string {
	out, err := exec.Command("go", "env", "GOCACHE", "GOMODCACHE").Output()
	if err != nil {
		panic(err)
	}
	return strings.Fields(string(out))
})
