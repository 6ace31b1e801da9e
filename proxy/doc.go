// Package proxy is the viewer's side of the wire: it takes HTTP requests in
// every form a viewer can send them, turns each into an [edge.ViewerRequest],
// and writes the [edge.Response] back. It decides nothing about the request
// and edits no header that package policy is responsible for.
//
// # What to read first
//
// [Server] with its [Config]. Then the three forms, each in a file of its own:
// reverse.go (GET /path), forward.go (GET http://host/path) and connect.go
// (CONNECT host:port). All three end in the same [ServeFunc] and in write.go.
//
// # Two servers
//
// The plain listener is served by an http.Server whose handler is goproxy: it
// tells the forms apart, and hands origin-form requests to its NonproxyHandler
// at once. The TLS listener and the inside of every CONNECT tunnel are served
// by a second http.Server, where each request, whatever its form, is one for
// the edge. A tunnel is handed to it as a connection, through a listener that
// lives in memory, so that what is said inside takes the road of every other
// request.
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
// Header fields go out as the edge made them. Only what frames a message is
// this package's business: Content-Length, Transfer-Encoding, Connection: close.
// A body that ends early is shown to the viewer as what it is: the connection
// is cut (HTTP/1.1) or the stream reset (HTTP/2).
//
// # The viewer CA
//
// HTTPS viewers see certificates minted for the name they ask for, by a
// certificate authority that belongs to this installation alone: see
// [LoadOrCreateCA].
package proxy
