// Package pki mints certificates: good ones, and ones that are wrong in
// exactly one chosen way.
//
// The lab uses it for its broken origins, the viewer side of the proxy for the
// certificates it shows to browsers, and tests for everything else. It is not a
// certificate authority for production: there is no revocation, no serial
// number database and no protection of keys beyond what the caller does with
// them.
//
// # What to read first
//
// A [Template] says what a certificate must contain; its zero value plus a
// name and two dates is a sound one. [NewCA] makes a root, [Certificate.Issue]
// makes what stands below it, and [TLS] puts certificates, in any order, into
// the form that a TLS server wants.
//
// # Time
//
// The package never asks for the time. A root states its dates; whatever is
// issued without dates gets those of its issuer.
//
// # Wrong on purpose
//
// Most mistakes of real origins are ordinary content: an old date, a missing
// name, the wrong [Purpose]. What no honest certificate authority would sign
// is asked for by [Template.Flaw] and [Template.IssuerName].
package pki
