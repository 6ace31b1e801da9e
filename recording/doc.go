// Package recording keeps what the edge saw of each exchange: the viewer's
// request, the behavior and origin chosen, the request sent, every attempt with
// its handshake and findings, the cause, and the response.
//
// # What to read first
//
// [Exchange] is the record; a [Recorder] takes finished ones. A [Store] is a
// recorder that can be asked: [Ring] keeps the newest in memory. [Tee] hands
// exchanges to several. Every store hides credentials with [Redact] before it
// keeps an exchange, unless told otherwise.
//
// # The JSON of an exchange
//
// An Exchange has one JSON shape, written for people with curl and jq, and read
// back without loss. The fields have the names of the Go fields, and:
//
//   - A field that ends in Ms is a duration in milliseconds, a number that may
//     have decimals: durationMs, firstByteMs, attempts[].phases.dialMs. Times
//     are RFC 3339 in UTC.
//   - TLS versions, cipher suites and curves are names: "TLSv1.2" as
//     OriginSslProtocols spells it, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256" as
//     IANA does, "prime256v1" as CloudFront's page does. A number without a
//     name is written "0x1305". What was not agreed on is left out.
//   - handshake.certificates is the chain as sent, in order. Each has subject,
//     issuer, dnsNames, notBefore, notAfter and sha256 to read, and der, in
//     base64, as evidence; one that cannot be parsed has unreadable in place of
//     what could not be read.
//   - handshake.flight, of a handshake that failed, has all that the origin sent,
//     in base64.
//   - handshake.alert has level (1 warning, 2 fatal), number and name.
//   - body, originHead and firstBytes are text. Where the bytes are not UTF-8
//     they are left out, and bodyBase64, originHeadBase64 or firstBytesBase64
//     has them. In all other text a byte that is not UTF-8 becomes U+FFFD.
//   - viewer.header and response.header map a field's name to its values;
//     sent.header is a list of {name, value} in the order sent, and so is
//     viewer.fields, Host included; it is left out where the order is not known,
//     as over HTTP/2.
//   - changes are what settings and functions made of the request and response:
//     leg, field, kind (added, changed, dropped), from, to, by and rule. cache says
//     what the cache made of the request, functions what ran, failover which
//     members of an origin group were given up.
//   - tunnel is there for a WebSocket: protocol (ws or wss), the bytes handed on
//     in each direction, durationMs, and in ended what ended it.
//   - grpc is there for a gRPC call: its status and message, as the origin's
//     grpc-status and grpc-message said them. response.trailer has all fields
//     after the body, handshake.alpn the protocol offered and agreed on.
//   - cause is left out when all went well; cause.error is the text of the
//     error underneath.
//   - forced is the id of the fault on demand that was played (see package
//     faults); left out where the origin did it all itself.
//   - replayed is the id of the recorded exchange that answered in the origin's
//     place (see package internal/replay); left out where the origin was asked.
//
// The shape is published as a JSON Schema, see [Schema].
//
// A [Summary], as lists show it, is the same shape with most of it left out:
// what it has stands at the same place.
package recording
