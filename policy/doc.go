// Package policy implements what CloudFront's documentation prescribes, as data and
// as pure functions over values: the catalogue of documented behaviors, the TLS
// lists, the limits, the judgment of certificate chains, the causes of viewer
// errors, and the error pages. It performs no I/O.
//
// # Configuration is not policy
//
// CloudFront also calls some configuration objects policies. They are data and
// are in package distribution ([distribution.OriginRequestPolicy]); what the
// service does with them is behavior and belongs here.
//
// # Rules, findings, causes
//
// A [Rule] is one documented behavior with its id and source; [Catalogue] returns
// all of them. A judging function returns a [Finding], with evidence, for each rule
// it checked. When an exchange fails, exactly one [Cause] says why the viewer got an
// error: it holds the deciding rule, the status and the sentence on the page.
//
// # Facts come from outside
//
// Code that uses sockets passes facts as values ([DialFacts], [HandshakeFacts],
// [ReadFacts], [ChainFacts]): error numbers, timeouts, alerts, bytes. The function
// of the same name decides what they mean ([JudgeDial], [JudgeHandshake],
// [JudgeRead], [JudgeChain]). No other package creates CloudFront causes.
//
// # Files
//
// Each family of rules has a file: cert.go for CF-CERT, name.go for CF-NAME,
// connect.go for CF-CONN and CF-DNS, tls.go for CF-TLS, errorpage.go for CF-ERR,
// request.go for CF-REQ. The judge_ files follow an attempt through its steps.
package policy
