package ingest_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/internal/ingest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// samplesDir holds public configurations of others. They are read where they
// lie and are not part of this repository.
const samplesDir = "../../../shared/samples"

// samples returns the samples of a kind that the manifest names, by kind.
func samples(t *testing.T) map[string][]string {
	t.Helper()
	manifest, err := os.ReadFile(filepath.Join(samplesDir, "MANIFEST.tsv"))
	if err != nil {
		t.Skipf("no samples in %s", samplesDir)
	}
	files := map[string][]string{}
	for _, line := range strings.Split(strings.TrimSpace(string(manifest)), "\n")[1:] {
		col := strings.Split(line, "\t")
		files[col[0]] = append(files[col[0]], filepath.Join(samplesDir, col[1]))
	}
	return files
}

// TestSamples reads the API's JSON from other projects, and compares the results.
func TestSamples(t *testing.T) {
	t.Parallel()
	files := samples(t)["distributionconfig"]
	if len(files) == 0 {
		t.Fatal("the manifest names no distributionconfig")
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			result, err := ingest.ReadFile(file, ingest.Options{})
			if err != nil {
				t.Fatal(err)
			}
			golden(t, filepath.Join("testdata", "sample-"+name+".golden"), render(t, result.Distribution))
		})
	}
}

// render writes a distribution with its notices.
func render(t *testing.T, d *distribution.Distribution) []byte {
	t.Helper()
	out, err := ingest.EncodeAPIJSON(d)
	if err != nil {
		t.Fatal(err)
	}
	b := bytes.NewBuffer(out)
	for _, n := range d.Notices {
		fmt.Fprintf(b, "%s: %s: %s\n", n.Kind, n.Path, n.Message)
	}
	return b.Bytes()
}

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s: got\n%s\nwant\n%s", path, got, want)
	}
}

// TestRoundTrip reads what was written and wants the same distribution.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/valid-[cfm]*")
	if err != nil || len(files) == 0 {
		t.Fatal("no testdata/valid-*", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			first, err := ingest.ReadFile(file, ingest.Options{})
			if err != nil {
				t.Fatal(err)
			}
			golden(t, filepath.Join("testdata", "golden-"+filepath.Base(file)+".golden"), render(t, first.Distribution))
			for name, encode := range map[string]func(*distribution.Distribution) ([]byte, error){"api-json": ingest.EncodeAPIJSON, "yaml": ingest.EncodeYAML} {
				text, err := encode(first.Distribution)
				if err != nil {
					t.Fatal(err)
				}
				second, err := ingest.Read(text, ingest.Options{})
				if err != nil {
					t.Fatalf("%s: %v\n%s", name, err, text)
				}
				if got, want := render(t, second.Distribution), render(t, first.Distribution); !bytes.Equal(got, want) {
					t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
				}
			}
		})
	}
}
