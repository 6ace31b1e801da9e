// Package tlswire treats TLS as bytes: records, handshake messages and alerts
// as they stand on the wire, without a connection or an opinion.
//
// # Why it exists
//
// crypto/tls tells a client whether a handshake worked. To say why it did not,
// edgesim must see what the server really sent: the number of its alert, the
// version and suite it chose, the certificates in the order in which they
// came, and whether it asked for a client certificate. Those are facts, and
// this package reads them from a copy of the bytes that the connection took.
//
// # Reading the first flight
//
// [ParseFlight] is the function that readers want. It takes everything the
// server sent so far and returns a [Flight]. The bytes come from a stranger:
// no length is believed before it is compared with what is there, records and
// messages have hard limits ([MaxRecord], [MaxMessage]), any fragmentation is
// put together, and every input has a result. What is encrypted stays opaque.
// [FlightReader] does the same with bytes as they come, and knows when no more
// can be learned by waiting.
//
// # Asking
//
// [ClientHello] builds the question by hand, with any list in it, also lists
// that no library would send. With a key share in it, its [SentHello.Reader]
// also reads the certificates that TLS 1.3 encrypts. No handshake is ever
// completed: what can be told by asking needs no more.
//
// # Names
//
// [SuiteName], [VersionName], [GroupName], [SignatureName] and [AlertName] give
// numbers the names of the IANA registries and the RFCs, for reports.
// [KeyExchange] and [SuiteInVersion] say what a suite's name says.
//
// # What it is not
//
// It opens no connection and is not a TLS client: originconn is the first, and
// crypto/tls and tlslegacy are the second. It does not judge: that is package
// policy.
package tlswire
