// Package proxy is the viewer's side of the wire: it takes HTTP requests in
// every form a viewer can send them, turns each into an [edge.ViewerRequest],
// and writes the [edge.Response] back. It decides nothing about the request
// and edits no header that package policy is responsible for.
//
// # What to read first
//
// [Server] with its [Config]. Then reverse.go, where a request and its response
// go by; forward.go (GET http://host/path), connect.go (CONNECT host:port) and
// http2.go are the roads that lead there.
//
// # Three servers
//
// The plain listener is served by a server of package internal/http1, which
// hands absolute-form requests and CONNECT to goproxy. Origin-form requests go
// where goproxy would hand them on to: straight to the edge. The TLS listener and
// the inside of every CONNECT tunnel are served by a second one, where each
// request, whatever its form, is one for the edge. Connections that agreed on
// HTTP/2 are handed to a server of net/http.
//
// A request that cannot be read is not answered here: the edge is told why, and
// answers as CloudFront does.
//
// # goproxy stays off the network
//
// Nothing in this package opens a connection. goproxy's own transport and
// dialers are replaced by ones that fail, its built-in certificate authority,
// whose key is public, is never used, and the round tripper it is given always
// returns a response, so that goproxy makes no error page of its own.
//
// # Framing
//
// Header fields go out as the edge made them. What frames a message over HTTP/1
// (Content-Length, Transfer-Encoding, Connection) is the business of
// internal/http1, over HTTP/2 that of net/http. A body that ends early is shown
// to the viewer as what it is: the connection is cut, or the stream reset.
//
// # The viewer CA
//
// HTTPS viewers see certificates minted for the name they ask for, by a
// certificate authority that belongs to this installation alone: see
// [LoadOrCreateCA].
package proxy
