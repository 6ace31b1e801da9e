// Package explain draws the picture of a request before it is sent: its distribution,
// behavior and policies, its cache key, and what the origin would get, with every field
// marked kept, added, changed or dropped. It sends nothing: it shows what [edge.Edge]
// decides without any I/O.
//
// # What to read first
//
// [Draw] makes a [Picture]; text.go formats one for people. [Compare] describes the
// differences between two sets of distributions in terms of requests.
package explain
