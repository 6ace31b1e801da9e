package ingest_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/internal/ingest"
)

func read(t testing.TB, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestEncodings reads one configuration in every encoding it may come in.
func TestEncodings(t *testing.T) {
	t.Parallel()
	text := read(t, "testdata/valid-minimal.json")
	wide := func(order binary.AppendByteOrder, mark bool) []byte {
		units := utf16.Encode([]rune(text))
		if mark {
			units = append([]uint16{0xFEFF}, units...)
		}
		var b []byte
		for _, u := range units {
			b = order.AppendUint16(b, u)
		}
		return b
	}
	for name, data := range map[string][]byte{
		"UTF-8":             []byte(text),
		"UTF-8 with mark":   []byte("\ufeff" + text),
		"UTF-16LE":          wide(binary.LittleEndian, false),
		"UTF-16BE":          wide(binary.BigEndian, false),
		"UTF-16LE and mark": wide(binary.LittleEndian, true),
		"UTF-16BE and mark": wide(binary.BigEndian, true),
	} {
		got, err := ingest.Read(data, ingest.Options{})
		if err != nil || got.Distribution.Origins[0].DomainName != "web" {
			t.Errorf("%s: got %v, %v", name, got, err)
		}
	}
	for data, want := range map[string]string{
		"\xff\xfe{":  "is cut off: UTF-16 text with an odd number of bytes",
		"{\"a\xff\"": "is not text: neither UTF-8 nor UTF-16",
	} {
		if _, err := ingest.Read([]byte(data), ingest.Options{}); err == nil || err.Error() != want {
			t.Errorf("%q: got %v, want %s", data, err, want)
		}
	}
}

// TestWrappings reads one configuration in every wrapping of the API.
func TestWrappings(t *testing.T) {
	t.Parallel()
	config := read(t, "testdata/valid-minimal.json")
	for _, row := range []struct{ name, format, id string }{
		{"bare", `%s`, ""},
		{"get-distribution-config", `{"ETag": "E", "DistributionConfig": %s}`, ""},
		{"get-distribution", `{"ETag": "E", "Distribution": {"Id": "EID", "ARN": "a", "Status": "Deployed", "DomainName": "d1.cloudfront.net", "DistributionConfig": %s}}`, "EID"},
		{"update-distribution", `{"ETag": "E", "Location": "l", "Distribution": {"Id": "EID", "DistributionConfig": %s}}`, "EID"},
		{"update-distribution input", `{"Id": "EID", "IfMatch": "E", "DistributionConfig": %s}`, "EID"},
		{"the distribution alone", `{"Id": "EID", "ARN": "a", "DomainName": "d1.cloudfront.net", "DistributionConfig": %s}`, "EID"},
		{"create-distribution-with-tags input", `{"DistributionConfigWithTags": {"DistributionConfig": %s, "Tags": {"Items": []}}}`, ""},
	} {
		got, err := ingest.Read(fmt.Appendf(nil, row.format, config), ingest.Options{})
		if err != nil {
			t.Errorf("%s: %v", row.name, err)
			continue
		}
		if got.Distribution.ID != row.id || len(got.Distribution.Origins) != 1 || strings.Contains(noticeLines(got.Distribution), "unknown") {
			t.Errorf("%s: got %+v", row.name, got.Distribution)
		}
	}
}

func TestUnknownFieldsAreReported(t *testing.T) {
	t.Parallel()
	text := strings.Replace(read(t, "testdata/valid-minimal.json"), `"Id": "app",`, `"Id": "app", "originPath": "/v1", "Zzz": {},`, 1)
	got, err := ingest.Read([]byte(text), ingest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`unknown: Origins.Items[0].originPath: is not a field edgesim knows (line 4); did you mean "OriginPath"?`,
		`unknown: Origins.Items[0].Zzz: is not a field edgesim knows (line 4)`,
	} {
		if !strings.Contains(noticeLines(got.Distribution)+"\n", want+"\n") {
			t.Errorf("got\n%s\nwant %s", noticeLines(got.Distribution), want)
		}
	}
}

// TestQuotaIsAWarning lets an account with a raised quota read its own
// distribution (CF-LIMIT-09).
func TestQuotaIsAWarning(t *testing.T) {
	t.Parallel()
	var names []string
	for i := range 101 {
		names = append(names, fmt.Sprintf("%q", fmt.Sprintf("a%d.example.com", i)))
	}
	text := strings.Replace(read(t, "testdata/valid-minimal.json"), "{", `{"Aliases": {"Quantity": 101, "Items": [`+strings.Join(names, ",")+`]},`, 1)
	got, err := ingest.Read([]byte(text), ingest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if want := "warning: Aliases.Quantity: is over the default quota: 101, allowed: at most 100 (CF-LIMIT-09)"; !strings.Contains(noticeLines(got.Distribution), want) {
		t.Errorf("got\n%s\nwant %s", noticeLines(got.Distribution), want)
	}
}

func TestDistributionSelector(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ file, want, err string }{
		{"valid-full.json", "", ""},
		{"valid-full.json", "EDFDVBD632BHDS5", ""},
		{"valid-full.json", "d111111abcdef8.cloudfront.net", ""},
		{"valid-full.json", "WWW.example.com", ""},
		{"valid-full.json", "EOTHER", `testdata/valid-full.json: holds no distribution "EOTHER"`},
		{"valid-minimal.json", "EOTHER", `testdata/valid-minimal.json: holds no distribution "EOTHER"`},
	} {
		_, err := ingest.ReadFile("testdata/"+row.file, ingest.Options{DistributionID: row.want})
		if got := fmt.Sprint(err); got != row.err && (err != nil || row.err != "") {
			t.Errorf("%s, %q: got %v, want %s", row.file, row.want, err, row.err)
		}
	}
}

func TestReadFile(t *testing.T) {
	t.Parallel()
	text := read(t, "testdata/valid-minimal.json")
	if got, err := ingest.ReadFile("-", ingest.Options{Stdin: strings.NewReader(text)}); err != nil || got.Distribution == nil {
		t.Errorf("standard input: got %v, %v", got, err)
	}
	for path, want := range map[string]string{
		"-":                     "-: there is no standard input to read",
		"testdata/empty":        "testdata/empty: holds no CloudFront distribution that edgesim finds",
		"testdata/nowhere.json": "testdata/nowhere.json: cannot be read: no such file or directory",
	} {
		_, err := ingest.ReadFile(path, ingest.Options{})
		var e *ingest.Error
		if !errors.As(err, &e) || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// TestHostileInput checks the limits of the readers.
func TestHostileInput(t *testing.T) {
	t.Parallel()
	laughs := "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
	for c := 'b'; c < 'k'; c++ {
		laughs += fmt.Sprintf("%c: &%c [%s]\n", c, c, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*%c, ", c-1), 10), ", "))
	}
	for name, text := range map[string]string{
		"deep JSON":       strings.Repeat("[", 100_000),
		"deep YAML":       "a: " + strings.Repeat("[", 9_000),
		"billion laughs":  laughs,
		"self reference":  "listen: &a [*a]\n",
		"NUL":             "{\"Origins\": \"\x00\"}",
		"zeros":           strings.Repeat("\x00", 64),
		"half UTF-16":     "\xff\xfe\x00\xd8",
		"huge number":     `{"Origins": 1e400}`,
		"negative number": `{"Origins": {"Quantity": -1, "Items": []}}`,
	} {
		if got, err := ingest.Read([]byte(text), ingest.Options{}); err == nil {
			t.Errorf("%s: got %+v, want an error", name, got)
		}
	}
	if _, err := ingest.ReadFile("-", ingest.Options{Stdin: endless{}}); err == nil || err.Error() != "-: is bigger than 48 MiB" {
		t.Errorf("endless input: got %v", err)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

// namesFile finds an overlay's key that would have the fuzzer open files.
var namesFile = regexp.MustCompile(`distribution["']?[ \t]*:|\x00`)

// FuzzRead wants of any input an error, or a distribution that is valid and
// survives being written and read again.
func FuzzRead(f *testing.F) {
	for _, file := range []string{"valid-full.json", "valid-minimal.json", "valid-config.yaml", "invalid-several.json", "invalid-key.yaml", "invalid-cloudformation.yaml"} {
		f.Add([]byte(read(f, "testdata/"+file)))
	}
	for _, file := range []string{"templates/intrinsics.yaml", "templates/unresolved.yaml", "templates/sam.yaml", "templates/serverless.yml", "formats/template.json", "formats/main.tf"} {
		f.Add([]byte(read(f, "testdata/"+file)))
	}
	f.Add([]byte(policyTemplate))
	f.Add([]byte("Resources: {A: {Type: AWS::S3::Bucket, Properties: {BucketName: !Ref B}}, B: {Type: AWS::S3::Bucket, Properties: {BucketName: !Ref A}}, C: {Type: AWS::CloudFront::Distribution, Properties: {DistributionConfig: {Origins: [{Id: x, DomainName: !GetAtt A.DomainName}]}}}}"))
	f.Add([]byte("origin: http://localhost:3000\nconnect: {a: 'b:1'}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if namesFile.Match(data) {
			t.Skip("an overlay that names a file")
		}
		got, err := ingest.Read(data, ingest.Options{AssumeUnresolved: true})
		if err != nil {
			if err.Error() == "" {
				t.Error("an error without a message")
			}
			return
		}
		if got.Distribution == nil {
			return
		}
		text, err := ingest.EncodeAPIJSON(got.Distribution)
		if err != nil {
			t.Fatal(err)
		}
		if got.Overlay != nil && got.Connect != nil {
			return // an address as origin is valid for --origin only
		}
		again, err := ingest.Read(text, ingest.Options{})
		var invalid *distribution.InvalidError
		if errors.As(err, &invalid) || err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		second, err := ingest.EncodeAPIJSON(again.Distribution)
		if err != nil || !bytes.Equal(text, second) {
			t.Errorf("%v: got\n%s\nwant\n%s", err, second, text)
		}
	})
}

// FuzzFromOrigin wants an error or an origin that CloudFront would accept, except for its
// address.
func FuzzFromOrigin(f *testing.F) {
	for _, seed := range []string{"http://localhost:3000", "https://app.example.com/", "https://u:p@h:1/x?y#z", "http://[::1]:80", "://", "http://a:"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, url string) {
		got, err := ingest.FromOrigin(ingest.OriginFlags{URL: url})
		if err != nil {
			return
		}
		if o := got.Distribution.Origins[0]; o.DomainName == "" || !distribution.ValidPort(o.HTTPPort) || !distribution.ValidPort(o.HTTPSPort) {
			t.Errorf("%q: got %+v", url, o)
		}
	})
}

// TestLegacyTTLs proves CF-CACHE-13: a behavior of the legacy mode without TTLs
// has the documented ones.
func TestLegacyTTLs(t *testing.T) {
	t.Parallel()
	const file = `{"CallerReference": "x", "Comment": "", "Enabled": true, "Origins": {"Quantity": 1, "Items": [{"Id": "a", "DomainName": "a.example.com", "CustomOriginConfig": {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "http-only"}}]},
		"DefaultCacheBehavior": {"TargetOriginId": "a", "ViewerProtocolPolicy": "allow-all"%s, "ForwardedValues": {"QueryString": false, "Cookies": {"Forward": "none"}}}}`
	for ttls, want := range map[string][3]distribution.Seconds{
		`, "MinTTL": 0`:                         {0, 86_400, 31_536_000},
		`, "MinTTL": 100000`:                    {100_000, 100_000, 31_536_000},
		`, "MinTTL": 1, "DefaultTTL": 60`:       {1, 60, 31_536_000},
		`, "MinTTL": 0, "MaxTTL": 3600`:         {0, 3600, 3600},
		`, "MinTTL": 0, "DefaultTTL": 40000000`: {0, 40_000_000, 40_000_000},
	} {
		got, err := ingest.Read(fmt.Appendf(nil, file, ttls), ingest.Options{})
		if err != nil {
			t.Errorf("%s: %v", ttls, err)
			continue
		}
		f := got.Distribution.DefaultBehavior.ForwardedValues
		if [3]distribution.Seconds{f.MinTTL, f.DefaultTTL, f.MaxTTL} != want {
			t.Errorf("%q: got %d, %d, %d, want %v", ttls, f.MinTTL, f.DefaultTTL, f.MaxTTL, want)
		}
	}
}
