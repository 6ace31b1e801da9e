// Package http1 serves HTTP/1.1 and HTTP/1.0 to viewers: it reads requests
// strictly, keeps what net/http's server loses, and refuses nothing by itself.
//
// It is not a general server. It knows no routes, no HTTP/2 and no upgrade but
// [Response.Hijack], and it has no opinion: a request that cannot be read goes
// to [Server.Refuse] with the reason, so that the edge can answer as CloudFront
// does, and record it.
//
// # What to read first
//
// [Server] and [Request]; then conn.go, the loop of one connection. Reading:
// readhead.go takes a head from the connection, parsehead.go says what it
// means, target.go and framing.go judge its parts, body.go and chunked.go read
// what follows. Writing: response.go and responsehead.go.
//
// # Strictness
//
// Where two readers of the same bytes could disagree about where a request
// ends, there is no reading: Content-Length beside Transfer-Encoding, two
// lengths, a coding other than exactly "chunked", a line that ends in a bare LF,
// a folded line, a space before a colon, a second Host. RFC 9112 allows or
// demands refusing each of them; that CloudFront does so with its 400 is
// inferred from CF-ERR-24, which does not say what it counts as malformed.
//
// # What is kept
//
// The fields of a request stay in the order and the letter case in which they
// came ([Request.Fields]); the map beside them is for those who ask for names.
// Nothing of a request is reused for the next one: whoever records it may keep
// it. What is reused are the connection's buffers.
//
// # Viewers that leave
//
// The context of a request ends when the viewer hangs up. Looking for that
// takes a goroutine that reads ahead, which is started when somebody first
// waits for the context: a request that is answered at once never pays for it.
package http1
