package lab

import (
	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/policy"
)

// onlyNewTLS is the reverse of onlyOldTLS: the origin starts at TLS 1.2, and the
// distribution still allows only TLSv1.
func onlyNewTLS() Fault {
	return Fault{
		Name:   "only-new-tls",
		Title:  "The origin speaks only TLS 1.2 and 1.3, and the distribution allows only TLSv1.",
		Cause:  policy.CauseTLSProtocolMismatch,
		Rules:  []policy.RuleID{"CF-TLS-06", "CF-TLS-01"},
		Status: 502,
		Scheme: "https",
		Tune: func(o *distribution.Origin) {
			o.SSLProtocols = []distribution.SSLProtocol{distribution.TLSv1}
		},
		start: serveChain(sound),
	}
}
