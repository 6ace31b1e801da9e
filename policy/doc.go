// Package policy holds what CloudFront's documentation prescribes, as data and
// as pure functions over values: the catalogue of documented behaviors, the
// TLS lists, the limits, the judgment of a certificate chain, the causes a
// viewer can get an error for, and the pages it then sees. It performs no I/O.
//
// # Configuration is not policy
//
// CloudFront also calls some configuration objects policies. They are data and
// live in package distribution ([distribution.OriginRequestPolicy]); what the
// service does with them is behavior and lives here.
//
// # Rules, findings, causes
//
// A [Rule] is one documented behavior with its id and source; [Catalogue] is
// all of them. A judging function returns a [Finding] for each rule it looked
// at, with the evidence. When an exchange fails, exactly one [Cause] says why
// the viewer got an error: it names the deciding rule, the status and the
// sentence on the page.
//
// # Facts come from outside
//
// Whoever has sockets brings facts, as values ([DialFacts], [HandshakeFacts],
// [ReadFacts], [ChainFacts]): error numbers, timeouts, alerts, bytes. What they
// mean is decided here, by the function that is named after them ([JudgeDial],
// [JudgeHandshake], [JudgeRead], [JudgeChain]). No other package makes a cause of
// CloudFront's.
//
// # Files
//
// Families are files: cert.go judges CF-CERT, name.go CF-NAME, connect.go
// CF-CONN and CF-DNS, tls.go CF-TLS, errorpage.go CF-ERR, request.go CF-REQ. The
// judge_ files follow an attempt through its steps.
package policy
