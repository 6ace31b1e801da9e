package proxy_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/edgesim/edgesim/internal/pki"
	"github.com/edgesim/edgesim/proxy"
)

func TestLoadOrCreateCA(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "deep", "state")
	ca, err := proxy.LoadOrCreateCA(dir)
	must(t, err)
	c := ca.Certificate()
	if key, ok := c.PublicKey.(*ecdsa.PublicKey); !ok || key.Curve != elliptic.P256() {
		t.Errorf("key: got %T, want ECDSA P-256", c.PublicKey)
	}
	if !c.IsCA || !c.MaxPathLenZero || !strings.HasPrefix(c.Subject.CommonName, "edgesim local viewer CA ") {
		t.Errorf("got CA %v, path length 0 %v, CN %q", c.IsCA, c.MaxPathLenZero, c.Subject.CommonName)
	}
	if years := c.NotAfter.Sub(c.NotBefore).Hours() / 24 / 365; years < 9.9 || years > 10.1 {
		t.Errorf("valid for %.1f years, want 10", years)
	}
	if runtime.GOOS != "windows" {
		for path, want := range map[string]fs.FileMode{dir: 0o700, filepath.Join(dir, proxy.KeyFile): 0o600} {
			info, err := os.Stat(path)
			must(t, err)
			if got := info.Mode().Perm(); got != want {
				t.Errorf("%s: got mode %o, want %o", path, got, want)
			}
		}
	}
	onDisk, err := os.ReadFile(ca.Path())
	must(t, err)
	if !bytes.Equal(onDisk, ca.PEM()) {
		t.Error("the file at Path is not the certificate")
	}
	again, err := proxy.LoadOrCreateCA(dir)
	must(t, err)
	if again.Fingerprint() != ca.Fingerprint() {
		t.Error("the second load brought another CA")
	}
	rotated, err := proxy.RotateCA(dir)
	must(t, err)
	if rotated.Fingerprint() == ca.Fingerprint() || rotated.Certificate().Subject.CommonName == c.Subject.CommonName {
		t.Error("rotating brought the same CA")
	}
	entries, err := os.ReadDir(dir)
	must(t, err)
	if len(entries) != 2 {
		t.Errorf("the directory has %v, want two files", entries)
	}
}

// TestConcurrentCreation: all who come at once get the same CA.
func TestConcurrentCreation(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	got := make([]string, 20)
	var wg sync.WaitGroup
	for i := range got {
		wg.Go(func() {
			ca, err := proxy.LoadOrCreateCA(dir)
			if err != nil {
				t.Error(err)
				return
			}
			got[i] = ca.Fingerprint()
		})
	}
	wg.Wait()
	for _, fingerprint := range got {
		if fingerprint != got[0] {
			t.Fatalf("got %v, want one CA", got)
		}
	}
}

func TestCAErrors(t *testing.T) {
	t.Parallel()
	write := func(t *testing.T, dir, name string, content []byte, mode fs.FileMode) {
		path := filepath.Join(dir, name)
		must(t, os.WriteFile(path, content, mode))
		must(t, os.Chmod(path, mode))
	}
	expired, err := pki.NewCA(pki.Template{CommonName: "old", NotBefore: time.Unix(1e9, 0), NotAfter: time.Unix(1.1e9, 0)})
	must(t, err)
	expiredKey, err := expired.KeyPEM()
	must(t, err)
	leaf, err := expired.Issue(pki.Template{CommonName: "a leaf"})
	must(t, err)
	tests := []struct {
		name     string
		spoil    func(t *testing.T, dir string)
		want     proxy.CAProblem
		wantText string
	}{
		{"unreadable certificate", func(t *testing.T, dir string) {
			must(t, os.Remove(filepath.Join(dir, proxy.CertificateFile)))
			must(t, os.Mkdir(filepath.Join(dir, proxy.CertificateFile), 0o700))
		}, proxy.CAUnreadable, `ca.pem" cannot be read: is a directory`},
		{"certificate missing", func(t *testing.T, dir string) {
			must(t, os.Remove(filepath.Join(dir, proxy.CertificateFile)))
		}, proxy.CAIncomplete, `ca.pem" is missing`},
		{"key missing", func(t *testing.T, dir string) {
			must(t, os.Remove(filepath.Join(dir, proxy.KeyFile)))
		}, proxy.CAIncomplete, `ca-key.pem" is missing`},
		{"certificate is garbage", func(t *testing.T, dir string) {
			write(t, dir, proxy.CertificateFile, []byte("hello"), 0o644)
		}, proxy.CAInvalid, "no PEM block of type CERTIFICATE"},
		{"key is garbage", func(t *testing.T, dir string) {
			write(t, dir, proxy.KeyFile, expired.PEM(), 0o600)
		}, proxy.CAInvalid, "no PEM block of type PRIVATE KEY"},
		{"certificate is a leaf", func(t *testing.T, dir string) {
			write(t, dir, proxy.CertificateFile, leaf.PEM(), 0o644)
		}, proxy.CAInvalid, "not a CA"},
		{"another's key", func(t *testing.T, dir string) {
			write(t, dir, proxy.KeyFile, expiredKey, 0o600)
		}, proxy.CAMismatch, `ca-key.pem" is not the key of the certificate`},
		{"expired", func(t *testing.T, dir string) {
			write(t, dir, proxy.CertificateFile, expired.PEM(), 0o644)
			write(t, dir, proxy.KeyFile, expiredKey, 0o600)
		}, proxy.CAExpired, "valid until 2004-11-09"},
		{"key open to others", func(t *testing.T, dir string) {
			must(t, os.Chmod(filepath.Join(dir, proxy.KeyFile), 0o644))
		}, proxy.CAExposed, "its mode is 0644"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			_, err := proxy.LoadOrCreateCA(dir)
			must(t, err)
			test.spoil(t, dir)
			_, err = proxy.LoadOrCreateCA(dir)
			checkCAError(t, err, test.want, test.wantText)
		})
	}
	t.Run("no directory", func(t *testing.T) {
		t.Parallel()
		file := filepath.Join(t.TempDir(), "file")
		must(t, os.WriteFile(file, nil, 0o600))
		_, err := proxy.LoadOrCreateCA(filepath.Join(file, "state"))
		checkCAError(t, err, proxy.CAUnreadable, "not a directory")
		_, err = proxy.RotateCA(filepath.Join(file, "state"))
		checkCAError(t, err, proxy.CAUnwritable, "not a directory")
	})
	t.Run("rotating fixes all", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		write(t, dir, proxy.KeyFile, []byte("garbage"), 0o644)
		_, err := proxy.RotateCA(dir)
		must(t, err)
		_, err = proxy.LoadOrCreateCA(dir)
		must(t, err)
	})
}

func checkCAError(t *testing.T, err error, want proxy.CAProblem, wantText string) {
	t.Helper()
	var got *proxy.CAError
	if !errors.As(err, &got) {
		t.Fatalf("got %v, want a CAError", err)
	}
	if got.Problem != want || !strings.Contains(err.Error(), wantText) || strings.Contains(err.Error(), "\n") {
		t.Errorf("got %v: %v, want %v: %q in one line", got.Problem, err, want, wantText)
	}
	if got.Hint == "" {
		t.Error("there is no hint")
	}
}
