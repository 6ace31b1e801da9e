package tlsscan

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"slices"

	"github.com/edgesim/edgesim/internal/tlswire"
	"github.com/edgesim/edgesim/policy"
)

// facts keeps what an answer says about the origin as a whole, regardless of the question.
func (s *scan) facts(a answer, sni string) {
	r := &s.found
	if len(a.flight.NotTLS) > 0 && r.NotTLS == nil {
		r.NotTLS = a.flight.NotTLS
		s.stop()
	}
	s.alerts = s.alerts || a.flight.Alert != nil
	r.ClientCertificateRequested = r.ClientCertificateRequested || a.flight.CertificateRequested
	if hello := a.flight.ServerHello; hello != nil && hello.Version <= policy.VersionTLS12 {
		r.SessionIDs = r.SessionIDs || len(hello.SessionID) > 0
		r.SessionTickets = r.SessionTickets || hello.SessionTicket
		r.SecureRenegotiation = r.SecureRenegotiation || hello.SecureRenegotiation
		r.ExtendedMasterSecret = r.ExtendedMasterSecret || hello.ExtendedMasterSecret
		r.Compression = r.Compression || hello.Compression != 0
	}
	if len(a.flight.Certificates) == 0 || a.flight.ServerHello == nil {
		return // certificates without a preceding hello are not a chain
	}
	chain := Chain{SNI: sni, KeyType: keyTypeOf(a.leaf()), Version: a.flight.ServerHello.Version, Chain: a.flight.Certificates}
	at := slices.IndexFunc(r.Certificates, func(other Chain) bool {
		return other.SNI == sni && bytes.Equal(other.Chain[0], chain.Chain[0])
	})
	switch {
	case at < 0:
		r.Certificates = append(r.Certificates, chain)
	case chain.Version > r.Certificates[at].Version:
		r.Certificates[at].Version = chain.Version
	}
}

// dropped reports whether an origin that refuses with alerts ended a connection without
// one: that is not a refusal, and nothing follows from it.
func (s *scan) dropped(a answer) bool {
	return s.alerts && a.flight.ServerHello == nil && a.flight.Alert == nil
}

// keyTypeOf returns the kind of a certificate's key: "RSA", "ECDSA", "Ed25519", or "" for
// another one or an unreadable certificate.
func keyTypeOf(der []byte) string {
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return ""
	}
	switch certificate.PublicKey.(type) {
	case *rsa.PublicKey:
		return "RSA"
	case *ecdsa.PublicKey:
		return "ECDSA"
	case ed25519.PublicKey:
		return "Ed25519"
	}
	return ""
}

// nameAnswer notes how the origin answers without a name or with a wrong one.
func (s *scan) nameAnswer(to *NameAnswer, a answer) {
	*to = NameAnswer{Asked: a.asked, Accepted: a.flight.ServerHello != nil, Alert: a.flight.Alert}
}

// sameHost reports whether an answer comes from the virtual host of the target: it has a
// certificate that was presented for its name.
func (s *scan) sameHost(a answer) bool {
	return a.leaf() != nil && slices.ContainsFunc(s.found.Certificates, func(c Chain) bool {
		return c.SNI == s.origin.SNI && bytes.Equal(a.leaf(), c.Chain[0])
	})
}

// keyTypes returns the kinds of certificates seen.
func (s *scan) keyTypes() []string {
	var kinds []string
	for _, chain := range s.found.Certificates {
		kinds = append(kinds, chain.KeyType)
	}
	return kinds
}

// report makes the report from the results.
func (s *scan) report() *Report {
	r := s.found
	r.Host, r.SNI = s.origin.Host, s.origin.SNI
	r.Address, r.Connections = s.address, s.opened
	r.OtherAddresses = s.origin.OtherAddresses
	r.Versions = nil
	for _, v := range s.versions() {
		r.Versions = append(r.Versions, v.report())
	}
	r.Limits = slices.Sorted(slices.Values(s.limits))
	if s.timeouts > 0 {
		r.Limits = append(r.Limits, silentText(s.timeouts, s.options.Timeout))
	}
	slices.SortStableFunc(r.Certificates, compareChains(s.origin.SNI))
	return &r
}

// report makes the part of one version.
func (v *versionScan) report() VersionReport {
	r := VersionReport{
		Version: v.version, Name: tlswire.VersionName(v.version), Asked: v.asked, Spoken: v.spoken,
		DHBits: v.dhBits, Refusal: v.refusal,
	}
	if !v.spoken {
		return r
	}
	groups := &v.groups
	if !v.groupsWanted() && v.version > policy.VersionSSL30 {
		groups = &v.s.tls12.groups
	}
	r.Preference, r.SuitesInferred = v.orderedBy(), v.inferred
	r.OrderInferred = r.Preference == PreferenceServer && (len(v.suites.unordered()) > 0 || len(v.inferred) > 0)
	r.Suites, r.SuitesOpen, r.SuitesComplete = v.suites.ordered(), v.suites.open, v.suites.complete()
	r.Groups = groups.ordered()
	r.GroupsComplete = v.decided(groups, v.needsGroup)
	r.SignaturesComplete = v.version < policy.VersionTLS12 // those have no choice
	if v.version == policy.VersionTLS12 {
		r.SignaturesComplete = v.decided(v.signatures["RSA"], signed("RSA")) && v.decided(v.signatures["ECDSA"], signed("ECDSA"))
	}
	for _, key := range []string{"RSA", "ECDSA"} {
		r.Signatures = append(r.Signatures, v.signatures[key].ordered()...)
	}
	r.SuiteNames = namesOf(r.Suites, tlswire.SuiteName)
	r.GroupNames = namesOf(r.Groups, tlswire.GroupName)
	r.SignatureNames = namesOf(r.Signatures, tlswire.SignatureName)
	return r
}

func namesOf(list []uint16, name func(uint16) string) []string {
	var names []string
	for _, v := range list {
		names = append(names, name(v))
	}
	return names
}
