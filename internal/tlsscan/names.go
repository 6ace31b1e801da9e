package tlsscan

import (
	"slices"

	"github.com/edgesim/edgesim/policy"
)

// misnamedQuestion uses a name that the origin cannot have.
func (v *versionScan) misnamedQuestion() question {
	v.s.misnamed = true
	h := v.hello()
	h.SNI = wrongName
	h.Suites = inOrderOf(v.suites.accepted, h.Suites)
	if v.version == policy.VersionTLS13 {
		h.KeyShares = []uint16{policy.GroupX25519, policy.GroupP256, policy.GroupP384}
	}
	return question{hello: v.finite(h), conclude: func(a answer) { v.s.nameAnswer(&v.s.found.WrongSNI, a) }}
}

// misname gives the wrong name to a question that will be accepted. If the same host
// answers, nothing is lost; otherwise it is asked again.
func (v *versionScan) misname(list []question, queries []query) []question {
	at := -1
	for i, q := range queries {
		if !list[i].unsafe && len(both(q.offer, v.suites.accepted)) > 0 {
			at = i
		}
	}
	if at < 0 || v.version == policy.VersionTLS13 {
		return slices.Insert(list, 0, v.misnamedQuestion())
	}
	v.s.misnamed = true
	conclude := list[at].conclude
	list[at].hello.SNI = wrongName
	list[at].conclude = func(a answer) {
		if !v.s.sameHost(a) {
			// It may have other suites: once more with all of them.
			v.s.later = append(v.s.later, v.misnamedQuestion())
			return
		}
		v.s.nameAnswer(&v.s.found.WrongSNI, a)
		conclude(a)
	}
	return list
}

// asksNames reports whether this version is the one that tries a wrong name.
func (v *versionScan) asksNames() bool {
	other := v == v.s.tls13 && v.s.tls12.spoken || v != v.s.tls13 && v != v.s.tls12
	return !other && v.s.origin.SNI != "" && !v.s.misnamed
}

// wrongName is a server name that no origin can have (RFC 6761).
const wrongName = "edgesim-scan.invalid"
