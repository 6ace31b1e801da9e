package check_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/edgesim/edgesim/internal/check"
	"github.com/edgesim/edgesim/policy"
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

func TestJUnitGolden(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := goldenReport(t).WriteJUnit(&out, false); err != nil {
		t.Fatal(err)
	}
	golden(t, "report.junit.xml", out.Bytes())
	var suites struct {
		Failures int `xml:"failures,attr"`
		Suites   []struct {
			Cases []struct {
				Failure *struct{} `xml:"failure"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(out.Bytes(), &suites); err != nil {
		t.Fatal(err)
	}
	failures := 0
	for _, c := range suites.Suites[0].Cases {
		if c.Failure != nil {
			failures++
		}
	}
	if failures != 5 || suites.Failures != 5 {
		t.Errorf("%d cases failed, %d are said to; want 5", failures, suites.Failures)
	}
}

// TestSARIFGolden: the output is valid by the schema of SARIF 2.1.0, as the
// library that others read it with has it.
func TestSARIFGolden(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := goldenReport(t).WriteSARIF(&out); err != nil {
		t.Fatal(err)
	}
	golden(t, "report.sarif", out.Bytes())
	run := readSARIF(t, out.Bytes()).Runs[0]
	for _, result := range run.Results {
		if rule := run.Tool.Driver.Rules[result.RuleIndex]; *rule.ID != *result.RuleID {
			t.Errorf("result %s points to rule %s", *result.RuleID, *rule.ID)
		}
	}
	if len(run.Results) != 6 {
		t.Errorf("%d results, want 6", len(run.Results))
	}
}

// readSARIF reads a log as others do: no field that SARIF does not have, and
// valid by its schema.
func readSARIF(t *testing.T, data []byte) *sarif.Report {
	t.Helper()
	strict := json.NewDecoder(bytes.NewReader(data))
	strict.DisallowUnknownFields()
	if err := strict.Decode(new(sarif.Report)); err != nil {
		t.Error(err)
	}
	read, err := sarif.FromBytes(data)
	if err != nil {
		t.Fatal(err)
	}
	for _, run := range read.Runs { // the library writes what was absent as empty
		run.NewlineSequences = []string{"\r\n", "\n"}
	}
	if err := read.Validate(); err != nil {
		t.Error(err)
	}
	return read
}

// TestAnnotationsGolden: the workflow commands of GitHub, each on one line.
func TestAnnotationsGolden(t *testing.T) {
	t.Parallel()
	r := goldenReport(t)
	for i := range r.Checks {
		r.Checks[i].Subject = "infra/a,b.json"
	}
	var out bytes.Buffer
	if err := r.WriteAnnotations(&out); err != nil {
		t.Fatal(err)
	}
	golden(t, "report.github", out.Bytes())
}

// TestUndecidedFormats: an undecided check neither passes nor fails in any format, and an
// invalid byte cannot break one.
func TestUndecidedFormats(t *testing.T) {
	t.Parallel()
	r := &check.Report{Checks: []check.Check{{
		Subject: "-", Behavior: "*", Origin: "a\x00<&>\n::error::", Verdict: check.Undecided, Why: "this machine has no route\n::error::100%",
		Viewers: []check.Viewer{{Scheme: "https", Host: "h"}}, Cause: policy.NewCause(policy.CauseConnectRefused, "no route", nil),
		Rules: []check.Judgement{{Finding: policy.Finding{Rule: "CF-CONN-08", Verdict: policy.Fail}}},
	}}}
	var junit, sarifed, github bytes.Buffer
	if err := errors.Join(r.WriteJUnit(&junit, true), r.WriteSARIF(&sarifed), r.WriteAnnotations(&github)); err != nil {
		t.Fatal(err)
	}
	if s := junit.String(); !strings.Contains(s, `<skipped message="this machine has no route&#xA;::error::100%"`) || strings.Contains(s, "<failure") {
		t.Error(s)
	}
	if read := readSARIF(t, sarifed.Bytes()); read.Runs[0].Results[0].Kind != "open" || len(read.Runs[0].Results) != 1 {
		t.Error(sarifed.String())
	}
	if s := github.String(); !strings.HasPrefix(s, "::notice ") || strings.Count(s, "\n") != 1 {
		t.Error(s)
	}
	if err := xml.Unmarshal(junit.Bytes(), new(struct{})); err != nil {
		t.Error(err)
	}
}

// TestSchema: reports of every kind match the published schema, which allows no unknown
// field.
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
