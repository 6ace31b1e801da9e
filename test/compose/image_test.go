package compose_test

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/internal/peers"
)

// imageLimit is the size in bytes under which the image stays: 40 MiB, with the
// AWS SDK of pull, the languages of templates and the JavaScript engine in it.
const imageLimit = 40 << 20

// TestImage checks the image: small, not root, with a health check, and containing only the
// binary and the folders of its volumes.
func TestImage(t *testing.T) {
	t.Parallel()
	images(t)
	if size := inspect[int64](t, image, ".Size"); size >= imageLimit {
		t.Errorf("the image has %d bytes, want less than %d", size, imageLimit)
	} else {
		t.Logf("the image has %.1f MB", float64(size)/1e6)
	}
	config := inspect[struct {
		User        string
		Entrypoint  []string
		Env         []string
		Volumes     map[string]any
		Healthcheck struct{ Test []string }
	}](t, image, ".Config")
	_, hasState := config.Volumes["/state"]
	if config.User != "65532:65532" || !slices.Equal(config.Entrypoint, []string{"/edgesim"}) || !hasState ||
		!slices.Equal(config.Healthcheck.Test, []string{"CMD", "/edgesim", "healthcheck"}) {
		t.Errorf("the configuration is %+v", config)
	}
	files := map[string][]byte{}
	for name, content := range exported(t, image) {
		// What the engine itself puts in when it makes a container.
		if top, _, _ := strings.Cut(name, "/"); slices.Contains([]string{".dockerenv", "dev", "etc", "proc", "sys"}, top) {
			continue
		}
		files[name] = content
	}
	for name, content := range files {
		if name != "edgesim" && name != "licenses/LICENSE" && name != "licenses/NOTICE" && strings.TrimPrefix(filepath.Base(name), ".keep") != "" {
			t.Errorf("the image holds %q of %d bytes", name, len(content))
		}
	}
	for _, name := range []string{"LICENSE", "NOTICE"} {
		if own, err := os.ReadFile(filepath.Join("..", "..", name)); err != nil || !bytes.Equal(files["licenses/"+name], own) {
			t.Errorf("the image does not hold %s as it is here (%v)", name, err)
		}
	}
	built, err := os.ReadFile(filepath.Join(workshop, "bin", "edgesim"))
	if err != nil || !bytes.Equal(files["edgesim"], built) {
		t.Errorf("the binary in the image is not the one that was built (%v)", err)
	}
}

// exported returns the files of an image by name.
func exported(t *testing.T, image string) map[string][]byte {
	t.Helper()
	container := docker(t, "create", image)
	defer docker(t, "rm", "--volumes", container)
	c := exec.Command("docker", "export", container)
	archive, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatalf("docker export: %v", err)
	}
	files := map[string][]byte{}
	for r := tar.NewReader(archive); ; {
		header, err := r.Next()
		if err == io.EOF {
			_, _ = io.Copy(io.Discard, archive) // the padding
			if err := c.Wait(); err != nil {
				t.Fatalf("docker export: %v", err)
			}
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		if header.Typeflag != tar.TypeReg {
			continue
		}
		content := make([]byte, header.Size)
		if _, err := io.ReadFull(r, content); err != nil {
			t.Fatal(err)
		}
		files[header.Name] = content
	}
}

// TestReproducible builds the binary a second time, in another folder: the same
// bytes must come out.
func TestReproducible(t *testing.T) {
	t.Parallel()
	images(t)
	elsewhere := t.TempDir()
	list, err := exec.Command("git", "-C", "../..", "ls-files", "-z", "--cached", "--others", "--exclude-standard").Output()
	if err != nil {
		peers.Lack(t, fmt.Sprintf("the sources are not a git repository: %v", err))
	}
	for name := range strings.SplitSeq(strings.TrimRight(string(list), "\x00"), "\x00") {
		data, err := os.ReadFile(filepath.Join("..", "..", name))
		if os.IsNotExist(err) {
			continue // deleted, which is not committed yet
		}
		to := filepath.Join(elsewhere, name)
		if err == nil {
			err = os.MkdirAll(filepath.Dir(to), 0o700)
		}
		if err == nil {
			err = os.WriteFile(to, data, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	output, code := command(t, elsewhere, []string{"CGO_ENABLED=0"}, "go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", "again", "./cmd/edgesim")
	if code != 0 {
		t.Fatalf("building again: %s", output)
	}
	if first, second := digest(t, filepath.Join(workshop, "bin", "edgesim")), digest(t, filepath.Join(elsewhere, "again")); first != second {
		t.Errorf("two builds differ: %s and %s", first, second)
	}
}

func digest(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
