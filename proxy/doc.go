// Package proxy is the viewer-facing side of the edge. It accepts HTTP requests in
// every form that a viewer can send, turns each into an [edge.ViewerRequest], and
// writes the [edge.Response] back. It makes no decisions about a request and does
// not modify headers that package policy is responsible for.
//
// # What to read first
//
// [Server] and its [Config]. Then reverse.go, which every request and its response
// pass through; forward.go (GET http://host/path), connect.go (CONNECT host:port)
// and http2.go are the ways in.
//
// # Three servers
//
// The plain listener uses a server of package internal/http1, which hands
// absolute-form and CONNECT requests to goproxy. Origin-form requests go straight
// to the edge, where goproxy would forward them anyway. A second server handles the
// TLS listener and the inside of every CONNECT tunnel; it passes requests of any
// form to the edge. Connections that negotiated HTTP/2 are handed to a net/http
// server.
//
// The proxy does not answer malformed requests itself: it tells the edge what is
// wrong, and the edge responds as CloudFront does.
//
// # goproxy stays off the network
//
// Nothing in this package opens a connection. goproxy's own transport and dialers
// are replaced with ones that fail. Its built-in certificate authority, whose key
// is public, is never used. The round tripper it is given always returns a
// response, so that goproxy never generates an error page.
//
// # Framing
//
// Header fields are sent as the edge set them. Message framing (Content-Length,
// Transfer-Encoding, Connection) is handled by internal/http1 for HTTP/1 and by
// net/http for HTTP/2. If a body ends early, the viewer sees it: the connection is
// closed, or the stream is reset.
//
// # The viewer CA
//
// HTTPS viewers receive certificates issued for the name they request, by a
// certificate authority that is unique to this installation: see [LoadOrCreateCA].
package proxy
