package pull_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"sort"
	"strings"
)

// secrets are the secret keys that the service knows, by access key. The second is
// the AWS CLI's in these tests.
var secrets = map[string]string{"AKIDEXAMPLE": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "AKIAIOSFODNN7EXAMPLE": "none"}

const (
	symmetric  = "AWS4-HMAC-SHA256"
	asymmetric = "AWS4-ECDSA-P256-SHA256"
)

// verify holds the signature of a GET request to what AWS documents of Signature
// Version 4 and 4A ("Create a signed AWS API request"), without the signer's code. It
// wants the algorithm and the scope that the two services want.
func verify(r *http.Request) error {
	algorithm, rest, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	fields := map[string]string{}
	for _, part := range strings.Split(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		fields[name] = value
	}
	key, scope, _ := strings.Cut(fields["Credential"], "/")
	secret, known := secrets[key]
	if !known {
		return fmt.Errorf("the access key %q is not known", key)
	}
	signed := strings.Split(fields["SignedHeaders"], ";")
	if !sort.StringsAreSorted(signed) || !strings.Contains(fields["SignedHeaders"], "host;") {
		return fmt.Errorf("signed header fields: %q", signed)
	}
	date := r.Header.Get("X-Amz-Date")
	day, _, _ := strings.Cut(date, "T")
	text := strings.Join([]string{algorithm, date, scope, hexOf(sum([]byte(canonical(r, signed))))}, "\n")
	switch want := day + "/us-east-1/cloudfront/aws4_request"; {
	case strings.HasPrefix(r.URL.Path, "/key-value-stores/"):
		if algorithm != asymmetric || scope != day+"/cloudfront-keyvaluestore/aws4_request" || r.Header.Get("X-Amz-Region-Set") != "*" {
			return fmt.Errorf("%s with the scope %q", algorithm, scope)
		}
		signature, err := hex.DecodeString(fields["Signature"])
		if err != nil || !ecdsa.VerifyASN1(derived(key, secret), sum([]byte(text)), signature) {
			return errors.New("the asymmetric signature does not match")
		}
		return nil
	case algorithm != symmetric || scope != want:
		return fmt.Errorf("%s with the scope %q, want %q", algorithm, scope, want)
	}
	mac := []byte("AWS4" + secret)
	for _, part := range append(strings.Split(scope, "/"), text) {
		mac = hmacOf(mac, []byte(part))
	}
	if hexOf(mac) != fields["Signature"] {
		return errors.New("the signature does not match")
	}
	return nil
}

// canonical is the canonical request. The path is escaped a second time, for every
// service but S3.
func canonical(r *http.Request, signed []string) string {
	var b strings.Builder
	path, query, _ := strings.Cut(r.RequestURI, "?")
	b.WriteString(r.Method + "\n")
	for _, c := range []byte(path) {
		if c == '/' || strings.IndexByte("-_.~", c) >= 0 || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	pairs := strings.Split(query, "&")
	sort.Strings(pairs)
	b.WriteString("\n" + strings.Join(pairs, "&") + "\n")
	for _, name := range signed {
		value := strings.Join(r.Header.Values(name), ",")
		if name == "host" {
			value = r.Host
		}
		b.WriteString(name + ":" + strings.TrimSpace(value) + "\n")
	}
	b.WriteString("\n" + strings.Join(signed, ";") + "\n" + hexOf(sum(nil)))
	return b.String()
}

// derived is the public key of SigV4A: the private one comes from the secret key by
// the counter mode of NIST SP 800-108 with HMAC-SHA256.
func derived(key, secret string) *ecdsa.PublicKey {
	curve := elliptic.P256()
	limit := new(big.Int).Sub(curve.Params().N, big.NewInt(2))
	for counter := byte(1); ; counter++ {
		input := append([]byte{0, 0, 0, 1}, asymmetric...)
		input = append(append(input, 0), key...)
		input = append(input, counter, 0, 0, 1, 0)
		candidate := new(big.Int).SetBytes(hmacOf([]byte("AWS4A"+secret), input))
		if candidate.Cmp(limit) > 0 {
			continue
		}
		private, err := ecdsa.ParseRawPrivateKey(curve, candidate.Add(candidate, big.NewInt(1)).FillBytes(make([]byte, 32)))
		if err != nil {
			panic(err)
		}
		return &private.PublicKey
	}
}

func hmacOf(key, data []byte) []byte {
	h := hmac.New(sha256.New, key)
	h.Write(data)
	return h.Sum(nil)
}

func sum(data []byte) []byte { s := sha256.Sum256(data); return s[:] }

func hexOf(data []byte) string { return hex.EncodeToString(data) }
