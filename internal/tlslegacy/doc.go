// Package tlslegacy is a TLS client for SSLv3, TLS 1.0, TLS 1.1 and TLS 1.2
// that exists only to find out what an origin of old speaks.
//
// # Do not use it for anything else
//
// CloudFront offers origins versions and suites that crypto/tls lacks: SSLv3,
// RC4-MD5, the ECDHE suites with AES-256-CBC and SHA-384, SHA-1 and SHA-224
// signatures in TLS 1.2, version sets with holes. An origin that needs one of
// them is reached by CloudFront, so edgesim must reach it too. This package is
// that second road. originconn takes it after crypto/tls was refused, and
// nothing else in the program may import it. It protects no secret worth
// keeping:
//
//   - SSLv3 is broken by design: its padding is not authenticated (POODLE,
//     CVE-2014-3566), and nothing here can fix that.
//   - RC4 leaks plaintext (RFC 7465), 3DES has a 64-bit block (Sweet32,
//     CVE-2016-2183), MD5 and SHA-1 signatures can be forged (SLOTH,
//     CVE-2015-7575).
//   - Static RSA has no forward secrecy.
//   - A downgrade by somebody in the middle is not detected: the sentinels of
//     RFC 8446 section 4.1.3 are not looked at, there is no fallback signal
//     (RFC 7507), and the extended master secret (RFC 7627) is not insisted on.
//   - Nobody verifies the certificates but the caller's hook; with no hook,
//     every server is believed.
//   - The code is ours and unaudited. It takes care with the MAC of CBC
//     records, but no claim is made for side channels on other processors, nor
//     that keys are erased from memory.
//
// # What to read first
//
// [Client] puts a [Config] on a connection and gives a [Conn], a net.Conn that
// works under http.Transport. Config offers exactly what it lists: there are
// no defaults, as the lists are the caller's whole point.
// [Conn.ConnectionState] gives the facts also of a handshake that failed.
//
// # Errors
//
// An alert from the server is an [*AlertError]. What the server did wrong is a
// [*ProtocolError] with a [Reason]. What the network did is passed on as it
// came. A config that cannot be offered is a plain error, and costs no byte on
// the wire.
//
// # What is left out, and why
//
// Session resumption: keep-alive saves the same handshakes, and a resumed
// session would hide the certificates. Renegotiation: CloudFront refuses it
// (CF-TLS-22), see [Conn.Read]. Encrypt-then-MAC, truncated HMAC, compression,
// ALPN, OCSP stapling: not part of the hello that is documented or was
// observed.
package tlslegacy
