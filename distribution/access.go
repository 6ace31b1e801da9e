package distribution

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
)

// ValidPublicKey reports whether text is a public key that CloudFront accepts:
// 2048-bit RSA or ECDSA on P-256, in PEM (CF-CONF-147).
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

// TrustedKeyGroups are the key groups whose signatures a behavior accepts from
// viewers.
type TrustedKeyGroups struct {
	// Enabled reports whether requests must be signed.
	Enabled bool
	// IDs are the ids of the key groups as configured.
	IDs []string
	// Groups are the key groups, in the order of IDs. An entry is nil if the files
	// do not define that group.
	Groups []*KeyGroup
}

// KeyGroup is a set of public keys.
type KeyGroup struct {
	// ID is AWS's id as configured, or how the files refer to the group.
	ID, Name, Comment string
	// Keys are the group's keys in order. A key without PEM is known only by its
	// id.
	Keys []PublicKey
}

// PublicKey is a key that verifies signed URLs and cookies.
type PublicKey struct {
	// ID is the Key-Pair-Id (K…), or how the files refer to it.
	ID, Name, Comment string
	// PEM is the key as configured (API: EncodedKey); "" if unknown.
	PEM string
}

// TrustedSigners are AWS accounts whose signatures are accepted. This is the legacy
// alternative to key groups.
type TrustedSigners struct {
	Enabled  bool
	Accounts []string
}

// OriginAccessControl defines whether and how requests to an origin are signed.
type OriginAccessControl struct {
	// ID is AWS's id (E…) as configured, or how the files refer to it.
	ID, Name, Description string
	// OriginType is s3, lambda, mediastore or mediapackagev2.
	OriginType string
	// SigningBehavior is always, never or no-override.
	SigningBehavior string
	// SigningProtocol is sigv4.
	SigningProtocol string
}

// OriginShield is an additional caching layer in front of an origin.
type OriginShield struct {
	Enabled bool
	Region  string
}

// VPCOrigin identifies an origin in a VPC (API: VpcOriginConfig).
type VPCOrigin struct{ ID, OwnerAccountID string }

// Backend is the kind of server behind an origin, determined from its domain name
// or from the resource that defines the name.
type Backend string

// The backends. "" means unknown.
const (
	BackendBucket       Backend = "s3-bucket"
	BackendWebsite      Backend = "s3-website"
	BackendLoadBalancer Backend = "load-balancer"
	BackendAPIGateway   Backend = "api-gateway"
	BackendLambdaURL    Backend = "lambda-url"
	BackendMediaStore   Backend = "mediastore"
	BackendMediaPackage Backend = "mediapackagev2"
)
