// Package originconn is the only road from edgesim to an origin. It resolves,
// dials, shakes hands, verifies, sends and reads, each step in its own file,
// with its own times and facts, and it ends in a response or in one
// [policy.Cause]: never in a bare error.
//
// # What to read first
//
// [Client.Do] is the loop over attempts; [Client.Connect] is the part of it
// that needs no request, and what a check of a handshake alone calls. Both take
// a [Target], a value that is complete before any socket is opened.
//
// # Facts and judgments
//
// This package brings facts: [Handshake] says what was seen, evidence.go turns
// errors into error numbers, timeouts and the like. Which documented rule they
// break, and what the viewer gets for it, package policy decides. Both are kept in
// the [Attempt].
//
// # Why not http.Transport
//
// The exchange is our own HTTP/1.1 over the connection, in the caller's
// goroutine. http.Transport retries, pools, adds headers and hides the wire,
// which is exactly what edgesim has to decide, show and record; and its two
// goroutines a connection cost more than the exchange itself.
//
// # TLS
//
// handshake.go is the one place of the program that turns off the verification
// of crypto/tls: the chain is judged in verify.go on what the origin sent,
// because x509.Certificate.Verify stops at its first problem, repairs the order
// of a chain and ignores the common name, and CloudFront does none of that.
//
// What an origin would accept is found out by package internal/tlsscan; scan.go is
// the part that opens its connections.
package originconn
