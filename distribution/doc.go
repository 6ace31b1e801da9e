// Package distribution describes a configured CloudFront distribution: its origins,
// origin groups, cache behaviors and policies.
//
// The names are those of CloudFront's API (DistributionConfig) in Go spelling;
// where the two differ, the field's comment gives the API's name. The package is
// data plus two pure functions: [Distribution.Validate] checks whether CloudFront
// would accept the distribution, and [Distribution.Match] finds the behavior for a
// path. It performs no I/O and knows nothing about how CloudFront handles a
// request; that is package policy.
//
// # Where the documentation is kept
//
// Documented defaults are in defaults.go, ranges and quotas in limits.go, each with
// its rule id. AWS's managed policies are data, in managed_policies.json, and are
// parsed on first use. A [Problem] gives the id of the rule it breaks; the rules
// themselves are in package policy.
//
// # What to read first
//
// [Distribution], then [Origin] and [CacheBehavior]. Package ingest reads
// configuration files and returns these values with every default filled in.
package distribution
