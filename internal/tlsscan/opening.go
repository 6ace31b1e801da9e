package tlsscan

import (
	"slices"

	"github.com/edgesim/edgesim/internal/tlswire"
	"github.com/edgesim/edgesim/policy"
)

// opening is the first wave: which versions are supported, whose order counts, which kinds
// of key exchange and of certificate there are, and how the origin answers without a name.
type opening struct {
	s *scan
	// parts are the suites of TLS 1.2 by family, each in a separate question.
	parts []part
	// backward is all of them in the opposite order, without a name.
	backward part
	// shares is TLS 1.3 with key shares, so that certificates can be read; turned is the
	// opposite order without key shares.
	shares, turned part
}

// part is a question of the opening with its answer.
type part struct {
	hello  tlswire.ClientHello
	answer answer
}

// ask turns it into a question.
func (p *part) ask(v *versionScan) question {
	offered := p.hello.Suites
	return question{hello: v.finite(p.hello), conclude: func(a answer) {
		p.answer = a
		v.heard(a, offered)
	}}
}

// questions makes the first wave.
func (o *opening) questions() []question {
	s := o.s
	o.begin12()
	o.begin13()
	var list []question
	for i := range o.parts {
		list = append(list, o.parts[i].ask(s.tls12))
	}
	backward := o.backward.hello.Suites
	list = append(list,
		question{hello: s.tls12.finite(o.backward.hello), conclude: func(a answer) {
			o.backward.answer = a
			s.nameAnswer(&s.found.WithoutSNI, a)
			if o.backward.hello.SNI == s.origin.SNI {
				s.tls12.heard(a, backward)
			}
		}},
		o.shares.ask(s.tls13), o.turned.ask(s.tls13), s.tls11.firstQuestion(), s.ssl3.firstQuestion(),
	)
	return list
}

// begin12 makes the questions for TLS 1.2: its suites by family, in the order of asking,
// and all at once in the opposite order.
func (o *opening) begin12() {
	v := o.s.tls12
	family := func(exchange, auth string) []uint16 {
		return filtered(v.suites.all, func(suite uint16) bool {
			e, a := tlswire.KeyExchange(suite)
			return e == exchange && a == auth
		})
	}
	rsa, ecdsa, static := family("ECDHE", "RSA"), family("ECDHE", "ECDSA"), family("RSA", "RSA")
	// Rare suites go together. If the order of the hello counts, they are decided by
	// preceding the common ones.
	rare := filtered(slices.Concat(rsa, ecdsa, static), seldom)
	rest := without(v.suites.all, slices.Concat(rsa, ecdsa, static)...)
	rest, rare = rest[:manySuites], slices.Concat(rest[manySuites:], rare)
	static = inOrderOf(without(static, openSSLOrder...), static)
	lists := [][]uint16{without(rsa, rare...), without(ecdsa, rare...), without(static, rare...), rest, rare}
	for i, suites := range lists {
		h := v.hello()
		h.Suites = suites
		if i == 0 {
			h.Compressions = []uint8{compressionDeflate}
		}
		o.parts = append(o.parts, part{hello: h})
	}
	h := v.hello()
	h.Suites = reorder(slices.Concat(rsa, ecdsa, static, rest)[:manySuites])
	h.Groups, h.Signatures = reversed(h.Groups), reversed(h.Signatures)
	h.SessionTicket, h.SNI = true, ""
	o.backward = part{hello: h}
}

// compressionDeflate is the method of RFC 3749; a server that accepts it is open to CRIME.
const compressionDeflate = 1

// begin13 makes the questions for TLS 1.3.
func (o *opening) begin13() {
	v := o.s.tls13
	o.shares.hello, o.turned.hello = v.hello(), v.hello()
	// The least usual curve goes first: a server that prefers another one may then name all
	// its groups. Other suites cannot be decrypted.
	o.shares.hello.KeyShares = []uint16{policy.GroupP384, policy.GroupP256, policy.GroupX25519}
	o.shares.hello.Suites = suites13
	turned := &o.turned.hello
	turned.Suites, turned.Groups = reorder(turned.Suites), reversed(turned.Groups)
}

