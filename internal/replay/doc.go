// Package replay answers requests to origins from a recording, without any origin: failures
// as failures, with the original attempts, handshakes and chains.
//
// # What to read first
//
// [Open] reads a recording and returns a [Source]; [Source.Answer] is used as
// originconn.Client.Answer. answer.go makes a result from a recorded exchange, and says
// which ones cannot be used.
//
// # Which exchange answers
//
// A request to an origin is answered by the recorded exchange that matches it in all of
// these:
//
//  1. the method, as sent to the origin;
//  2. the URL, as sent to the origin: scheme, host, port, path and query;
//  3. the values of the selected header fields, none by default;
//  4. the body: its size, and the part of it that was recorded;
//  5. its turn: the n-th such request gets the n-th such exchange, in the order
//     in which they were recorded, and after the last one the last one again.
//
// A browser's archive knows nothing about origins: there, path and query are those that the
// viewer requested, and the host does not count.
//
// # Custom error pages
//
// An exchange whose answer was replaced by a custom error page answers twice: the origin's
// own status and head for the request that failed, and the page for the request of the
// page. The page then replaces the answer again. The replaced body is not recorded: without
// the custom error response, it is cut off.
//
// # What cannot answer
//
// An exchange that would answer differently than it did is never played: one whose body was
// only partly recorded, a custom error page without the head that it replaced, a tunnel, a
// viewer who left, a fault on demand. The request is then treated as one without a match,
// and the cause says which it was. What was redacted is played as recorded, and counted in
// [Source.Redacted].
package replay
