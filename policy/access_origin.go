package policy

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/edgesim/edgesim/distribution"
)

// The payload hashes of signatures.
const (
	// UnsignedPayload is the hash value if the body is not signed.
	UnsignedPayload = "UNSIGNED-PAYLOAD"
	// EmptyPayload is the SHA-256 of the empty payload (CF-OAC-43).
	EmptyPayload = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
)

// OriginSignature is the signature that the edge adds to an origin request.
type OriginSignature struct {
	// AccessControl is the id of the origin access control that requires it.
	AccessControl string
	// Service and Region are the scope of Signature Version 4 (CF-OAC-25, CF-OAC-30,
	// CF-OAC-32); PayloadHash is its hash of the body.
	Service, Region, PayloadHash string
}

// SignatureFacts is what decides whether an origin request is signed.
type SignatureFacts struct {
	Origin *distribution.Origin
	// Viewer holds the viewer's fields after the edge functions ran (CF-OAC-45).
	Viewer http.Header
	// HasBody says that the request has a body.
	HasBody bool
	// Host is the Host sent to the origin.
	Host string
}

// contentHash is the field with the SHA-256 of a body.
const contentHash = "X-Amz-Content-Sha256"

// IsSignatureField reports whether a field, by its canonical name, is part of a
// signature.
func IsSignatureField(name string) bool {
	switch name {
	case "Authorization", contentHash, "X-Amz-Date", "X-Amz-Security-Token":
		return true
	}
	return false
}

// SignatureFor returns how an origin request is signed, with findings about it.
// The signature is nil if the request is not signed: there is no origin access
// control, its signing behavior is never (CF-OAC-02), or it is no-override and
// the viewer sends Authorization (CF-OAC-03). A control of which only the id is
// known always signs, as AWS recommends (inferred).
func SignatureFor(f SignatureFacts) (*OriginSignature, []Finding) {
	o := f.Origin
	control := o.AccessControl
	if control == nil {
		if o.AccessControlID == "" {
			return nil, nil
		}
		control = &distribution.OriginAccessControl{ID: o.AccessControlID, SigningBehavior: "always", OriginType: accessType(o)}
	}
	subject := fmt.Sprintf("origin %q", o.ID)
	switch {
	case control.SigningBehavior == "never":
		return nil, nil
	case control.SigningBehavior == "no-override" && len(f.Viewer["Authorization"]) > 0:
		return nil, nil
	case control.SigningProtocol == "sigv4a":
		return nil, []Finding{{
			Rule: "CF-OAC-08", Verdict: Unsimulated, Subject: subject,
			Observed: "requests to multi-region access points are signed with SigV4A, which edgesim does not do: this one went unsigned",
		}}
	}
	s := &OriginSignature{AccessControl: o.AccessControlID, Service: control.OriginType, Region: regionOf(o.DomainName)}
	if s.Service == "" {
		s.Service = accessType(o)
	}
	hash := f.Viewer.Get(contentHash)
	var found []Finding
	switch {
	case hash != "":
		s.PayloadHash = hash
	case s.Service == "s3": // CF-OAC-27 does not say so; every SDK does this over HTTPS
		s.PayloadHash = UnsignedPayload
	case !f.HasBody:
		s.PayloadHash = EmptyPayload
	default:
		s.PayloadHash = UnsignedPayload
	}
	if hash == "" && f.HasBody && s.Service == "lambda" {
		found = append(found, Finding{
			Rule: "CF-OAC-37", Verdict: Warn, Subject: subject,
			Observed: "a Lambda function URL takes no unsigned body, and the viewer sent no x-amz-content-sha256: AWS answers 403 InvalidSignatureException (CF-OAC-38), whatever answered here",
			Expected: "x-amz-content-sha256 with the hexadecimal SHA-256 of the body, from the viewer",
			Hint:     "let the viewer send x-amz-content-sha256 with the SHA-256 of the body (in a browser: crypto.subtle.digest), or make the function URL public and authorize requests in another way",
		})
	}
	if host := hostOnly(f.Host); !strings.EqualFold(canonicalName(host), canonicalName(o.DomainName)) {
		rule, answer := RuleID("CF-OAC-29"), "S3 answers 403 SignatureDoesNotMatch"
		if s.Service == "lambda" {
			rule, answer = "CF-OAC-41", "the function URL answers 403"
		}
		found = append(found, Finding{
			Rule: rule, Verdict: Warn, Subject: subject,
			Observed: fmt.Sprintf("the request is signed with Host %q, which the origin does not answer to: %s", f.Host, answer),
			Expected: "Host: " + o.DomainName,
			Hint:     "do not forward Host to an origin with an origin access control: attach AllViewerExceptHostHeader, or a policy without Host",
		})
	}
	return s, found
}

// accessType returns the type of origin access control for an origin, by its name.
func accessType(o *distribution.Origin) string {
	switch distribution.BackendOf(o.DomainName) {
	case distribution.BackendLambdaURL:
		return "lambda"
	case distribution.BackendMediaStore:
		return "mediastore"
	case distribution.BackendMediaPackage:
		return "mediapackagev2"
	}
	return "s3"
}

// region matches the region in the names of AWS services.
var region = regexp.MustCompile(`\.((?:us|eu|ap|sa|ca|me|af|il|mx|cn)-(?:gov-|iso[a-z]?-)?[a-z]+-\d+)\.|\.s3-((?:us|eu|ap|sa|ca|me|af|il|mx|cn)-(?:gov-)?[a-z]+-\d+)\.`)

// DefaultRegion is the region of a domain name that contains none: that of the
// first S3.
const DefaultRegion = "us-east-1"

// regionOf returns the region of an origin by its name (CF-OAC-30).
func regionOf(domain string) string {
	m := region.FindStringSubmatch("." + strings.ToLower(domain))
	switch {
	case m == nil:
		return DefaultRegion
	case m[1] != "":
		return m[1]
	}
	return m[2]
}
