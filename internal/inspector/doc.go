// Package inspector serves the recordings and the catalogue of rules to programs, as JSON
// over HTTP.
//
// # What to read first
//
// [Handler] makes the http.Handler; the table of its paths is in routes.go, and GET / lists
// them. The form of an exchange is described in package recording. An error is {"error": …,
// "hint": …}; one about a query parameter also has "parameter", "value" and "allowed".
//
// # Access
//
// Anyone who can reach the address may read, so it listens on loopback unless the user says
// otherwise. Other sites' pages in a browser must not: there are no CORS headers, a request
// whose Host is not an address of the listener is refused (which prevents DNS rebinding,
// where a foreign name is pointed here), and a write that comes from another site is
// refused.
//
// # Limits
//
// [NewServer] limits how long connections may wait and how many there are: file descriptors
// are for the viewers.
package inspector
