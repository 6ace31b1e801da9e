package kvs_test

import (
	"strings"
	"testing"

	"github.com/edgesim/edgesim/internal/functions/kvs"
)

// TestParse: the import format of the service and its limits (CF-KVS-01 to
// CF-KVS-03, CF-KVS-05 to CF-KVS-07).
func TestParse(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"CF-KVS-01":    `{"data":[{"key":"a","value":"1"},{"key":"data","value":"2"}]}`,
		"plain object": "\ufeff" + `{"a":"1","data":"2"}`,
		"CF-KVS-05":    `{"a":"1","data":"2","` + strings.Repeat("k", 512) + `":"` + strings.Repeat("v", 1024) + `"}`,
	} {
		s, err := kvs.Parse([]byte(text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if v, ok := s.Get("data"); v != "2" || !ok || s.Len() < 2 {
			t.Errorf("%s: got %q %t of %d", name, v, ok, s.Len())
		}
	}
	for text, want := range map[string]string{
		`{"data":[{"key":"a","value":"1"},{"key":"a","value":"2"}]}`: `the key "a" stands twice (CF-KVS-02)`,
		`{"a":"1","a":"2"}`:      `the key "a" stands twice (CF-KVS-02)`,
		`{"data":[{"key":"a"}]}`: "data[0] lacks its key or its value",
		`{"a":1}`:                `the value of "a" is not a string`,
		`[]`:                     "is not a JSON object",
		`{"a":"1"} x`:            "something after",
		`{"a":`:                  "is not JSON",
		"\xff":                   "is not UTF-8",
		`{"":"x"}`:               "1 to 512 are allowed (CF-KVS-05)",
		`{"` + strings.Repeat("k", 513) + `":"v"}`:  "has 513 bytes",
		`{"a":"` + strings.Repeat("v", 1025) + `"}`: "at most 1024 are allowed",
		strings.Repeat(" ", 5<<20+1):                "CF-KVS-03",
	} {
		if _, err := kvs.Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40s: got %v, want %q", text, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"data":[{"key":"a","value":"1"}]}`))
	f.Add([]byte(`{"a":"b"`))
	f.Fuzz(func(_ *testing.T, text []byte) { _, _ = kvs.Parse(text) })
}
