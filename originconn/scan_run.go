package originconn

import (
	"context"
	"slices"
	"sync"

	"github.com/edgesim/edgesim/internal/tlswire"
	"github.com/edgesim/edgesim/policy"
)

// scan is one scan under way.
type scan struct {
	asker
	// stop ends the scan early: the origin speaks no TLS.
	stop func()

	tls13, tls12, tls11, tls10, ssl3 *versionScan

	// seen guards found.
	seen  sync.Mutex
	found ScanReport
}

// wrongName is a server name that no origin can have (RFC 6761).
const wrongName = "edgesim-scan.invalid"

// run asks everything. First it asks which versions are spoken, all at a time;
// then it explores them, the old ones last, because what they accept is likely
// to be what TLS 1.2 does.
func (s *scan) run(ctx context.Context) {
	s.tls13, s.tls12 = newVersionScan(s, policy.VersionTLS13), newVersionScan(s, policy.VersionTLS12)
	s.tls11, s.tls10 = newVersionScan(s, policy.VersionTLS11), newVersionScan(s, policy.VersionTLS10)
	s.ssl3 = newVersionScan(s, policy.VersionSSL30)

	together(
		func() { s.begin12(ctx) },
		func() { s.begin13(ctx) },
		func() { s.beginOld(ctx) },
		func() { s.begin(ctx, s.ssl3, s.ssl3.hello()) },
	)
	together(
		func() { s.tls12.explore(ctx) },
		func() { s.tls13.explore(ctx) },
		func() { s.names(ctx) },
		func() { s.keyTypes13(ctx) },
	)
	if s.tls12.spoken {
		known := s.tls12.suites.accepted
		for _, v := range []*versionScan{s.tls11, s.tls10, s.ssl3} {
			v.suites.all = inOrderOf(known, v.suites.all)
			v.suites.open = inOrderOf(known, v.suites.open)
		}
	}
	together(
		func() { s.tls11.explore(ctx) },
		func() { s.tls10.explore(ctx) },
		func() { s.ssl3.explore(ctx) },
	)
}

// together runs functions at the same time and waits for all of them.
func together(functions ...func()) {
	var all sync.WaitGroup
	for _, f := range functions {
		all.Go(f)
	}
	all.Wait()
}

// begin asks whether a version is spoken, and returns the answer.
func (s *scan) begin(ctx context.Context, v *versionScan, h tlswire.ClientHello) answer {
	a := s.ask(ctx, v.finite(h))
	s.facts(a, h.SNI)
	v.mu.Lock()
	defer v.mu.Unlock()
	v.note(a, h.Suites)
	v.asked = v.asked || a.asked && (!a.timedOut || v.spoken)
	if a.asked && !v.spoken {
		v.refusal = a.flight.Alert
	}
	return a
}

