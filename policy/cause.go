package policy

import (
	"fmt"
	"slices"
)

// CauseName is the stable short name of the one reason for which a viewer got
// an error made by the edge. The names are part of edgesim's contract.
type CauseName string

// The causes. The viewer-… ones are requests that the edge refuses itself, the
// edge-… ones its own failures.
const (
	CauseDNSFailure                   CauseName = "dns-failure"
	CauseConnectRefused               CauseName = "connect-refused"
	CauseConnectTimeout               CauseName = "connect-timeout"
	CauseConnectReset                 CauseName = "connect-reset"
	CauseTLSNotTLS                    CauseName = "tls-not-tls"
	CauseTLSProtocolMismatch          CauseName = "tls-protocol-mismatch"
	CauseTLSNoSharedCipher            CauseName = "tls-no-shared-cipher"
	CauseTLSNoSharedCurve             CauseName = "tls-no-shared-curve"
	CauseTLSHandshakeFailure          CauseName = "tls-handshake-failure"
	CauseTLSClientCertificateRequired CauseName = "tls-client-certificate-required"
	CauseCertExpired                  CauseName = "cert-expired"
	CauseCertNotYetValid              CauseName = "cert-not-yet-valid"
	CauseCertSelfSigned               CauseName = "cert-self-signed"
	CauseCertUntrustedRoot            CauseName = "cert-untrusted-root"
	CauseCertIncompleteChain          CauseName = "cert-incomplete-chain"
	CauseCertWrongOrder               CauseName = "cert-wrong-order"
	CauseCertInvalid                  CauseName = "cert-invalid"
	CauseCertNameMismatch             CauseName = "cert-name-mismatch"
	CauseResponseTimeout              CauseName = "response-timeout"
	CauseResponseCompletionTimeout    CauseName = "response-completion-timeout"
	CauseResponseInvalid              CauseName = "response-invalid"
	CauseResponseHeadersTooBig        CauseName = "response-headers-too-big"
	CauseOriginClosed                 CauseName = "origin-closed"
	CauseViewerMethodNotAllowed       CauseName = "viewer-method-not-allowed"
	CauseViewerGetWithBody            CauseName = "viewer-get-with-body"
	CauseViewerURLTooLong             CauseName = "viewer-url-too-long"
	CauseViewerHeadersTooBig          CauseName = "viewer-headers-too-big"
	CauseViewerHTTPSOnly              CauseName = "viewer-https-only"
	CauseViewerUnknownHost            CauseName = "viewer-unknown-host"
	CauseViewerBadRequest             CauseName = "viewer-bad-request"
	// The causes of viewers that are not let in: without a signature that holds, from a
	// country that is kept out, with the certificate of another distribution.
	CauseViewerMissingKey         CauseName = "viewer-missing-key"
	CauseViewerUnknownKey         CauseName = "viewer-unknown-key"
	CauseViewerMalformedSignature CauseName = "viewer-malformed-signature"
	CauseViewerMalformedPolicy    CauseName = "viewer-malformed-policy"
	CauseViewerSignatureMismatch  CauseName = "viewer-signature-mismatch"
	CauseViewerSignatureExpired   CauseName = "viewer-signature-expired"
	CauseViewerSignatureEarly     CauseName = "viewer-signature-early"
	CauseViewerSignatureResource  CauseName = "viewer-signature-resource"
	CauseViewerSignatureAddress   CauseName = "viewer-signature-address"
	CauseViewerCountryBlocked     CauseName = "viewer-country-blocked"
	CauseViewerMisdirected        CauseName = "viewer-misdirected"
	// CauseViewerAborted is a viewer that left before it could be answered: no
	// page reaches anybody, and the access log has status 000 (CF-LOG-03).
	CauseViewerAborted CauseName = "viewer-aborted"
	// CauseEdgeExhausted is a machine that edgesim runs on and that has no
	// descriptors, memory or ports left; CauseEdgeShutdown an edge that is shut
	// down. Neither says anything about the origin.
	CauseEdgeExhausted CauseName = "edge-exhausted"
	CauseEdgeShutdown  CauseName = "edge-shutdown"
	// The causes of edge functions: code that did not run to its end, a result that
	// CloudFront refuses, and a limit of Lambda.
	CauseFunctionExecution  CauseName = "function-execution-error"
	CauseFunctionValidation CauseName = "function-validation-error"
	CauseLambdaExecution    CauseName = "lambda-execution-error"
	CauseLambdaValidation   CauseName = "lambda-validation-error"
	CauseLambdaLimit        CauseName = "lambda-limit-exceeded"
)

