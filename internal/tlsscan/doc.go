// Package tlsscan finds out what an origin's TLS would accept: it sends hellos made
// by hand, and reads what each one draws. No handshake is completed and no request
// is sent. What the origin would be offered plays no part, except that documented
// values are asked for first.
//
// It opens no socket. Package originconn gives it the function that asks, so that
// a scan takes the same path to the origin as every request.
//
// # What to read first
//
// [Run] is a scan, run.go its waves, plan.go what to ask next. A facet is one list
// of a hello (suites, groups, signature schemes) of which it is being found out
// what the origin accepts. [Report] is what was found, and [Report.Explain] says
// why an offer is refused.
package tlsscan