// begin12 asks for TLS 1.2 in one order, in the opposite order and without a
// name, and for its ECDSA suites alone: together they tell whether it is spoken,
// whose order counts, and which certificates there are.
func (s *scan) begin12(ctx context.Context) {
	v := s.tls12
	forward := v.hello()
	forward.Compressions = []uint8{compressionDeflate}
	backward := v.hello()
	backward.Suites, backward.Groups = reorder(backward.Suites), reversed(backward.Groups)
	backward.Signatures, backward.SessionTicket = reversed(backward.Signatures), true
	nameless := backward
	nameless.SNI = ""
	ecdsa := backward
	ecdsa.Suites = filtered(backward.Suites, ecdsaSuite)

	var a, b, c answer
	together(
		func() { a = s.begin(ctx, v, forward) },
		func() { b = s.ask(ctx, v.finite(nameless)) },
		func() { c = s.ask(ctx, v.finite(ecdsa)) },
	)
	s.nameAnswer(&s.found.WithoutSNI, b)
	s.facts(b, "")
	s.facts(c, s.target.SNI)
	if rest := v.suites.all[len(forward.Suites):]; !v.spoken && a.asked && a.flight.ServerHello == nil && len(a.flight.NotTLS) == 0 {
		forward.Suites = rest
		a = s.begin(ctx, v, forward)
	}
	if s.target.SNI != "" && !sameHost(b, a, c) && v.spoken {
		// Another virtual host answered, or none: its lists are not the ones
		// asked for.
		b = s.begin(ctx, v, backward)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.note(b, backward.Suites)
	v.note(c, ecdsa.Suites)
	v.compareSuites(a, b, forward.Suites, backward.Suites)
	v.compareRest(a, b)
	v.compareRest(a, c)
	if c.asked && !c.timedOut && c.in(v.version) == nil && v.spoken {
		v.suites.open = without(v.suites.open, ecdsa.Suites...)
	}
}

// compressionDeflate is the method of RFC 3749; a server that takes it is open
// to CRIME.
const compressionDeflate = 1

// ecdsaSuite says whether a suite needs an ECDSA certificate.
func ecdsaSuite(suite uint16) bool {
	_, auth := tlswire.KeyExchange(suite)
	return auth == "ECDSA"
}

// begin13 asks for TLS 1.3 with key shares, so that the certificates can be
// read, and in the opposite order without.
func (s *scan) begin13(ctx context.Context) {
	v := s.tls13
	forward := v.hello()
	// The least usual curve goes first: a server that would rather have another
	// one may then name all its groups. Other suites cannot be decrypted.
	forward.KeyShares = []uint16{policy.GroupP384, policy.GroupP256, policy.GroupX25519}
	forward.Suites = suites13
	backward := v.hello()
	backward.Suites, backward.Groups = reorder(backward.Suites), reversed(backward.Groups)
	var a, b answer
	together(
		func() { a = s.begin(ctx, v, forward) },
		func() { b = s.begin(ctx, v, backward) },
	)
	if hello := a.in(v.version); hello != nil && hello.HelloRetryRequest {
		// It wants another group; for the certificates, one of these will do.
		forward.KeyShares = append(forward.KeyShares, groupP521)
		forward.Groups = forward.KeyShares
		s.begin(ctx, v, forward)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.compareSuites(a, b, forward.Suites, backward.Suites)
	if named := both(a.flight.SupportedGroups, v.groups.all); len(named) > 0 {
		v.groups.accepted, v.groups.open = named, nil
	}
}

// beginOld asks for TLS 1.1. A server that has TLS 1.0 only answers with it.
func (s *scan) beginOld(ctx context.Context) {
	s.oldVersion(ctx, s.tls11)
	if s.tls11.spoken {
		s.oldVersion(ctx, s.tls10)
	}
}

func (s *scan) oldVersion(ctx context.Context, v *versionScan) {
	backward := v.hello()
	backward.Suites, backward.Groups = reorder(backward.Suites), reversed(backward.Groups)
	a := s.begin(ctx, v, v.hello())
	if v == s.tls11 && !v.spoken {
		if v = s.tls10; a.in(v.version) == nil {
			v.refusal, v.asked = s.tls11.refusal, s.tls11.asked
			return
		}
		v.note(a, s.tls11.hello().Suites)
		v.asked = true
	}
	b := s.begin(ctx, v, backward)
	v.mu.Lock()
	defer v.mu.Unlock()
	v.compareSuites(a, b, backward.Suites, backward.Suites)
	v.compareRest(a, b)
}

// names asks with a name that the origin cannot have, and without one where TLS
// 1.2, which was asked so already, is not spoken.
func (s *scan) names(ctx context.Context) {
	v := s.tls12
	if !v.spoken {
		v = s.tls13
	}
	if !v.spoken || s.target.SNI == "" {
		return
	}
	v.mu.Lock() // TLS 1.2 is being explored at the same time
	h := v.hello()
	v.mu.Unlock()
	if v == s.tls13 {
		h.KeyShares = []uint16{policy.GroupX25519, policy.GroupP256, policy.GroupP384}
	}
	h.SNI = wrongName
	a := s.ask(ctx, v.finite(h))
	s.facts(a, h.SNI)
	s.nameAnswer(&s.found.WrongSNI, a)
	if v == s.tls13 {
		h.SNI = ""
		a := s.ask(ctx, v.finite(h))
		s.facts(a, h.SNI)
		s.nameAnswer(&s.found.WithoutSNI, a)
	}
}

// keyTypes13 asks a server of TLS 1.3 alone for a certificate with the other
// kind of key.
func (s *scan) keyTypes13(ctx context.Context) {
	if s.tls12.spoken || !s.tls13.spoken {
		return
	}
	s.seen.Lock()
	var kinds []string
	for _, chain := range s.found.Certificates {
		kinds = append(kinds, chain.KeyType)
	}
	s.seen.Unlock()
	for _, other := range []string{"RSA", "ECDSA"} {
		if len(kinds) == 0 || slices.Contains(kinds, other) {
			continue
		}
		h := s.tls13.hello()
		h.KeyShares = []uint16{policy.GroupX25519, policy.GroupP256, policy.GroupP384}
		h.Signatures = filtered(h.Signatures, func(scheme uint16) bool { return signsWith(scheme) == other })
		a := s.ask(ctx, h)
		s.facts(a, h.SNI)
		s.tls13.mu.Lock()
		s.tls13.note(a, h.Suites)
		s.tls13.mu.Unlock()
	}
}
