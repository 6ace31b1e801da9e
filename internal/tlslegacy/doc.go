// Package tlslegacy is a TLS client for SSLv3, TLS 1.0, TLS 1.1 and TLS 1.2 that exists
// only to find out what an old origin speaks.
//
// # Do not use it for anything else
//
// CloudFront offers origins versions and suites that crypto/tls lacks: SSLv3, RC4-MD5, the
// ECDHE suites with AES-256-CBC and SHA-384, SHA-1 and SHA-224 signatures in TLS 1.2,
// version sets with gaps. CloudFront reaches an origin that needs one of them, so edgesim
// must reach it too, with this client. originconn uses it after crypto/tls was refused, and
// nothing else in the program may import it. It protects no secret worth keeping:
//
//   - SSLv3 is broken by design: its padding is not authenticated (POODLE,
//     CVE-2014-3566), and nothing here can fix that.
//   - RC4 leaks plaintext (RFC 7465), 3DES has a 64-bit block (Sweet32,
//     CVE-2016-2183), MD5 and SHA-1 signatures can be forged (SLOTH,
//     CVE-2015-7575).
//   - Static RSA has no forward secrecy.
//   - A downgrade by a man in the middle is not detected: the sentinels of
//     RFC 8446 section 4.1.3 are not checked, there is no fallback signal
//     (RFC 7507), and the extended master secret (RFC 7627) is not required.
//   - Only the caller's hook verifies the certificates; without a hook, every
//     server is accepted.
//   - The code is ours and unaudited. It takes care with the MAC of CBC
//     records, but makes no claims about side channels on other processors or
//     that keys are erased from memory.
//
// # What to read first
//
// [Client] puts a [Config] on a connection and returns a [Conn], a net.Conn that works
// under http.Transport. Config offers exactly what it lists: there are no defaults, as the
// lists are the caller's whole point. [Conn.ConnectionState] returns the facts, even of a
// failed handshake.
//
// # Errors
//
// An alert from the server is an [*AlertError]. A mistake of the server is a
// [*ProtocolError] with a [Reason]. Network errors are passed on unmodified. A config that
// cannot be offered is a plain error, and sends nothing.
//
// # What is left out, and why
//
// Session resumption: keep-alive saves the same handshakes, and a resumed session would
// hide the certificates. Renegotiation: CloudFront refuses it (CF-TLS-22), see [Conn.Read].
// Encrypt-then-MAC, truncated HMAC, compression, ALPN, OCSP stapling: not part of the
// documented or observed hello.
package tlslegacy