// CauseSpec is what the catalogue says of a cause: its row of the table.
type CauseSpec struct {
	Name CauseName
	// Rule is the rule that decides it, unless a finding names a narrower one.
	Rule RuleID
	// Stage is the step at which it shows.
	Stage Stage
	// Status is what the viewer gets.
	Status int
	// Sentence is the distinguishing line of the error page.
	Sentence string
	// DetailedResultType is the value of x-edge-detailed-result-type.
	DetailedResultType string
	// CloseViewer says that the edge closes the viewer's connection after it.
	CloseViewer bool
}

// The sentences of the error pages, literally as seen on the wire
// (spec/error-pages.md section 3; OBS 2016-2026).
const (
	sentenceTLS     = "CloudFront wasn't able to connect to the origin."
	sentenceDNS     = "CloudFront wasn't able to resolve the origin domain name."
	sentenceConnect = "CloudFront attempted to establish a connection with the origin, but either the attempt failed or the origin closed the connection."
	sentenceClosed  = "The origin closed the connection."
	sentenceAnswer  = "CloudFront couldn't connect to the origin or the origin returned an incorrect response."
	sentenceBad     = "Bad request."
	// sentenceCapacity is ours: that of CF-ERR-10 was not seen.
	sentenceCapacity = "The edge has no capacity left for this request."
	sentenceMethod   = "This distribution is not configured to allow the HTTP request method that was used for this request. The distribution supports only cachable requests."
)

// causeTable is the one place where a cause gets its status, sentence and
// result type. Sources: CF-ERR-01 to CF-ERR-06, CF-ERR-17 to CF-ERR-27,
// CF-LOG-09, CF-LOG-10; those of edge functions are in function_fault.go. TLS failures log OriginConnectError by the field's
// name only (CF-LOG-11).
var causeTable = slices.Concat(ownCauses, accessCauses)

var ownCauses = []CauseSpec{
	{CauseDNSFailure, "CF-DNS-01", StageResolve, 502, sentenceDNS, "OriginDnsError", false},
	{CauseConnectRefused, "CF-CONN-08", StageDial, 502, sentenceConnect, "OriginConnectError", false},
	{CauseConnectTimeout, "CF-CONN-09", StageDial, 504, sentenceConnect, "OriginCommError", false},
	{CauseConnectReset, "CF-ERR-03", StageDial, 502, sentenceConnect, "OriginConnectError", false},
	{CauseTLSNotTLS, "CF-CONN-24", StageHandshake, 502, sentenceTLS, "OriginConnectError", false},
	{CauseTLSProtocolMismatch, "CF-TLS-06", StageHandshake, 502, sentenceTLS, "OriginConnectError", false},
	{CauseTLSNoSharedCipher, "CF-TLS-11", StageHandshake, 502, sentenceTLS, "OriginConnectError", false},
	{CauseTLSNoSharedCurve, "CF-TLS-17", StageHandshake, 502, sentenceTLS, "OriginConnectError", false},
	{CauseTLSHandshakeFailure, "CF-ERR-01", StageHandshake, 502, sentenceTLS, "OriginConnectError", false},
	{CauseTLSClientCertificateRequired, "CF-MTLS-08", StageHandshake, 502, sentenceTLS, "OriginConnectError", false},
	{CauseCertExpired, "CF-CERT-01", StageVerify, 502, sentenceTLS, "OriginConnectError", false},
	{CauseCertNotYetValid, "CF-CERT-02", StageVerify, 502, sentenceTLS, "OriginConnectError", false},
	{CauseCertSelfSigned, "CF-CERT-03", StageVerify, 502, sentenceTLS, "OriginConnectError", false},
	{CauseCertUntrustedRoot, "CF-CERT-07", StageVerify, 502, sentenceTLS, "OriginConnectError", false},
	{CauseCertIncompleteChain, "CF-CERT-06", StageVerify, 502, sentenceTLS, "OriginConnectError", false},
	{CauseCertWrongOrder, "CF-CERT-05", StageVerify, 502, sentenceTLS, "OriginConnectError", false},
	{CauseCertInvalid, "CF-CERT-04", StageVerify, 502, sentenceTLS, "OriginConnectError", false},
	{CauseCertNameMismatch, "CF-NAME-05", StageVerify, 502, sentenceTLS, "OriginConnectError", false},
	{CauseResponseTimeout, "CF-TIME-04", StageRead, 504, sentenceConnect, "OriginCommError", false},
	{CauseResponseCompletionTimeout, "CF-TIME-07", StageRead, 504, sentenceConnect, "OriginCommError", false},
	{CauseResponseInvalid, "CF-RESP-24", StageRead, 502, sentenceAnswer, "OriginInvalidResponseError", false},
	{CauseResponseHeadersTooBig, "CF-RESP-23", StageRead, 502, sentenceAnswer, "OriginHeaderTooBigError", false},
	{CauseOriginClosed, "CF-ERR-04", StageRead, 502, sentenceClosed, "OriginReadError", false},
	{CauseViewerMethodNotAllowed, "CF-ERR-19", StageViewer, 403, sentenceMethod, "InvalidRequestMethod", false},
	{CauseViewerGetWithBody, "CF-ERR-22", StageViewer, 403, sentenceBad, "InvalidRequest", false},
	{CauseViewerURLTooLong, "CF-ERR-26", StageViewer, 414, sentenceBad, "InvalidRequest", true},
	{CauseViewerHeadersTooBig, "CF-ERR-27", StageViewer, 494, sentenceBad, "InvalidRequest", true},
	{CauseViewerHTTPSOnly, "CF-ERR-17", StageViewer, 403, sentenceBad, "InvalidRequest", false},
	{CauseViewerUnknownHost, "CF-ERR-18", StageViewer, 403, sentenceBad, "InvalidRequest", false},
	{CauseViewerBadRequest, "CF-ERR-24", StageViewer, 400, sentenceBad, "InvalidRequest", true},
	{CauseViewerAborted, "CF-LOG-03", StageViewer, 400, sentenceBad, "ClientHungUpRequest", true},
	{CauseEdgeExhausted, "CF-ERR-10", StageEdge, 503, sentenceCapacity, "CapacityExceeded", false},
	{CauseEdgeShutdown, "CF-ERR-10", StageEdge, 503, sentenceCapacity, "Error", true},
	{CauseFunctionExecution, "CF-FN-80", StageFunction, 503, sentenceFunctionRun, "FunctionExecutionError", false},
	{CauseFunctionValidation, "CF-FN-81", StageFunction, 502, sentenceFunctionInvalid, "FunctionValidationError", false},
	{CauseLambdaExecution, "CF-LAE-61", StageFunction, 503, sentenceLambdaRun, "LambdaExecutionError", false},
	{CauseLambdaValidation, "CF-LAE-63", StageFunction, 502, sentenceLambdaFailed, "Error", false},
	{CauseLambdaLimit, "CF-LAE-64", StageFunction, 503, sentenceLambdaLimit, "LambdaLimitExceeded", false},
}

