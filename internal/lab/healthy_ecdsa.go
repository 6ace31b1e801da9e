package lab

import "github.com/edgesim/edgesim/policy"

// healthyECDSA is an origin with nothing wrong: an ECDSA P-256 key, the complete
// chain in order, TLS 1.2 and 1.3, keep-alive. It answers with what it received.
func healthyECDSA() Fault {
	return Fault{
		Name:   "healthy-ecdsa",
		Title:  "Nothing is wrong: a complete chain for an ECDSA P-256 key.",
		Rules:  []policy.RuleID{"CF-CERT-13", "CF-TLS-09"},
		Status: 200,
		Scheme: "https",
		start:  serveChain(sound),
	}
}

// defaultHealthy is the origin for paths that belong to no fault.
const defaultHealthy = "healthy-ecdsa"
