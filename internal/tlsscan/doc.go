// Package tlsscan finds out what an origin's TLS would accept: it sends hand-made hellos
// and reads the responses. It completes no handshake and sends no request. What the origin
// would be offered plays no part, except that documented values are tried first.
//
// It opens no socket. Package originconn provides the function that sends a hello, so that
// a scan takes the same path to the origin as every request.
//
// # What to read first
//
// [Run] is a scan, run.go its waves, plan.go what to ask next. A facet is one list of a
// hello (suites, groups, signature schemes) whose accepted values are being determined.
// [Report] holds the results, and [Report.Explain] says why an offer is refused.
package tlsscan
