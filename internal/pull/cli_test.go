package pull_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/internal/peers"
	"github.com/edgesim/edgesim/internal/pull"
)

// TestFilesAreWhatTheAWSCommandPrints asks the same service with Amazon's own
// command, which has another SDK, and compares.
func TestFilesAreWhatTheAWSCommandPrints(t *testing.T) {
	t.Parallel()
	peers.Need(t, "aws")
	s := newService(t)
	fill(t, s, "E1")
	dir := t.TempDir()
	if _, err := run(t, s, pull.Options{Folder: dir}); err != nil {
		t.Fatal(err)
	}
	got := files(t, dir)
	for path, command := range map[string]string{
		"distributions/E1.json":       "get-distribution --id E1",
		"policies/cache-cache-1.json": "get-cache-policy --id cache-1",
		"keys/group-group-1.json":     "get-key-group --id group-1",
	} {
		out, err := peers.AWS(t, s.URL, append([]string{"cloudfront"}, strings.Fields(command)...)...)
		if err != nil {
			t.Errorf("aws cloudfront %s: %v\n%s", command, err, out)
			continue
		}
		if a, b := plainJSON(t, got[path]), plainJSON(t, out); !reflect.DeepEqual(a, b) {
			t.Errorf("%s\npulled %v\naws    %v", path, a, b)
		}
	}
}

// plainJSON decodes JSON without the times, which the two write in their own ways.
func plainJSON(t *testing.T, text string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v in %q", err, text)
	}
	return withoutTimes(v)
}

func withoutTimes(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, inner := range v {
			if strings.HasSuffix(name, "Time") {
				delete(v, name)
				continue
			}
			v[name] = withoutTimes(inner)
		}
	case []any:
		for i := range v {
			v[i] = withoutTimes(v[i])
		}
	}
	return v
}
