package policy_test

import (
	"sync"
	"testing"

	"github.com/edgesim/edgesim/policy"
)

func TestTrustStore(t *testing.T) {
	root := selfSigned(t, "Root")
	namesake := selfSigned(t, "Root")
	other := selfSigned(t, "Other")
	inter := root.ca("CA")
	cross := other.cross(root)
	store := policy.NewTrustStore(root.Certificate, namesake.Certificate)

	if got := store.Len(); got != 2 {
		t.Errorf("length: got %d, want 2", got)
	}
	if got := store.BySubject(root.RawSubject); len(got) != 2 {
		t.Errorf("roots of one name: got %d, want 2", len(got))
	}
	if got := store.Issuers(inter.Certificate); len(got) != 1 || !got[0].Equal(root.Certificate) {
		t.Errorf("issuers: got %d, want the root alone", len(got))
	}
	if got := store.Issuers(other.ca("CA").Certificate); got != nil {
		t.Errorf("issuers of a stranger: got %d, want none", len(got))
	}
	if store.Contains(cross.Certificate) || !store.Contains(root.Certificate) {
		t.Error("a cross-certificate is not the root itself")
	}
	if !store.ContainsKey(cross.Certificate) || store.ContainsKey(selfSigned(t, "Root").Certificate) {
		t.Error("a cross-certificate has the root's name and key, a namesake only the name")
	}
}

func TestNilTrustStore(t *testing.T) {
	var store *policy.TrustStore
	leaf := selfSigned(t, "Root").leaf()
	if store.Len() != 0 || store.Contains(leaf.Certificate) || store.Issuers(leaf.Certificate) != nil {
		t.Error("a nil store trusts something")
	}
}

// One store serves all connections at the same time.
func TestTrustStoreConcurrently(t *testing.T) {
	root := selfSigned(t, "Root")
	inter := root.ca("CA")
	facts := policy.ChainFacts{
		Raw: raw(inter.leaf(), inter), Names: policy.AcceptedNames{"origin.example.com"}, At: noon, Trust: policy.NewTrustStore(root.Certificate),
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if f, failed := policy.DecidingFinding(policy.JudgeChain(facts)); failed {
				t.Errorf("got %s: %s", f.Rule, f.Observed)
			}
		})
	}
	wg.Wait()
}
