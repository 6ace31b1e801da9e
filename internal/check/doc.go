// Package check says whether CloudFront would reach each origin of a
// distribution, and if not, which documented rule fails, on what evidence, and
// how to fix it.
//
// # The very same road
//
// It makes a viewer's request for every behavior, origin, viewer protocol and
// Host, lets [edge.Edge.PlanRequest] build the origin request and sends that
// with [originconn.Client.Do], as the proxy does. It dials nothing itself and
// judges no handshake itself, so the two cannot disagree; a test holds every
// origin of the lab to that.
//
// # What to read first
//
// [Run] is the table of contents: cases.go lists what there is to ask, visit.go
// asks it, judge.go turns what was seen into one judgment for each rule,
// outcome.go says what the viewer would get. After a failure, and after a 400, 403,
// 404 or 421 that Host may be the reason of, try.go looks whether another setting
// would work, and fix.go says how to fix it in the
// words of the server's own configuration.
//
// # What is sent
//
// GET requests, or HEAD, for the path that a behavior's pattern stands for (see
// [Config.Path]), and nothing else that could change state at an origin. An
// origin that several behaviors share is asked over one connection. Once its
// certificates were seen, chains.go asks for the others that it has for
// CloudFront's hello (two hellos for each version, none completed) and shakes
// hands under the other states of the documented lists, side by side. A serving
// edge does neither: CloudFront makes no such connections, and a finding that
// depends on what came back in time is none. Nor does serve try http-only behind a
// certificate that is refused, or a request with another Host: an origin behind a
// serving edge gets what CloudFront would send it, and nothing else.
package check
