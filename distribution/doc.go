// Package distribution holds what a team configured: a CloudFront
// distribution with its origins, origin groups, cache behaviors and policies.
//
// The names are those of CloudFront's API (DistributionConfig), in Go
// spelling; where the two differ, the field's comment gives the API's name.
// The package is data and two pure questions about it: is it a distribution
// that CloudFront would accept ([Distribution.Validate]), and which behavior
// answers a path ([Distribution.Match]). It performs no I/O and knows nothing
// of what CloudFront does with a request: that is package policy.
//
// # Where the documentation is kept
//
// Documented defaults are in defaults.go, ranges and quotas in limits.go, each
// with the id of its rule. AWS's managed policies are data, in
// managed_policies.json, and read on first use. A [Problem] names the rule it
// breaks by id; the rules themselves are package policy's.
//
// # What to read first
//
// [Distribution], then [Origin] and [CacheBehavior]. Readers of files live in
// package ingest, which returns these values with every default filled in.
package distribution
