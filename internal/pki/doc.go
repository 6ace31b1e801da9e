// Package pki mints certificates: valid ones, and ones that are wrong in exactly one chosen
// way.
//
// The lab uses it for its broken origins, the viewer side of the proxy for the certificates
// it presents to browsers, and tests for everything else. It is not a certificate authority
// for production: there is no revocation, no serial number database and no protection of
// keys beyond the caller's own.
//
// # What to read first
//
// A [Template] says what a certificate must contain; its zero value plus a name and two
// dates is a valid one. [NewCA] makes a root, [Certificate.Issue] issues certificates below
// it, and [TLS] puts certificates, in any order, into the form that a TLS server needs.
//
// # Time
//
// The package never uses the current time. A root has explicit dates; certificates issued
// without dates get those of the issuer.
//
// # Intentional mistakes
//
// Most mistakes of real origins are ordinary contents: an old date, a missing name, the
// wrong [Purpose]. What no honest certificate authority would sign is requested by
// [Template.Flaw] and [Template.IssuerName].
package pki
