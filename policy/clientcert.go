package policy

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"slices"
)

// Limits of a client certificate for origin mTLS (CF-MTLS-04).
const (
	clientChainDepth = 3
	clientChainBytes = 64 << 10
	clientCertBytes  = 96 << 10
)

// JudgeClientCertificate judges the certificate that the edge would send to
// origins (CF-MTLS-04, CF-MTLS-05): whether CloudFront would accept it from ACM.
// It does not check the validity period: CloudFront leaves that to the origin
// (CF-MTLS-03).
func JudgeClientCertificate(chain []*x509.Certificate) []Finding {
	if len(chain) == 0 {
		return []Finding{clientFinding(Fail, "CF-MTLS-04", "no certificate", "a certificate in PEM", "")}
	}
	leaf, size := chain[0], 0
	for _, c := range chain {
		size += len(c.Raw)
	}
	var found []Finding
	check := func(ok bool, rule RuleID, observed, expected, hint string) {
		verdict := Pass
		if !ok {
			verdict = Fail
		}
		found = append(found, clientFinding(verdict, rule, observed, expected, hint))
	}
	check(leaf.Version == 3, "CF-MTLS-04", fmt.Sprintf("X.509 version %d", leaf.Version), "X.509 version 3", "")
	check(slices.Contains(leaf.ExtKeyUsage, x509.ExtKeyUsageClientAuth), "CF-MTLS-04",
		"extended key usage "+describeUsage(leaf), "TLS client authentication among the extended key usages",
		"issue it with extendedKeyUsage = clientAuth")
	key, keyOK := describeClientKey(leaf)
	check(keyOK, "CF-MTLS-04", key, "an RSA key of 2048 bits or an ECDSA key on P-256", "")
	check(len(chain) <= clientChainDepth, "CF-MTLS-04", plural(len(chain), "certificate"), fmt.Sprintf("at most %d certificates", clientChainDepth), "")
	check(size <= clientChainBytes, "CF-MTLS-04", fmt.Sprintf("a chain of %d bytes", size), fmt.Sprintf("at most %d bytes", clientChainBytes), "")
	check(len(leaf.Raw) <= clientCertBytes, "CF-MTLS-04", fmt.Sprintf("a certificate of %d bytes", len(leaf.Raw)), fmt.Sprintf("at most %d bytes", clientCertBytes), "")
	check(clientSignature(leaf.SignatureAlgorithm), "CF-MTLS-05", "signed with "+leaf.SignatureAlgorithm.String(),
		"a signature with SHA-256, SHA-384 or SHA-512 by RSA, RSASSA-PSS or ECDSA", "")
	return found
}

func clientFinding(v Verdict, rule RuleID, observed, expected, hint string) Finding {
	return Finding{Rule: rule, Verdict: v, Subject: "client certificate", Observed: observed, Expected: expected, Hint: hint}
}

func describeUsage(c *x509.Certificate) string {
	switch {
	case slices.Contains(c.ExtKeyUsage, x509.ExtKeyUsageClientAuth):
		return "clientAuth"
	case slices.Contains(c.ExtKeyUsage, x509.ExtKeyUsageServerAuth):
		return "serverAuth without clientAuth"
	case len(c.ExtKeyUsage) == 0:
		return "missing"
	}
	return "without clientAuth"
}

func describeClientKey(c *x509.Certificate) (string, bool) {
	switch key := c.PublicKey.(type) {
	case *rsa.PublicKey:
		return fmt.Sprintf("an RSA key of %d bits", key.N.BitLen()), key.N.BitLen() == 2048
	case *ecdsa.PublicKey:
		return "an ECDSA key on " + key.Curve.Params().Name, key.Curve == elliptic.P256()
	}
	return "a key of the kind " + c.PublicKeyAlgorithm.String(), false
}

func clientSignature(a x509.SignatureAlgorithm) bool {
	switch a {
	case x509.SHA256WithRSA, x509.SHA384WithRSA, x509.SHA512WithRSA, x509.SHA256WithRSAPSS, x509.SHA384WithRSAPSS,
		x509.SHA512WithRSAPSS, x509.ECDSAWithSHA256, x509.ECDSAWithSHA384, x509.ECDSAWithSHA512:
		return true
	}
	return false
}
