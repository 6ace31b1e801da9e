package distribution_test

import (
	"io/fs"
	"os"
	"path"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/distribution"
)

// unused are the settings that nobody outside this package acts on, each with the
// reason. What needs AWS is not kept in a Distribution at all: package ingest reports it.
var unused = map[string]string{
	"Distribution.OriginGroups":        "Distribution.OriginGroup reads it",
	"Distribution.Behaviors":           "Distribution.Match reads it",
	"Distribution.DefaultBehavior":     "Distribution.Match reads it",
	"OriginRequestPolicy.Unresolved":   "it is reported when it is read",
	"ResponseHeadersPolicy.Unresolved": "it is reported when it is read",
	"Distribution.Comment":             "text for people",
	"Distribution.Enabled":             "a disabled distribution is served, with a warning when it is read",
	"Distribution.HTTPVersion":         "HTTP/3, and a limit to HTTP/1.1, are reported when it is read",
	"Distribution.IPv6":                "it gives the distribution's name IPv6 addresses; edgesim has no such name and listens where it is told",
	"CachePolicy.DefaultTTL":           "no success is kept",
	"CachePolicy.MinTTL":               "no success is kept",
	"CachePolicy.Name":                 "text for people",
	"ForwardedValues.MinTTL":           "no success is kept",
	"ForwardedValues.DefaultTTL":       "no success is kept",
	"CachePolicy.Unresolved":           "it is reported when it is read",
}

// TestEverySettingIsUsed: a setting that is read is acted on by somebody, or the
// list above says why not.
func TestEverySettingIsUsed(t *testing.T) {
	t.Parallel()
	source := sources(t, "../edge", "../policy", "../originconn", "../proxy", "../cmd/edgesim")
	seen := map[string]bool{}
	for _, value := range []any{
		distribution.Distribution{}, distribution.Origin{}, distribution.OriginGroup{}, distribution.CacheBehavior{}, distribution.CachePolicy{},
		distribution.OriginRequestPolicy{}, distribution.ResponseHeadersPolicy{}, distribution.ResponseHeader{}, distribution.CORSConfig{},
		distribution.ForwardedValues{}, distribution.CustomErrorResponse{}, distribution.ValueSelection{}, distribution.Header{},
	} {
		typ := reflect.TypeOf(value)
		for i := range typ.NumField() {
			name := typ.Name() + "." + typ.Field(i).Name
			used := regexp.MustCompile(`\.` + typ.Field(i).Name + `\b`).MatchString(source)
			seen[name] = true
			if _, ok := unused[name]; !used && !ok {
				t.Errorf("nobody uses %s", name)
			}
		}
	}
	for name, why := range unused {
		if !seen[name] || why == "" {
			t.Errorf("%s is no setting, or has no reason", name)
		}
	}
}

// sources returns the production code of some packages.
func sources(t *testing.T, dirs ...string) string {
	t.Helper()
	var all strings.Builder
	for _, dir := range dirs {
		root := os.DirFS(dir)
		err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
				return err
			}
			text, err := fs.ReadFile(root, name)
			all.Write(text)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all.String()
}
