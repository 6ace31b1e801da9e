package policy

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"slices"
)

// The limits of RSA keys (CF-CERT-11, CF-CERT-12), in bits.
const (
	minRSABits = 1024
	maxRSABits = 4096
)

// documentedRSABits are the sizes that the page lists (CF-CERT-11).
var documentedRSABits = []int{1024, 2048, 3072, 4096}

const (
	expectedRSA    = "an RSA key of 1024, 2048, 3072 or 4096 bits"
	expectedCurves = "an ECDSA key on P-256 or P-384, or " + expectedRSA
	hintKey        = "issue the certificate for an RSA key of 2048 bits or an ECDSA key on P-256"
)

// judgeLeafKey judges the kind and size of the leaf's key (CF-CERT-11 to -13). The page
// only covers the server's certificate, so issuers' keys are not judged by it.
func (j *judge) judgeLeafKey(leaf *chainCert) {
	f := Finding{Verdict: Pass, Subject: leaf.String()}
	refuse := func() { f.Verdict, f.Cause, f.Hint = Fail, CauseCertInvalid, hintKey }
	switch key := leaf.PublicKey.(type) {
	case *rsa.PublicKey:
		bits := key.N.BitLen()
		f.Rule, f.Expected = "CF-CERT-11", expectedRSA
		f.Observed = fmt.Sprintf("an RSA key of %d bits", bits)
		switch {
		case slices.Contains(documentedRSABits, bits):
		case bits > maxRSABits:
			f.Rule = "CF-CERT-12"
			refuse()
		case bits < minRSABits:
			refuse()
		default:
			f.Verdict, f.Inferred, f.Hint = Warn, true, "the size lies between documented ones; "+hintKey
		}
	case *ecdsa.PublicKey:
		f.Rule, f.Expected = "CF-CERT-13", expectedCurves
		f.Observed = "an ECDSA key on " + key.Curve.Params().Name
		if key.Curve != elliptic.P256() && key.Curve != elliptic.P384() {
			refuse()
		}
	default:
		kind := "an unknown kind"
		if leaf.PublicKeyAlgorithm != x509.UnknownPublicKeyAlgorithm {
			kind = "the kind " + leaf.PublicKeyAlgorithm.String()
		}
		f.Rule, f.Expected = "CF-CERT-13", expectedCurves
		f.Observed = "a key of " + kind + ", which is on no list"
		refuse()
	}
	j.add(rankKey, f)
}
