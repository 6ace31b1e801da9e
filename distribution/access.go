package distribution

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
)

// ValidPublicKey reports whether a text is a public key that CloudFront takes:
// RSA with 2048 bits or ECDSA on P-256, in PEM (CF-CONF-147).
func ValidPublicKey(text string) bool {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return false
	}
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return false
	}
	switch key := key.(type) {
	case *rsa.PublicKey:
		return key.N.BitLen() == 2048
	case *ecdsa.PublicKey:
		return key.Curve == elliptic.P256()
	}
	return false
}

// TrustedKeyGroups say whose signatures a behavior's viewers need.
type TrustedKeyGroups struct {
	// Enabled is whether a signature is demanded.
	Enabled bool
	// IDs are the key groups as configured.
	IDs []string
	// Groups are those that the files describe, in the order of IDs; nil entries
	// are groups of which only the id is known.
	Groups []*KeyGroup
}

// KeyGroup is a set of public keys.
type KeyGroup struct {
	// ID is as configured: AWS's id, or how the files refer to it.
	ID, Name, Comment string
	// Keys are its keys in order; one without PEM is known by its id alone.
	Keys []PublicKey
}

// PublicKey is a key that verifies signed URLs and cookies.
type PublicKey struct {
	// ID is the Key-Pair-Id (K…), or how the files refer to it.
	ID, Name, Comment string
	// PEM is the key as configured (API: EncodedKey); "" where it is not known.
	PEM string
}

// TrustedSigners are AWS accounts whose signatures are accepted: the older way.
type TrustedSigners struct {
	Enabled  bool
	Accounts []string
}

// OriginAccessControl says whether and how requests to an origin are signed.
type OriginAccessControl struct {
	// ID is as configured: AWS's id (E…), or how the files refer to it.
	ID, Name, Description string
	// OriginType is s3, lambda, mediastore or mediapackagev2.
	OriginType string
	// SigningBehavior is always, never or no-override.
	SigningBehavior string
	// SigningProtocol is sigv4.
	SigningProtocol string
}

// OriginShield is an additional layer of cache before an origin.
type OriginShield struct {
	Enabled bool
	Region  string
}

// VPCOrigin is the private way to an origin (API: VpcOriginConfig).
type VPCOrigin struct{ ID, OwnerAccountID string }

// Backend is the sort of server behind an origin, where its name or the
// resource that gives the name tells.
type Backend string

// The backends. "" is a server of which nothing is known.
const (
	BackendBucket       Backend = "s3-bucket"
	BackendWebsite      Backend = "s3-website"
	BackendLoadBalancer Backend = "load-balancer"
	BackendAPIGateway   Backend = "api-gateway"
	BackendLambdaURL    Backend = "lambda-url"
	BackendMediaStore   Backend = "mediastore"
	BackendMediaPackage Backend = "mediapackagev2"
)
