// Package inspector shows what was recorded and the catalogue of rules, for
// programs, as JSON over HTTP.
//
// # What to read first
//
// [Handler] makes the http.Handler; the table of its addresses is in routes.go,
// and GET / lists them. The shape of an exchange is described in package
// recording. An error is {"error": …, "hint": …}, and one about a parameter of
// the query has "parameter", "value" and "allowed" besides.
//
// # Who may ask
//
// Whoever can reach the address may read, so it listens on loopback unless the
// user says otherwise. A page in a browser must not: there are no CORS headers,
// a request whose Host is not an address of the listener is refused (which ends
// DNS rebinding, where a foreign name is made to point here), and a write that
// comes from another site is refused.
//
// # How long
//
// [NewServer] bounds what a connection may wait for and how many there are: the
// descriptors are the viewers'.
package inspector
