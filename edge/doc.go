// Package edge takes one viewer request from match to response: it is what
// CloudFront's edge location does, and the table of contents of the program.
//
// # What to read first
//
// [Edge.Serve]: match a behavior, refuse what the edge refuses itself, plan the
// origin request (pure, [PlanRequest]), fetch it over originconn, answer with
// the origin's response or an error page, record. It knows nothing of goproxy
// or of HTTP servers: package proxy turns wire requests into [ViewerRequest].
package edge