// Causes returns the table of causes in its documented order. The result is
// shared: do not change it.
func Causes() []CauseSpec { return causeTable }

// Spec returns the table's row for a cause. It panics on a name that is not in
// the table, which is a mistake in the program.
func (n CauseName) Spec() CauseSpec {
	for i := range causeTable {
		if causeTable[i].Name == n {
			return causeTable[i]
		}
	}
	panic(fmt.Sprintf("policy: no cause named %q", string(n)))
}

// Cause is the one reason for which a viewer got an error made by the edge. It
// is an error, so that it can travel as one; a plain error means a fault of
// edgesim itself.
type Cause struct {
	// Name is the stable short name.
	Name CauseName `json:"name"`
	// Rule is the deciding rule.
	Rule RuleID `json:"rule"`
	// Stage is the step at which it showed.
	Stage Stage `json:"stage"`
	// Status is what the viewer gets.
	Status int `json:"status"`
	// Sentence is the distinguishing line of the error page.
	Sentence string `json:"sentence"`
	// ResultType and DetailedResultType are the values of the access log's
	// x-edge-result-type and x-edge-detailed-result-type.
	ResultType         string `json:"resultType"`
	DetailedResultType string `json:"detailedResultType"`
	// Detail is one sentence of evidence.
	Detail string `json:"detail"`
	// Hint says how to fix it, in the origin's terms; may be empty.
	Hint string `json:"hint,omitempty"`
	// Inferred marks a cause for which the documentation is silent.
	Inferred bool `json:"inferred,omitempty"`
	// Err is the underlying error, if there was one.
	Err error `json:"-"`
}

// NewCause returns the cause of this name with one sentence of evidence and
// the underlying error, which may be nil.
func NewCause(name CauseName, detail string, err error) *Cause {
	s := name.Spec()
	return &Cause{
		Name: name, Rule: s.Rule, Stage: s.Stage, Status: s.Status, Sentence: s.Sentence,
		ResultType: "Error", DetailedResultType: s.DetailedResultType, Detail: detail, Err: err,
	}
}

// hinted returns the cause with a hint.
func (c *Cause) hinted(format string, args ...any) *Cause {
	c.Hint = fmt.Sprintf(format, args...)
	return c
}

// CauseOf returns the cause that a failing finding stands for.
func CauseOf(f Finding) *Cause {
	detail := f.Observed
	if f.Subject != "" {
		detail = f.Subject + ": " + detail
	}
	if f.Expected != "" {
		detail += "; expected " + f.Expected
	}
	c := NewCause(f.Cause, detail, nil)
	c.Rule, c.Hint, c.Inferred = f.Rule, f.Hint, f.Inferred
	return c
}

// Error says the cause in one line.
func (c *Cause) Error() string {
	return fmt.Sprintf("%s %s: %s", c.Rule, c.Name, c.Detail)
}

// Unwrap returns the underlying error.
func (c *Cause) Unwrap() error { return c.Err }
