package policy_test

import (
	"errors"
	"io"
	"slices"
	"testing"

	"github.com/edgesim/edgesim/policy"
)

// TestCauses is the contract's list of causes with what the viewer gets for
// each: the statuses of CF-ERR-01 to CF-ERR-06, CF-ERR-17 to CF-ERR-19,
// CF-ERR-22, CF-ERR-24, CF-ERR-26, CF-ERR-27, CF-DNS-01, CF-CONN-08,
// CF-CONN-09, CF-CONN-15, CF-TIME-04, CF-TIME-07 and the detailed result types
// of CF-LOG-09 and CF-LOG-10.
func TestCauses(t *testing.T) {
	t.Parallel()
	const (
		tls     = "CloudFront wasn't able to connect to the origin."
		connect = "CloudFront attempted to establish a connection with the origin, but either the attempt failed or the origin closed the connection."
	)
	for _, row := range []struct {
		name     policy.CauseName
		status   int
		detailed string
		sentence string
	}{
		{"dns-failure", 502, "OriginDnsError", "CloudFront wasn't able to resolve the origin domain name."},
		{"connect-refused", 502, "OriginConnectError", connect},
		{"connect-timeout", 504, "OriginCommError", connect},
		{"connect-reset", 502, "OriginConnectError", connect},
		{"tls-not-tls", 502, "OriginConnectError", tls},
		{"tls-protocol-mismatch", 502, "OriginConnectError", tls},
		{"tls-no-shared-cipher", 502, "OriginConnectError", tls},
		{"tls-no-shared-curve", 502, "OriginConnectError", tls},
		{"tls-handshake-failure", 502, "OriginConnectError", tls},
		{"tls-client-certificate-required", 502, "OriginConnectError", tls},
		{"cert-expired", 502, "OriginConnectError", tls},
		{"cert-not-yet-valid", 502, "OriginConnectError", tls},
		{"cert-self-signed", 502, "OriginConnectError", tls},
		{"cert-untrusted-root", 502, "OriginConnectError", tls},
		{"cert-incomplete-chain", 502, "OriginConnectError", tls},
		{"cert-wrong-order", 502, "OriginConnectError", tls},
		{"cert-invalid", 502, "OriginConnectError", tls},
		{"cert-name-mismatch", 502, "OriginConnectError", tls},
		{"response-timeout", 504, "OriginCommError", connect},
		{"response-completion-timeout", 504, "OriginCommError", connect},
		{"response-invalid", 502, "OriginInvalidResponseError", "CloudFront couldn't connect to the origin or the origin returned an incorrect response."},
		{"response-headers-too-big", 502, "OriginHeaderTooBigError", "CloudFront couldn't connect to the origin or the origin returned an incorrect response."},
		{"origin-closed", 502, "OriginReadError", "The origin closed the connection."},
		{"viewer-method-not-allowed", 403, "InvalidRequestMethod", "This distribution is not configured to allow the HTTP request method that was used for this request. The distribution supports only cachable requests."},
		{"viewer-get-with-body", 403, "InvalidRequest", "Bad request."},
		{"viewer-url-too-long", 414, "InvalidRequest", "Bad request."},
		{"viewer-headers-too-big", 494, "InvalidRequest", "Bad request."},
		{"viewer-https-only", 403, "InvalidRequest", "Bad request."},
		{"viewer-unknown-host", 403, "InvalidRequest", "Bad request."},
		{"viewer-bad-request", 400, "InvalidRequest", "Bad request."},
		{"viewer-aborted", 400, "ClientHungUpRequest", "Bad request."},
		{"edge-exhausted", 503, "CapacityExceeded", "The edge has no capacity left for this request."},
		{"edge-shutdown", 503, "Error", "The edge has no capacity left for this request."},
		{"function-execution-error", 503, "FunctionExecutionError", "The CloudFront function associated with the CloudFront distribution is invalid or could not run."},
		{"function-validation-error", 502, "FunctionValidationError", "The CloudFront function returned an invalid value: "},
		{"lambda-execution-error", 503, "LambdaExecutionError", "The Lambda function associated with the CloudFront distribution is invalid or doesn't have the required permissions."},
		{"lambda-validation-error", 502, "Error", "The Lambda function result failed validation: "},
		{"lambda-limit-exceeded", 503, "LambdaLimitExceeded", "The Lambda function associated with the CloudFront distribution was throttled."},
		{"viewer-missing-key", 403, "Error", "Missing Key-Pair-Id query parameter or cookie value"},
		{"viewer-unknown-key", 403, "Error", "Unknown Key"},
		{"viewer-malformed-signature", 403, "Error", "Could not unencode Signature"},
		{"viewer-malformed-policy", 403, "Error", "Malformed Policy"},
		{"viewer-signature-mismatch", 403, "Error", "Access denied"},
		{"viewer-signature-expired", 403, "Error", "Access denied"},
		{"viewer-signature-early", 403, "Error", "Access denied"},
		{"viewer-signature-resource", 403, "Error", "Access denied"},
		{"viewer-signature-address", 403, "Error", "Access denied"},
		{"viewer-country-blocked", 403, "ClientGeoBlocked", "The Amazon CloudFront distribution is configured to block access from your country."},
		{"viewer-misdirected", 421, "InvalidRequestCertificate", "The distribution does not match the certificate for which the HTTPS connection was established with."},
	} {
		got := policy.NewCause(row.name, "evidence", nil)
		if got.Status != row.status || got.DetailedResultType != row.detailed || got.Sentence != row.sentence || got.ResultType != "Error" {
			t.Errorf("%s: got %+v, want %+v", row.name, got, row)
		}
		if _, ok := policy.RuleByID(got.Rule); !ok {
			t.Errorf("%s: its rule %s is not in the catalogue", row.name, got.Rule)
		}
	}
	if n := len(policy.Causes()); n != 49 {
		t.Errorf("the table has %d causes, the test above 49", n)
	}
	names := map[policy.CauseName]bool{}
	for _, s := range policy.Causes() {
		if names[s.Name] {
			t.Errorf("%s is in the table twice", s.Name)
		}
		names[s.Name] = true
	}
}

func TestCauseIsAnError(t *testing.T) {
	t.Parallel()
	var err error = policy.NewCause(policy.CauseOriginClosed, "it hung up", io.EOF)
	var cause *policy.Cause
	if !errors.As(err, &cause) || !errors.Is(err, io.EOF) {
		t.Errorf("%v does not unwrap to its cause and its error", err)
	}
	if want := "CF-ERR-04 origin-closed: it hung up"; err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
}

func TestCauseOf(t *testing.T) {
	t.Parallel()
	got := policy.CauseOf(policy.Finding{
		Rule: "CF-CERT-12", Cause: policy.CauseCertInvalid, Subject: "certificate 0", Observed: "RSA 8192", Expected: "RSA 4096", Hint: "use 2048", Inferred: true,
	})
	if got.Rule != "CF-CERT-12" || got.Detail != "certificate 0: RSA 8192; expected RSA 4096" || got.Hint != "use 2048" || !got.Inferred || got.Status != 502 {
		t.Errorf("got %+v", got)
	}
}

func TestSnapshots(t *testing.T) {
	t.Parallel()
	var names []string
	for _, s := range policy.Snapshots() {
		names = append(names, s.Name)
	}
	if want := []string{"2017-12-07", "2019-12-12", "2020-09-03", "2023-03-31", "current"}; !slices.Equal(names, want) {
		t.Errorf("got %q, want %q", names, want)
	}
}