// conclude draws the conclusions that follow from several answers.
func (o *opening) conclude() {
	o.conclude12()
	o.conclude13()
	o.concludeOld()
	o.names()
}

// conclude12 determines whose order counts, and which families are refused.
func (o *opening) conclude12() {
	v := o.s.tls12
	if !v.spoken {
		return
	}
	b := o.backward
	if b.hello.SNI != o.s.origin.SNI && !o.s.sameHost(b.answer) {
		// Another virtual host answered, or none: its lists are not the ones in question.
		b.hello.SNI = o.s.origin.SNI
		o.s.later = append(o.s.later, question{hello: v.finite(b.hello), conclude: func(a answer) {
			v.heard(a, b.hello.Suites)
			b.answer = a
			o.compare12(b)
		}})
	} else {
		v.note(b.answer, b.hello.Suites)
		o.compare12(b)
	}
	for i := range o.parts {
		if p := &o.parts[i]; p.answer.asked && !p.answer.timedOut && p.answer.in(v.version) == nil && !o.s.dropped(p.answer) {
			v.suites.refuse(p.hello.Suites...)
		}
	}
}

// compare12 compares the answers to the families with the answer to the opposite order, and
// records all of them as choices.
func (o *opening) compare12(backward part) {
	v := o.s.tls12
	for _, p := range o.parts {
		v.compareSuites(p, backward)
		v.compareRest(p.answer, backward.answer)
	}
	for _, p := range append(o.parts, backward) {
		v.settleAll(p)
	}
}

// conclude13 determines whose order counts in TLS 1.3.
func (o *opening) conclude13() {
	v := o.s.tls13
	if hello := o.shares.answer.in(v.version); hello != nil && hello.HelloRetryRequest {
		// It wants another group; for the certificates, one of these will do.
		again := o.shares
		again.hello.KeyShares = append(slices.Clone(again.hello.KeyShares), groupP521)
		again.hello.Groups = again.hello.KeyShares
		o.s.later = append(o.s.later, again.ask(v))
	}
	v.compareSuites(o.shares, o.turned)
	v.settleAll(o.shares)
	v.settleAll(o.turned)
	if named := both(o.shares.answer.flight.SupportedGroups, v.groups.all); len(named) > 0 {
		v.groups.accepted, v.groups.open = named, nil
	}
}

// concludeOld tries TLS 1.0 if 1.1 is supported, too. A server that only has 1.0 has
// already answered with it.
func (o *opening) concludeOld() {
	newer, older := o.s.tls11, o.s.tls10
	if newer.spoken {
		o.s.later = append(o.s.later, older.firstQuestion())
		return
	}
	a := newer.first.answer
	older.asked, older.refusal = newer.asked, newer.refusal
	older.heard(a, newer.first.hello.Suites)
	older.settleAll(newer.first)
}

// names asks what the first wave could not: a server that only supports TLS 1.3, without a
// name and for a certificate with the other kind of key.
func (o *opening) names() {
	s, v := o.s, o.s.tls13
	if s.tls12.spoken || !v.spoken {
		return
	}
	h := v.hello()
	h.KeyShares = []uint16{policy.GroupX25519, policy.GroupP256, policy.GroupP384}
	if s.origin.SNI != "" {
		nameless := h
		nameless.SNI = ""
		s.later = append(s.later, question{hello: nameless, conclude: func(a answer) { s.nameAnswer(&s.found.WithoutSNI, a) }})
	}
	kinds := s.keyTypes()
	for _, other := range []string{"RSA", "ECDSA"} {
		if len(kinds) == 0 || slices.Contains(kinds, other) {
			continue
		}
		h := h
		h.Signatures = filtered(h.Signatures, func(scheme uint16) bool { return tlswire.SignatureKey(scheme) == other })
		s.later = append(s.later, question{hello: h, conclude: func(a answer) { v.note(a, h.Suites) }})
	}
}
