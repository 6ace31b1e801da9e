package sigv4_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/edgesim/edgesim/internal/peers"
	"github.com/edgesim/edgesim/internal/sigv4"
	"github.com/edgesim/edgesim/policy"
)

// field is the value of a field.
func field(fields []policy.Field, name string) string {
	for _, f := range fields {
		if strings.EqualFold(f.Name, name) {
			return f.Value
		}
	}
	return ""
}

// TestPublishedVectors compares the signature with the examples of the Amazon S3 API
// Reference, "Examples: Signature Calculations in AWS Signature Version 4" (CF-OAC-25).
func TestPublishedVectors(t *testing.T) {
	t.Parallel()
	example := sigv4.Credentials{AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}
	at := time.Date(2013, 5, 24, 0, 0, 0, 0, time.UTC)
	for uri, want := range map[string]string{
		"/?lifecycle":           "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
		"/?max-keys=2&prefix=J": "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
	} {
		fields, err := sigv4.Sign(sigv4.Message{Method: "GET", Scheme: "https", URI: uri, Fields: []policy.Field{
			{Name: "Host", Value: "examplebucket.s3.amazonaws.com"}, {Name: "User-Agent", Value: "Amazon CloudFront"}, {Name: "authorization", Value: "Bearer of the viewer"},
		}}, policy.OriginSignature{Service: "s3", Region: "us-east-1", PayloadHash: policy.EmptyPayload}, example, at)
		if err != nil {
			t.Fatal(err)
		}
		const begin = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature="
		if got := field(fields, "Authorization"); got != begin+want {
			t.Errorf("%s: got %s", uri, got)
		}
		if len(fields) != 5 || field(fields, "X-Amz-Date") != "20130524T000000Z" || field(fields, "X-Amz-Content-Sha256") != policy.EmptyPayload {
			t.Errorf("%s: got %v", uri, fields)
		}
	}
}

// botocore is the same by AWS's signer for Python: it reads requests from standard input
// and prints their Authorization.
const botocore = `
import json, sys
import awscli, botocore.session # Debian's awscli brings its own
from botocore import auth, awsrequest, credentials
keys = credentials.Credentials("EDGESIMEXAMPLEKEYID0", "edgesim/example/secret/access/key/00000x")
out = []
for m in json.load(sys.stdin):
    request = awsrequest.AWSRequest(method=m["method"], url=m["url"], headers=m["headers"])
    signer = (auth.S3SigV4Auth if m["service"] == "s3" else auth.SigV4Auth)(keys, m["service"], m["region"])
    request.context["timestamp"] = "20261130T120000Z"
    request.headers["X-Amz-Date"] = "20261130T120000Z"
    request.headers["X-Amz-Content-SHA256"] = m["hash"]
    canonical = signer.canonical_request(request)
    string = signer.string_to_sign(request, canonical)
    out.append([signer.signed_headers(signer.headers_to_sign(request)), signer.signature(string, request)])
json.dump(out, sys.stdout)
`

// TestPeer compares the signature with that of AWS's signer for Python for the same
// requests: every x-amz- field signed (CF-OAC-47), keys with spaces and special characters
// (CF-S3-99), services other than S3, whose paths are escaped once more (CF-OAC-32).
func TestPeer(t *testing.T) {
	t.Parallel()
	type message struct {
		Method  string            `json:"method"`
		URL     string            `json:"url"`
		Headers map[string]string `json:"headers"`
		Service string            `json:"service"`
		Region  string            `json:"region"`
		Hash    string            `json:"hash"`
	}
	var all []message
	var ours []string
	at := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	for _, service := range []string{"s3", "lambda"} {
		for _, uri := range []string{"/", "/index.html", "/a%20b/c%2Bd.txt", "/a?x=1&a=2&a=1&e=%2F", "/%C3%A4?b&c="} {
			host := "origin." + service + ".eu-central-1.amazonaws.com"
			m := message{Method: "GET", URL: "https://" + host + uri, Service: service, Region: "eu-central-1", Hash: policy.EmptyPayload, Headers: map[string]string{"X-Amz-Cf-Id": "abc=="}}
			fields, err := sigv4.Sign(sigv4.Message{Method: m.Method, Scheme: "https", URI: uri, Fields: []policy.Field{{Name: "Host", Value: host}, {Name: "X-Amz-Cf-Id", Value: "abc=="}, {Name: "Via", Value: "x"}}},
				policy.OriginSignature{Service: service, Region: m.Region, PayloadHash: m.Hash}, sigv4.MadeUp, at)
			if err != nil {
				t.Fatal(err)
			}
			all, ours = append(all, m), append(ours, field(fields, "Authorization"))
		}
	}
	in, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	command := peers.Python(t, []string{"awscli"}, "-c", botocore)
	command.Stdin = strings.NewReader(string(in))
	var stderr strings.Builder
	command.Stderr = &stderr
	out, err := command.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, stderr.String())
	}
	var theirs [][2]string
	if err := json.Unmarshal(out, &theirs); err != nil || len(theirs) != len(ours) {
		t.Fatalf("%v: %s", err, out)
	}
	for i, want := range theirs {
		if !strings.HasSuffix(ours[i], "SignedHeaders="+want[0]+", Signature="+want[1]) {
			t.Errorf("%s %s:\n got %s\nwant %v", all[i].Service, all[i].URL, ours[i], want)
		}
	}
}

// TestNoURI: what cannot be decoded cannot be signed.
func TestNoURI(t *testing.T) {
	t.Parallel()
	_, err := sigv4.Sign(sigv4.Message{Method: "GET", Scheme: "https", URI: "/%zz", Fields: []policy.Field{{Name: "Host", Value: "a"}}}, policy.OriginSignature{Service: "s3", Region: "r"}, sigv4.MadeUp, time.Now())
	if err == nil {
		t.Error("it was signed")
	}
}
