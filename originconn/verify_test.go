package originconn_test

import (
	"context"
	"testing"

	"github.com/edgesim/edgesim/internal/pki"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

// TestNotJudgedIsNotUsed: a viewer that leaves between the handshake and the verdict must
// not leave an unjudged connection behind: the next viewer would be served over it. It
// happened in the soak test, about once in 4,000 requests.
func TestNotJudgedIsNotUsed(t *testing.T) {
	t.Parallel()
	root, err := pki.NewCA(pki.Template{CommonName: "a root that nobody trusts", NotBefore: noon.AddDate(-1, 0, 0), NotAfter: noon.AddDate(1, 0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := root.Issue(pki.Template{DNSNames: []string{"app.example.com"}})
	if err != nil {
		t.Fatal(err)
	}
	client := &originconn.Client{Trust: func() *policy.TrustStore { return policy.NewTrustStore() }}
	t.Cleanup(func() { client.Close() })
	left, leave := context.WithCancel(t.Context())
	leave()
	for name, ctx := range map[string]context.Context{"a viewer that stays": t.Context(), "one that left": left} {
		a := &originconn.Attempt{Handshake: &originconn.Handshake{PeerCertificates: [][]byte{leaf.X509.Raw}}}
		if cause := client.TestOnlyVerify(ctx, &originconn.Target{Host: "app.example.com"}, a); cause == nil {
			t.Errorf("%s: the certificate passes", name)
		}
	}
}
