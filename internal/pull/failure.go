package pull

import (
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// apiError is a call that AWS refused. The SDK's retryer uses its methods to find out
// whether a retry could help.
type apiError struct {
	service, operation string
	status             int
	code, message      string
	// date is when AWS answered, by its own clock.
	date time.Time
}

// Error names the call and what AWS said.
func (e *apiError) Error() string {
	return strings.TrimRight(fmt.Sprintf("%s: HTTP status %d, %s: %s", e.operation, e.status, e.code, e.message), ": ")
}

// ErrorCode returns the code that AWS gave.
func (e *apiError) ErrorCode() string { return e.code }

// HTTPStatusCode returns the status of the answer.
func (e *apiError) HTTPStatusCode() int { return e.status }

// permission is the IAM action that the call needs.
func (e *apiError) permission() string { return e.service + ":" + e.operation }

// brokenError is a call without a complete answer.
type brokenError struct {
	operation string
	err       error
}

// Error names the call and what happened.
func (e *brokenError) Error() string { return e.operation + ": " + e.err.Error() }

// Unwrap returns what happened.
func (e *brokenError) Unwrap() error { return e.err }

// ConnectionError reports whether another attempt could help. It could not with an invalid
// certificate.
func (e *brokenError) ConnectionError() bool {
	var certificate *tls.CertificateVerificationError
	return !errors.As(e.err, &certificate)
}

// refusal is the error of an answer whose status is not 2xx: CloudFront sends it as XML,
// the service of the stores as a header field and JSON.
func refusal(k call, response *http.Response, body []byte) *apiError {
	e := &apiError{service: k.service, operation: k.operation, status: response.StatusCode}
	e.date, _ = http.ParseTime(response.Header.Get("Date"))
	if k.service == storeService {
		var said struct {
			Type    string `json:"__type"`
			Code    string
			Message string
		}
		_ = json.Unmarshal(body, &said) // it may be empty
		for _, code := range []string{response.Header.Get("X-Amzn-ErrorType"), said.Type, said.Code} {
			if e.code == "" { // "aws.example#AccessDeniedException:http://…"
				code, _, _ = strings.Cut(code, ":")
				e.code = code[strings.LastIndexByte(code, '#')+1:]
			}
		}
		e.message = said.Message
		return e
	}
	if root, err := parse(body); err == nil {
		if inner := root.at("Error"); inner != nil {
			root = inner
		}
		e.code, e.message = root.value("Code"), root.value("Message")
	}
	return e
}

// excused records a denied call or a missing thing, and reports whether the error is one of
// the two.
func (p *puller) excused(err error, what string) bool {
	var api *apiError
	if !errors.As(err, &api) {
		return false
	}
	switch code := api.code; {
	case code == "AccessDenied" || code == "AccessDeniedException" || code == "UnauthorizedOperation":
		d := Denied{Permission: api.permission(), What: what, Message: api.message}
		p.report.Denied = append(p.report.Denied, d)
		p.options.Progress(fmt.Sprintf("%s: denied, needs %s", what, d.Permission))
		return true
	case len(code) > 6 && code[:6] == "NoSuch" || code == "EntityNotFound" || code == "ResourceNotFoundException":
		p.report.Missing = append(p.report.Missing, what)
		p.options.Progress(what + ": is not there")
		return true
	}
	return false
}

// explain says what to do about an error that does not concern a single thing.
func explain(err error) error {
	var api *apiError
	if errors.As(err, &api) {
		switch api.code {
		case "ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch", "InvalidSignatureException":
			return fmt.Errorf("AWS refuses the credentials (%s: %s): log in again, or choose others with --profile", api.code, api.message)
		}
	}
	return err
}
