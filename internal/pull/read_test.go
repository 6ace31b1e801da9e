package pull_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/internal/ingest"
	"github.com/edgesim/edgesim/internal/pull"
)

// TestAPulledFolderIsRead reads a folder as serve and check do, and finds
// everything that the distribution refers to.
func TestAPulledFolderIsRead(t *testing.T) {
	t.Parallel()
	s := newService(t)
	fill(t, s, "E1", "E2")
	dir := t.TempDir()
	if _, err := run(t, s, pull.Options{Folder: dir}); err != nil {
		t.Fatal(err)
	}
	got, err := ingest.ReadFile(dir, ingest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Distributions) != 2 || got.Distributions[1].ID != "E2" || got.Distributions[0].DomainName != "de1.cloudfront.net" {
		t.Fatalf("distributions: %+v", got.Distributions)
	}
	d := got.Distribution
	b := d.DefaultBehavior
	if b.CachePolicy.Unresolved || b.CachePolicy.Headers.Items[0] != "Origin" || b.OriginRequestPolicy.Unresolved || b.ResponseHeadersPolicy.Remove[0] != "X-Powered-By" {
		t.Errorf("policies: %+v %+v %+v", b.CachePolicy, b.OriginRequestPolicy, b.ResponseHeadersPolicy)
	}
	f := b.Functions[0].Function
	if f == nil || f.Runtime != "cloudfront-js-2.0" || !strings.HasPrefix(f.Code, "function handler") {
		t.Fatalf("function: %+v", f)
	}
	if len(f.Stores) != 1 || f.Stores[0].Name != "routes" || !f.Stores[0].Known || len(f.Stores[0].Entries) != 3 {
		t.Errorf("store: %+v", f.Stores[0])
	}
	if oac := d.Origins[1].AccessControl; oac == nil || oac.Name != "oac-1" {
		t.Errorf("access control: %+v", oac)
	}
	if groups := d.Behaviors[0].TrustedKeyGroups.Groups; len(groups) != 1 || len(groups[0].Keys) != 1 || !strings.Contains(groups[0].Keys[0].PEM, "PUBLIC KEY") {
		t.Errorf("key groups: %+v", groups)
	}
	if d.Origins[0].CustomHeaders[0].Value != secret {
		t.Errorf("headers: %+v", d.Origins[0].CustomHeaders)
	}
}

// TestAHiddenHeaderIsUnresolvedUntilItIsSupplied reads what --redact wrote.
func TestAHiddenHeaderIsUnresolvedUntilItIsSupplied(t *testing.T) {
	t.Parallel()
	s := newService(t)
	fill(t, s, "E1")
	dir := t.TempDir()
	if _, err := run(t, s, pull.Options{Folder: dir, Redact: true}); err != nil {
		t.Fatal(err)
	}
	var unresolved *ingest.UnresolvedError
	if _, err := ingest.ReadFile(dir, ingest.Options{}); !errors.As(err, &unresolved) || len(unresolved.Values) != 1 || !strings.Contains(unresolved.Values[0].Supply, "web.X-Origin-Verify=VALUE") {
		t.Errorf("got %v", err)
	}
	got, err := ingest.ReadFile(dir, ingest.Options{Parameters: map[string]string{"web.X-Origin-Verify": "given"}})
	if err != nil || got.Distribution.Origins[0].CustomHeaders[0].Value != "given" {
		t.Errorf("with the parameter: %v", err)
	}
}
