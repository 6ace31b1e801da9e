// Package http1 serves HTTP/1.1 and HTTP/1.0 to viewers: it parses requests strictly, keeps
// what net/http's server loses, and refuses nothing by itself.
//
// It is not a general server. It has no routes, no HTTP/2, and no upgrade except
// [Response.Hijack], and it makes no decisions: a request that cannot be parsed goes to
// [Server.Refuse] with the reason, so that the edge can answer as CloudFront does, and
// record it.
//
// # What to read first
//
// [Server] and [Request]; then conn.go, the loop of one connection. Reading: readhead.go
// takes a head from the connection, parsehead.go parses it, target.go and framing.go judge
// its parts, body.go and chunked.go read what follows. Writing: response.go and
// responsehead.go.
//
// # Strictness
//
// Where two parsers of the same bytes could disagree about where a request ends, the
// request is refused: Content-Length with Transfer-Encoding, two lengths, a coding other
// than exactly "chunked", a line that ends in a bare LF, a folded line, a space before a
// colon, a second Host. RFC 9112 allows or requires refusing each of them; that CloudFront
// does so with its 400 is inferred from CF-ERR-24, which does not say what it counts as
// malformed.
//
// # What is kept
//
// The fields of a request keep their original order and letter case ([Request.Fields]); the
// map is for lookups by name. Nothing of a request is reused for the next one, so it can be
// kept in a record. Only the connection's buffers are reused.
//
// # Viewers that leave
//
// The context of a request ends when the viewer hangs up. Detecting that takes a goroutine
// that reads ahead, which is started when something first waits for the context: a request
// that is answered at once never pays for it.
package http1
