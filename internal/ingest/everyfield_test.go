package ingest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/internal/ingest"
)

// inert are the fields of the API that may change without a difference here,
// each with the reason. Everything else in a file is kept, acted on or reported.
var inert = map[string]string{
	"FieldOfTomorrow.x":                   "a field that is not known is reported as a whole",
	"ViewerCertificate.CertificateSource": "the deprecated form of ACMCertificateArn, which stands beside it and counts",
}

// TestEveryField proves that nothing in a file is ignored silently: every value of a full
// configuration, and of every sample from others, is changed in turn, and each change is
// refused, or changes what is served or what is reported.
func TestEveryField(t *testing.T) {
	t.Parallel()
	files := []string{"testdata/valid-full.json", "testdata/everyfield-certificate.json"}
	if _, err := os.Stat(samplesDir); err == nil {
		files = append(files, samples(t)["distributionconfig"]...)
	}
	met := map[string]bool{}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			tree := decodeTree(t, read(t, file))
			text, err := json.Marshal(tree)
			if err != nil {
				t.Fatal(err)
			}
			original, err := ingest.Read(text, ingest.Options{}) // with its fields in the order, and on the line, of the changed ones
			if err != nil {
				t.Fatal(err)
			}
			silent, count := map[string]bool{}, 0
			walk(tree, "", func(path string, set func(any), value any) {
				count++
				if !noticed(t, tree, original, set, value) {
					silent[path] = true
				}
			})
			for path := range silent {
				at, why := reasonFor(fieldOf(path))
				if why == "" {
					t.Errorf("%s can change without a word", path)
				}
				met[at] = true
			}
			if count < 20 {
				t.Errorf("only %d values were tried", count)
			}
		})
	}
	for at := range inert {
		if !met[at] {
			t.Errorf("%s is not a field that can change without a word: take it off the list", at)
		}
	}
}

// decodeTree reads JSON with its numbers as they stand.
func decodeTree(t *testing.T, text string) any {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix([]byte(text), []byte("\ufeff"))))
	d.UseNumber()
	var tree any
	if err := d.Decode(&tree); err != nil {
		t.Fatal(err)
	}
	return tree
}

// walk visits every value that is not an object and no list, with a function that
// replaces it.
func walk(n any, path string, visit func(path string, set func(any), value any)) {
	step := func(child any, path string, set func(any)) {
		switch child.(type) {
		case map[string]any, []any:
			walk(child, path, visit)
		default:
			visit(path, set, child)
		}
	}
	switch n := n.(type) {
	case map[string]any:
		for name, child := range n {
			step(child, path+"."+name, func(v any) { n[name] = v })
		}
	case []any:
		for i, child := range n {
			step(child, fmt.Sprintf("%s[%d]", path, i), func(v any) { n[i] = v })
		}
	}
}

// noticed reports whether any of some other values instead of this one makes a difference,
// and restores the value. A refusal is a difference, too, but only if no value of the right
// type is accepted without one.
func noticed(t *testing.T, tree any, original *ingest.Result, set func(any), value any) bool {
	t.Helper()
	defer set(value)
	refused := false
	for _, other := range others(value) {
		if other == value {
			continue
		}
		set(other)
		text, err := json.Marshal(tree)
		if err != nil {
			t.Fatal(err)
		}
		changed, err := ingest.Read(text, ingest.Options{})
		switch {
		case err != nil:
			refused = true
		case !reflect.DeepEqual(changed.Distribution, original.Distribution):
			return true
		default:
			return false
		}
	}
	return refused
}

// others are values of the same type.
func others(value any) []any {
	switch v := value.(type) {
	case bool:
		return []any{!v}
	case string:
		return []any{v + "x", v + "0", "0"}
	case json.Number:
		return []any{json.Number("1"), json.Number("7"), json.Number("443"), json.Number("100")}
	}
	return []any{"x"}
}

var index = regexp.MustCompile(`\[\d+\]|\.Items\b|\.Quantity\b`)

// fieldOf is a path without the wrappings of the API and the places in lists.
func fieldOf(path string) string {
	path = index.ReplaceAllString(path, "")
	for _, wrapping := range []string{".Distribution.DistributionConfig.", ".DistributionConfig.", ".Distribution.", "."} {
		if rest, ok := strings.CutPrefix(path, wrapping); ok {
			return rest
		}
	}
	return path
}

// wrappings are the fields around a configuration, which say nothing of it.
var wrappings = regexp.MustCompile(`^(ETag|ARN|Status|LastModifiedTime|InProgressInvalidationBatches|ActiveTrusted|AliasICPRecordals)`)

// reasonFor returns why a field may change in silence and the entry that says it,
// or "".
func reasonFor(field string) (at, why string) {
	if wrappings.MatchString(field) {
		return "", "it is what the API says of the distribution, not what was configured"
	}
	for at, why := range inert {
		if field == at || strings.HasPrefix(field, at+".") {
			return at, why
		}
	}
	return "", ""
}
