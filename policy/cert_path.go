package policy

import "crypto/x509"

// Limits of one judgment, so that a hostile chain costs little. They are ours:
// the documentation knows no limit for the origin's chain.
const (
	// MaxJudgedCertificates is the maximum number of certificates judged in a chain.
	MaxJudgedCertificates = 100
	// maxLinkChecks limits the signatures checked in one judgment, about 20 ms.
	maxLinkChecks = 250
	// maxPathsTried limits the complete paths judged before the best is taken.
	maxPathsTried = 32
	// maxPathSteps limits the steps of one search.
	maxPathSteps = 2000
)

// path leads from the leaf to a root, or as far as it goes.
type path struct {
	// certs are the certificates sent, leaf first.
	certs []*chainCert
	// root is the trusted root that issued the last one; nil if there is none.
	root *anchor
}

// end returns the last certificate that was sent.
func (p path) end() *chainCert { return p.certs[len(p.certs)-1] }

// chain returns the path with its root, in the form that crypto/x509 uses for chains.
func (p path) chain() []*x509.Certificate {
	var chain []*x509.Certificate
	for _, c := range p.certs {
		chain = append(chain, c.Certificate)
	}
	return append(chain, p.root.Certificate)
}

// parents are the issuers of a certificate.
type parents struct {
	roots []*anchor
	sent  []*chainCert
}

// issuers returns what may follow a certificate on a path: trusted roots, and certificates
// that were sent. Broken links count only if there are no better ones.
func (j *judge) issuers(c *chainCert) (roots []*anchor, sent []*chainCert) {
	if known, ok := j.parents[c]; ok {
		return known.roots, known.sent
	}
	defer func() { j.parents[c] = parents{roots, sent} }()
	for _, least := range []link{linkUnchecked, linkBroken} {
		for _, root := range j.facts.Trust.named(c.issuer) {
			if j.link(c, &root.chainCert) >= least {
				roots = append(roots, root)
			}
		}
		for _, other := range j.bySubject[c.issuer] {
			if !other.Equal(c.Certificate) && j.link(c, other) >= least {
				sent = append(sent, other)
			}
		}
		if len(roots)+len(sent) > 0 {
			break
		}
	}
	return roots, sent
}

// link is checkLink with a cache and a budget.
func (j *judge) link(child, issuer *chainCert) link {
	if child.issuer != issuer.subject {
		return linkNone
	}
	key := [2]*chainCert{child, issuer}
	if l, ok := j.links[key]; ok {
		return l
	}
	if len(j.links) >= maxLinkChecks || j.stopped() {
		j.exhausted = true
		return linkNone
	}
	l := checkLink(j.facts.Memo, child, issuer)
	j.links[key] = l
	return l
}

// inPlace reports whether the certificate at this index issued an earlier one that is in
// place itself: then it follows what it issued, as the documented order requires, and two
// certificates for one CA may be adjacent (CF-CERT-05, CF-CERT-19). An unreadable
// certificate is judged elsewhere.
func (j *judge) inPlace(index int) bool {
	if index == 0 || !j.sent[index].readable() {
		return true
	}
	if known, ok := j.placed[index]; ok {
		return known
	}
	found := false
	for before := index - 1; before >= 0 && !found; before-- {
		child := j.sent[before]
		found = child.readable() && child.issuer == j.sent[index].subject &&
			j.link(child, j.sent[index]) != linkNone && j.inPlace(before)
	}
	j.placed[index] = found
	return found
}

// inOrder reports whether other may follow c on a path in the documented order: it comes
// after c, and everything up to it is in place.
func (j *judge) inOrder(c, other *chainCert) bool {
	if other.index <= c.index {
		return false
	}
	for j.orderedTo < other.index {
		if !j.inPlace(j.orderedTo + 1) {
			return false
		}
		j.orderedTo++
	}
	return true
}

// search looks for the best path from a leaf to a trusted root.
type search struct {
	*judge
	// ordered restricts the search to the documented order.
	ordered bool
	trail   []*chainCert
	// dead are certificates from which no root can be reached.
	dead         map[*chainCert]bool
	steps, tried int
	best         path
	bestRank     rank
	perfect      bool
}

// anchoredPath returns the best path from the leaf to a trusted root: the first one without
// a failure, or else the one whose failure ranks last. It uses only certificates that were
// sent or are trusted: nothing is fetched.
func (j *judge) anchoredPath(leaf *chainCert, ordered bool) (path, bool) {
	s := &search{judge: j, ordered: ordered, dead: map[*chainCert]bool{}}
	s.from(leaf)
	return s.best, s.tried > 0
}

// from extends the trail by c and reports whether a root was reached behind it.
func (s *search) from(c *chainCert) bool {
	s.steps++
	s.trail = append(s.trail, c)
	defer func() { s.trail = s.trail[:len(s.trail)-1] }()
	roots, sent := s.issuers(c)
	reached := false
	for _, root := range roots {
		reached = true
		s.try(path{certs: append([]*chainCert(nil), s.trail...), root: root})
	}
	for _, next := range sent {
		if s.perfect || s.tried >= maxPathsTried || s.steps >= maxPathSteps || s.stopped() {
			break
		}
		if s.onTrail(next) || s.dead[next] || s.ordered && !s.inOrder(c, next) {
			continue
		}
		reached = s.from(next) || reached
	}
	s.dead[c] = !reached
	return reached
}

func (s *search) onTrail(c *chainCert) bool {
	for _, seen := range s.trail {
		if seen == c {
			return true
		}
	}
	return false
}

func (s *search) try(p path) {
	if s.perfect || s.tried >= maxPathsTried {
		return
	}
	s.tried++
	r := worst(s.judgePath(p))
	if s.tried == 1 || r > s.bestRank {
		s.best, s.bestRank, s.perfect = p, r, r == rankNote
	}
}

// longestPath returns the longest path from the leaf that does not reach a root.
func (j *judge) longestPath(leaf *chainCert, ordered bool) path {
	p := path{certs: []*chainCert{leaf}}
	used := map[*chainCert]bool{leaf: true}
	for next := leaf; next != nil; {
		_, sent := j.issuers(next)
		c := next
		next = nil
		for _, other := range sent {
			if !used[other] && (!ordered || j.inOrder(c, other)) {
				next = other
				break
			}
		}
		if next != nil {
			used[next] = true
			p.certs = append(p.certs, next)
		}
	}
	return p
}
