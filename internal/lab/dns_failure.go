package lab

import (
	"context"

	"github.com/edgesim/edgesim/policy"
)

// dnsFailure is an origin whose name cannot resolve: RFC 2606 reserves the top
// level domain .invalid for that.
func dnsFailure() Fault {
	return Fault{
		Name:   "dns-failure",
		Title:  "The name of the origin does not resolve.",
		Cause:  policy.CauseDNSFailure,
		Rules:  []policy.RuleID{"CF-DNS-01"},
		Status: 502,
		Scheme: "https",
		domain: "lab.edgesim.invalid",
		start: func(context.Context, *site) error {
			return nil // nothing listens, and Connect has no entry
		},
	}
}
