// Package recording keeps what the edge observed of each exchange: the viewer's
// request, the selected behavior and origin, the request sent, every attempt with
// its handshake and findings, the cause, and the response.
//
// # What to read first
//
// [Exchange] is the record; a [Recorder] receives finished ones. A [Store] is a
// Recorder that can be queried: [Ring] keeps the newest exchanges in memory. [Tee]
// passes exchanges to several Recorders. Every store redacts credentials with
// [Redact] before it keeps an exchange, unless configured not to.
//
// # The JSON of an exchange
//
// An Exchange has one JSON form, designed for use with curl and jq, and read back
// without loss. The fields have the names of the Go fields, and:
//
//   - A field that ends in Ms is a duration in milliseconds, a number that may
//     have decimals: durationMs, firstByteMs, attempts[].phases.dialMs. Times
//     are RFC 3339 in UTC.
//   - TLS versions, cipher suites and curves are names: "TLSv1.2" as
//     OriginSslProtocols spells it, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256" as
//     IANA does, "prime256v1" as CloudFront's page does. A number without a
//     name is written as "0x1305". Values that were not negotiated are omitted.
//   - handshake.certificates is the chain as sent, in order. Each certificate has
//     subject, issuer, dnsNames, notBefore, notAfter and sha256 for readers, and
//     der, in base64, as evidence. If it cannot be parsed, unreadable replaces
//     what could not be read.
//   - handshake.flight, for a failed handshake, is everything that the origin
//     sent, in base64.
//   - handshake.alert has level (1 warning, 2 fatal), number and name.
//   - body, originHead and firstBytes are text. If the bytes are not UTF-8, the
//     field is omitted and bodyBase64, originHeadBase64 or firstBytesBase64 holds
//     them. In all other text, a byte that is not UTF-8 becomes U+FFFD.
//   - viewer.header and response.header map a field's name to its values;
//     sent.header is a list of {name, value} in the order sent, and so is
//     viewer.fields, including Host. viewer.fields is omitted if the order is not
//     known, as over HTTP/2.
//   - changes are the changes that settings and functions made to the request and
//     response: leg, field, kind (added, changed, dropped), from, to, by and rule.
//     cache is what the cache did with the request, functions lists the functions
//     that ran, and failover the origin group members that failed over.
//   - tunnel is present for a WebSocket: protocol (ws or wss), the bytes forwarded
//     in each direction, durationMs, and ended, which says what ended it.
//   - grpc is present for a gRPC call: its status and message, from the origin's
//     grpc-status and grpc-message. response.trailer has the trailer fields,
//     handshake.alpn the protocols offered and the one selected.
//   - cause is omitted on success; cause.error is the text of the underlying
//     error.
//   - forced is the id of the fault on demand that was played (see package
//     faults); omitted if none was.
//   - replayed is the id of the recorded exchange that answered instead of the
//     origin (see package internal/replay); omitted if the origin answered.
//
// The form is published as a JSON Schema, see [Schema].
//
// A [Summary], as shown in lists, has the same form with most fields omitted; the
// remaining ones are at the same place.
package recording
