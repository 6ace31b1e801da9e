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

// kept is the reason for settings without an effect yet: they are kept as configured, so
// that written files read back, and reported when they are read.
const kept = "kept as configured and reported when it is read"

// unused are the settings without an effect outside this package, each with the reason.
var unused = map[string]string{
	"Distribution.OriginGroups":            "Distribution.OriginGroup reads it",
	"Distribution.Behaviors":               "Distribution.Match reads it",
	"Distribution.DefaultBehavior":         "Distribution.Match reads it",
	"OriginRequestPolicy.Unresolved":       "it is reported when it is read",
	"ResponseHeadersPolicy.Unresolved":     "it is reported when it is read",
	"Distribution.Comment":                 "text for people",
	"Distribution.Enabled":                 "a disabled distribution is served, with a warning when it is read",
	"Distribution.HTTPVersion":             "HTTP/3, and a limit to HTTP/1.1, are reported when it is read",
	"Distribution.IPv6":                    "it gives the distribution's name IPv6 addresses; edgesim has no such name and listens where it is told",
	"CachePolicy.Name":                     "text for people",
	"CachePolicy.Unresolved":               "it is reported when it is read",
	"Distribution.CallerReference":         kept,
	"Distribution.PriceClass":              kept,
	"Distribution.WebACLID":                kept,
	"Distribution.ViewerCertificate":       kept,
	"Distribution.GeoRestriction":          kept,
	"Distribution.Logging":                 kept,
	"Distribution.Staging":                 kept,
	"Distribution.ContinuousDeploymentID":  kept,
	"Distribution.ContinuousDeployment":    kept,
	"Distribution.AnycastIPListID":         kept,
	"Distribution.ConnectionFunctionID":    kept,
	"Distribution.ConnectionMode":          kept,
	"Distribution.TenantParameters":        kept,
	"Distribution.Tenants":                 kept,
	"Distribution.ViewerMTLS":              kept,
	"Distribution.Tags":                    kept,
	"Distribution.Unresolved":              kept,
	"Distribution.Files":                   kept,
	"Origin.Backend":                       kept,
	"Origin.AccessControlID":               kept,
	"Origin.AccessControl":                 kept,
	"Origin.AccessIdentity":                kept,
	"Origin.Shield":                        kept,
	"Origin.VPC":                           kept,
	"Origin.MTLSCertificateARN":            kept,
	"CacheBehavior.Functions":              kept,
	"CacheBehavior.Lambdas":                kept,
	"CacheBehavior.TrustedKeyGroups":       kept,
	"CacheBehavior.TrustedSigners":         kept,
	"CacheBehavior.FieldLevelEncryptionID": kept,
	"CacheBehavior.RealtimeLogConfigARN":   kept,
	"CacheBehavior.SmoothStreaming":        kept,
	"OriginGroup.SelectionCriteria":        kept,
	"CachePolicy.Comment":                  kept,
	"OriginRequestPolicy.Comment":          kept,
	"ResponseHeadersPolicy.Comment":        kept,
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
			t.Errorf("%s is not a setting, or has no reason", name)
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
