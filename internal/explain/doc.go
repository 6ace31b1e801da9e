// Package explain draws the picture of a request before it is sent: which
// distribution, behavior and policies it meets, its cache key, and what the
// origin would get, every field marked kept, added, changed or dropped. It asks
// nobody: what it says is what [edge.Edge] decides without any I/O.
//
// # What to read first
//
// [Draw] makes a [Picture]; text.go writes one for people. [Compare] says in
// terms of requests what differs between two sets of distributions.
package explain
