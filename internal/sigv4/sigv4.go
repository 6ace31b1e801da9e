// Package sigv4 signs requests to origins with Signature Version 4, using the signer of
// AWS's own SDK, which it hides.
//
// # What to read first
//
// [Sign]. Package policy decides whether a request is signed, and for what
// ([policy.SignatureFor]).
package sigv4

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/edgesim/edgesim/policy"
)

// Credentials are the keys of the signer.
type Credentials struct {
	AccessKeyID, SecretAccessKey, SessionToken string
}

// MadeUp are made-up credentials that stand in for CloudFront's own. A server that verifies
// can be configured with them.
var MadeUp = Credentials{AccessKeyID: "EDGESIMEXAMPLEKEYID0", SecretAccessKey: "edgesim/example/secret/access/key/00000x"}

// Message is the part of a request that is signed. Fields includes Host.
type Message struct {
	Method, Scheme, URI string
	Fields              []policy.Field
}

// Sign returns the fields of the request with a signature: an existing Authorization and
// the fields that belong to it are replaced. Host and every field that begins with x-amz-
// are signed, which S3 requires; which ones CloudFront signs is not published (CF-OAC-26,
// CF-OAC-47).
func Sign(m Message, s policy.OriginSignature, c Credentials, at time.Time) ([]policy.Field, error) {
	path, query, _ := strings.Cut(m.URI, "?")
	r := &http.Request{Method: m.Method, URL: &url.URL{Scheme: m.Scheme, Opaque: "", RawQuery: query}, Header: http.Header{}, ProtoMajor: 1, ProtoMinor: 1}
	var err error
	if r.URL.Path, err = url.PathUnescape(path); err != nil {
		return nil, fmt.Errorf("signing %s: %w", path, err)
	}
	r.URL.RawPath = path
	out := make([]policy.Field, 0, len(m.Fields)+4)
	for _, f := range m.Fields {
		name := http.CanonicalHeaderKey(f.Name)
		if policy.IsSignatureField(name) {
			continue
		}
		if name == "Host" {
			r.Host, r.URL.Host = f.Value, f.Value
		}
		if strings.HasPrefix(name, "X-Amz-") {
			r.Header[name] = append(r.Header[name], f.Value)
		}
		out = append(out, f)
	}
	r.Header.Set("X-Amz-Content-Sha256", s.PayloadHash)
	signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = s.Service == "s3" })
	err = signer.SignHTTP(context.Background(), aws.Credentials{AccessKeyID: c.AccessKeyID, SecretAccessKey: c.SecretAccessKey, SessionToken: c.SessionToken},
		r, s.PayloadHash, s.Service, s.Region, at.UTC())
	if err != nil {
		return nil, fmt.Errorf("signing for %s in %s: %w", s.Service, s.Region, err)
	}
	for _, name := range []string{"X-Amz-Date", "X-Amz-Content-Sha256", "X-Amz-Security-Token", "Authorization"} {
		if value := r.Header.Get(name); value != "" {
			out = append(out, policy.Field{Name: name, Value: value})
		}
	}
	return out, nil
}
