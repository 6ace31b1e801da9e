// Package replay answers requests to origins from a recording, with no origin at
// all: failures as failures, with the attempts, handshakes and chains of then.
//
// # What to read first
//
// [Open] reads a recording and gives a [Source]; [Source.Answer] is what stands
// at the one road to origins, as originconn.Client.Answer. answer.go makes a
// result of a recorded exchange, and says what cannot be made one.
//
// # Which exchange answers
//
// A request to an origin is answered by the recorded exchange that agrees with
// it in all of these:
//
//  1. the method, as sent to the origin;
//  2. the URL, as sent to the origin: scheme, host, port, path and query;
//  3. the values of the header fields that were chosen, none by default;
//  4. the body: its size, and the part of it that was recorded;
//  5. its turn: the n-th such request gets the n-th such exchange, in the order
//     in which they were recorded, and after the last one the last one again.
//
// The archive of a browser knows nothing of origins: there, path and query are
// those that the viewer asked for, and the host does not count.
//
// # Custom error pages
//
// An exchange whose answer was replaced by a custom error page answers twice: the
// origin's own status and head for the request that failed, and the page for the
// request of the page. The page then replaces the answer again. The body that it
// replaced is not recorded: without the custom error response it is cut off.
//
// # What cannot answer
//
// An exchange that would answer otherwise than it did is never played. A body of
// which only the beginning was recorded, a custom error page without the head that
// it replaced, a tunnel, a viewer who left, a fault on demand: the request is then
// treated as one without a match, and the cause says which it was. What was
// redacted is played as it was recorded, and counted in [Source.Redacted].
package replay
