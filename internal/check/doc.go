// Package check finds out whether CloudFront would reach each origin of a distribution and,
// if not, which documented rule fails, on what evidence, and how to fix it.
//
// # The same code as the proxy
//
// It makes a viewer's request for every behavior, origin, viewer protocol and Host, lets
// [edge.Edge.PlanRequest] build the origin request and sends that with
// [originconn.Client.Do], as the proxy does. It dials nothing and judges no handshake
// itself, so the two cannot disagree; a test verifies that with every origin of the lab.
//
// # What to read first
//
// [Run] is the table of contents: cases.go lists what to ask, visit.go asks it, judge.go
// turns what was seen into one judgment for each rule, outcome.go says what the viewer
// would get. After a failure, and after a 400, 403, 404 or 421 that Host may be the reason
// for, try.go finds out whether another setting would work, and fix.go says how to fix it
// in terms of the server's own configuration.
//
// # What is sent
//
// GET requests, or HEAD, for a path that matches the behavior's pattern (see
// [Config.Path]), and nothing else that could change state at an origin. An origin shared
// by several behaviors is asked over one connection. Once its certificates have been seen,
// chains.go asks for the others that it has for CloudFront's hello (two hellos for each
// version, none completed) and performs handshakes with the other versions of the
// documented lists, in parallel. A serving edge does neither: CloudFront makes no such
// connections, and a finding must not depend on what came back in time. Nor does serve try
// http-only behind a refused certificate, or a request with another Host: an origin behind
// a serving edge gets what CloudFront would send it, and nothing else.
package check
