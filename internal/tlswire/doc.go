// Package tlswire handles TLS as bytes: records, handshake messages and alerts as they are
// on the wire, without a connection or judgments.
//
// # Why it exists
//
// crypto/tls tells a client whether a handshake worked. To say why it did not, edgesim must
// see what the server actually sent: the number of its alert, the version and suite it
// chose, the certificates in the order received, and whether it requested a client
// certificate. Those are facts, and this package reads them from a copy of the bytes
// received.
//
// # Reading the first flight
//
// [ParseFlight] is the usual entry point. It takes everything the server has sent so far
// and returns a [Flight]. The bytes are untrusted: no length is used before it is compared
// with what is there, records and messages have hard limits ([MaxRecord], [MaxMessage]),
// fragments are reassembled, and every input has a result. What is encrypted stays opaque.
// [FlightReader] does the same with bytes as they arrive, and knows when nothing more can
// be learned by waiting.
//
// # Asking
//
// [ClientHello] builds the hello by hand, with any lists, even those that no library would
// send. If it has a key share, its [SentHello.Reader] also reads the certificates that TLS
// 1.3 encrypts. No handshake is ever completed: asking does not require it.
//
// # Names
//
// [SuiteName], [VersionName], [GroupName], [SignatureName] and [AlertName] give numbers the
// names of the IANA registries and the RFCs, for reports. [KeyExchange] and
// [SuiteInVersion] return what a suite's name implies.
//
// # What it is not
//
// It opens no connection and is not a TLS client: originconn does the former, crypto/tls
// and tlslegacy are the latter. It makes no judgments: package policy does.
package tlswire
