package tlsscan

import (
	"slices"

	"github.com/edgesim/edgesim/policy"
)

// olderQuestions asks in a version older than another one that the origin supports. No
// stack is known to accept other suites there than those of the newer version that exist in
// the older one. So one question checks whether there are others, and the known ones are
// checked one by one as far as connections are left; the rest are inferred.
func (v *versionScan) olderQuestions(room int) []question {
	newer := v.newer()
	open := newer.suites.open
	if newer.short {
		open = without(open, newer.suites.usual...)
	}
	if len(open) > 0 && !newer.suites.failed {
		return nil // what is accepted there is still unknown
	}
	var list []question
	for part := range slices.Chunk(without(v.suites.open, slices.Concat(newer.suites.accepted, newer.suites.open)...), manySuites) {
		list = append(list, v.plainQuestion(part))
	}
	v.excluded = true
	proofs := inOrderOf(policy.CurrentSnapshot().Suites, both(newer.suites.ordered(), v.suites.open))
	if newer.short {
		return list[:min(len(list), room)]
	}
	// Each older version needs one connection before the ones here are used up.
	for _, suite := range proofs[:max(min(len(proofs), room-len(list)-oldVersions), 0)] {
		list = append(list, v.plainQuestion([]uint16{suite}))
	}
	return list[:min(len(list), room)]
}

// oldVersions is how many versions may be older than a newer one.
const oldVersions = 2

// plainQuestion offers suites about which nothing is presumed.
func (v *versionScan) plainQuestion(suites []uint16) question {
	h := v.hello()
	h.Suites = suites
	return question{hello: v.finite(h), conclude: func(a answer) {
		hello := a.in(v.version)
		switch {
		case a.useless(hello), v.s.dropped(a):
			v.suites.failed = true
		case hello == nil:
			v.suites.refuse(suites...)
			v.differs = v.differs || len(both(suites, v.newer().suites.accepted)) > 0
		case !v.note(a, suites):
			v.suites.failed = true
		}
	}}
}

// infer takes over what was not tried from the newer version, unless the two were seen to
// differ.
func (v *versionScan) infer() {
	newer := v.newer()
	if newer == nil {
		return
	}
	if !v.differs {
		v.inferred = both(newer.suites.accepted, v.suites.open)
		v.suites.refuse(v.inferred...)
	}
	v.suites.accepted = inOrderOf(newer.suites.ordered(), slices.Concat(v.suites.accepted, v.inferred))
	v.suites.byClient, v.preference = newer.suites.byClient, newer.orderedBy()
}
