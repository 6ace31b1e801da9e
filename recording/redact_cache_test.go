package recording_test

import (
	"strings"
	"testing"

	"github.com/edgesim/edgesim/recording"
)

// TestRedactCacheKey: a key has the values of fields, and secrets among them are
// hidden there, too.
func TestRedactCacheKey(t *testing.T) {
	t.Parallel()
	key := "/a?token=hush1&x=1\nAuthorization: Bearer hush2\nCookie: session=hush3\nX-Shown: shown"
	e := &recording.Exchange{Cache: &recording.CacheFacts{Key: key, From: "other"}}
	got := (&recording.Redactor{Query: []string{"token"}}).Redact(e).Cache
	if strings.Contains(got.Key, "hush") || !strings.Contains(got.Key, "\nX-Shown: shown") || !strings.HasPrefix(got.Key, "/a?token=") || got.From != "other" {
		t.Errorf("got %q", got.Key)
	}
	if e.Cache.Key != key {
		t.Error("the exchange itself was changed")
	}
	if got := (&recording.Redactor{}).Key(key); strings.Contains(got, "hush2") {
		t.Errorf("the key became %q", got)
	}
	if got := (&recording.Redactor{KeepSecrets: true}).Redact(e).Cache.Key; got != key {
		t.Errorf("kept secrets became %q", got)
	}
}
