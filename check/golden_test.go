package check_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/edgesim/edgesim/check"
)

var update = flag.Bool("update", false, "rewrite the goldens")

// goldenReport is the report that every format is printed from: a failure of
// each stage, a warning, an origin that passes.
func goldenReport(t *testing.T) *check.Report {
	t.Helper()
	r := checkLab(t, check.Config{}, "healthy-ecdsa", "dns-failure", "connect-refused", "incomplete-chain", "wrong-name", "hang-up", "own-503")
	r.Version, r.NotSimulated = "v0.0.0", r.NotSimulated[:1] // the list is policy's
	return r
}

// ports are what differs from run to run.
var ports = regexp.MustCompile(`127\.0\.0\.1:\d+`)

// golden compares an output with its file.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	got = ports.ReplaceAll(got, []byte("127.0.0.1:PORT"))
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs from what is printed now; go test -update rewrites it\n%s", file, got)
	}
}

func TestJSONGolden(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := goldenReport(t).WriteJSON(&out); err != nil {
		t.Fatal(err)
	}
	golden(t, "report.json", out.Bytes())
}

// TestSchema: reports of every kind are what the published schema says, which
// allows no field that it does not name.
func TestSchema(t *testing.T) {
	t.Parallel()
	schema := compile(t, check.SchemaID, check.Schema)
	t.Run("every fault", func(t *testing.T) {
		t.Parallel()
		validate(t, schema, checkLab(t, check.Config{}).WriteJSON)
	})
	for name, cfg := range map[string]check.Config{
		"handshake only": {HandshakeOnly: true}, "HEAD, a path and a Host": {Method: "HEAD", Path: "/x?x=1", Host: "www.example.com"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			validate(t, schema, checkLab(t, cfg, "healthy-rsa", "expired", "connect-refused", "own-503").WriteJSON)
		})
	}
	t.Run("scan", func(t *testing.T) {
		t.Parallel()
		r := checkLab(t, check.Config{Scan: true}, "healthy-rsa", "only-old-tls", "connect-refused")
		if len(r.Scans) != 3 || r.Scans[2].Table == nil || r.Scans[2].Table.Shared == 0 {
			t.Errorf("scans: %+v", r.Scans)
		}
		validate(t, schema, r.WriteJSON)
	})
}

func compile(t *testing.T, id string, schema []byte) *jsonschema.Schema {
	t.Helper()
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource(id, parsed); err != nil {
		t.Fatal(err)
	}
	compiled, err := c.Compile(id)
	if err != nil {
		t.Fatal(err)
	}
	return compiled
}

func validate(t *testing.T, schema *jsonschema.Schema, write func(io.Writer) error) {
	t.Helper()
	var out bytes.Buffer
	if err := write(&out); err != nil {
		t.Fatal(err)
	}
	var value any
	decoder := json.NewDecoder(&out)
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(value); err != nil {
		t.Errorf("%v", err)
	}
}
