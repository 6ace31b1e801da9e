package compose_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/edgesim/edgesim/internal/peers"
)

// run is part of every name that this run gives, so that others do not collide.
var run = "edgesim-test-" + randomHex()

func randomHex() string {
	var b [4]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// workshop is the build context: the files of the repository that an image is
// made of, and the binaries in bin/.
var workshop string

func TestMain(m *testing.M) {
	os.Exit(inWorkshop(m))
}

func inWorkshop(m *testing.M) int {
	dir, err := os.MkdirTemp("", "edgesim-compose-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	workshop = dir
	defer removeImages()
	return m.Run()
}

// removeImages removes what images made; it is fine if there is nothing.
func removeImages() {
	_ = exec.Command("docker", "image", "rm", "--force", image, testsImage).Run()
}

// patience is how long a command of the engine may take, a build included.
const patience = 5 * time.Minute

// command runs a program and returns what it printed and its exit code.
func command(t testing.TB, dir string, env []string, name string, args ...string) (output string, code int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	c := exec.CommandContext(ctx, name, args...)
	c.Dir, c.Env = dir, append(os.Environ(), env...)
	var printed bytes.Buffer
	c.Stdout, c.Stderr = &printed, &printed
	err := c.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, printed.String())
	}
	return printed.String(), c.ProcessState.ExitCode()
}

// docker runs a command of the engine that must succeed, and returns its output
// without white space around it.
func docker(t testing.TB, args ...string) string {
	t.Helper()
	output, code := command(t, workshop, nil, "docker", args...)
	if code != 0 {
		t.Fatalf("docker %s: exit code %d\n%s", strings.Join(args, " "), code, output)
	}
	return strings.TrimSpace(output)
}

// needEngine skips the test if no engine answers.
func needEngine(t testing.TB) {
	t.Helper()
	peers.Need(t, "docker")
	if output, code := command(t, workshop, nil, "docker", "version"); code != 0 {
		peers.Lack(t, "no Docker engine answers: "+output)
	}
}

// tools returns the Compose tools of this machine: version 2, which is a plugin
// of docker, and the older docker-compose. COMPOSE names one more.
func tools(t testing.TB) [][]string {
	t.Helper()
	found := installedTools()
	if len(found) == 0 {
		peers.Lack(t, "neither docker compose nor docker-compose is installed (Debian: apt-get install docker-compose)")
	}
	return found
}

// installedTools asks each tool once: docker-compose takes more than a second to answer.
var installedTools = sync.OnceValue(func() (found [][]string) {
	candidates := [][]string{{"docker", "compose"}, {"docker-compose"}}
	if own := os.Getenv("COMPOSE"); own != "" {
		candidates = append(candidates, strings.Fields(own))
	}
	for _, tool := range candidates {
		if exec.Command(tool[0], append(tool[1:], "version")...).Run() == nil {
			found = append(found, tool)
		}
	}
	return found
})

// The images under test.
var (
	image      = run
	testsImage = run + "-tests"
)

// images builds the images once.
func images(t testing.TB) {
	t.Helper()
	needEngine(t)
	if err := build(); err != nil {
		t.Fatal(err)
	}
}

// build fills the workshop and builds the images with the engine's own builder.
var build = sync.OnceValue(func() error {
	repository, err := filepath.Abs("../..")
	if err != nil {
		return err
	}
	steps := [][]string{
		{"cp", "-R", "Dockerfile", ".dockerignore", "docker-compose.yml", "LICENSE", "NOTICE", workshop},
		{"mkdir", "-p", workshop + "/test/compose", workshop + "/bin"},
		{"cp", "-R", "test/compose/volumes", workshop + "/test/compose"},
		{"go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", workshop + "/bin/edgesim", "./cmd/edgesim"},
		{"go", "test", "-c", "-trimpath", "-buildvcs=false", "-o", workshop + "/bin/compose-tests", "./test/compose/tests"},
		{"docker", "build", "--quiet", "--target", "prebuilt", "--tag", image, workshop},
		{"docker", "build", "--quiet", "--target", "tests-prebuilt", "--tag", testsImage, workshop},
	}
	for _, step := range steps {
		c := exec.Command(step[0], step[1:]...)
		c.Dir, c.Env = repository, append(os.Environ(), "CGO_ENABLED=0")
		if output, err := c.CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w\n%s", strings.Join(step, " "), err, output)
		}
	}
	return nil
})
