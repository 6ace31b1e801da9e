package policy_test

import (
	"fmt"
	"testing"

	"github.com/edgesim/edgesim/policy"
)

func ExampleJudgeChain() {
	// An origin that serves cert.pem in place of fullchain.pem.
	root := selfSigned(&testing.T{}, "Example Root")
	intermediate := root.ca("Example CA")
	leaf := intermediate.leaf()

	findings := policy.JudgeChain(policy.ChainFacts{
		Raw:   [][]byte{leaf.Raw},
		Names: policy.NamesFor("origin.example.com", "", false),
		At:    noon,
		Trust: policy.NewTrustStore(root.Certificate),
	})
	if f, failed := policy.DecidingFinding(findings); failed {
		fmt.Println(f.Rule, f.Cause)
		fmt.Println(f.Subject)
	}
	// Output:
	// CF-CERT-06 cert-incomplete-chain
	// certificate 0 (CN=origin.example.com)
}
