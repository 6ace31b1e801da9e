package originconn

import (
	"context"
	"slices"
	"sync"

	"github.com/edgesim/edgesim/internal/tlswire"
	"github.com/edgesim/edgesim/policy"
)

// question asks for some values of each list before all others.
type question struct {
	suites, groups, rsa, ecdsa []uint16
	// guard is an accepted suite behind the suites, so that the hello is never
	// refused.
	guard uint16
}

// pool asks for the suites of an origin that follows the order of the hello.
// Each question has suites of its own and ends with one that is known to be
// accepted; so the answers do not depend on each other, several are asked at a
// time, and each is used for groups and signatures as well.
func (v *versionScan) pool(ctx context.Context) {
	var workers sync.WaitGroup
	for range v.s.options.Parallelism {
		workers.Go(func() { v.work(ctx) })
	}
	workers.Wait()
}

func (v *versionScan) work(ctx context.Context) {
	for {
		q, ok := v.next()
		if !ok {
			return
		}
		v.settle(q, v.s.ask(ctx, v.ask(q)))
	}
}

// next returns the next question. It waits while answers under way may bring
// more to ask, and says when there is nothing left.
func (v *versionScan) next() (question, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for {
		if v.suites.failed {
			return question{}, false
		}
		if q, ok := v.compose(); ok {
			v.asking++
			return q, true
		}
		if v.asking == 0 {
			v.changed.Broadcast()
			return question{}, false
		}
		v.changed.Wait()
	}
}

// compose makes a question of what is open, or says that answers under way are
// to be waited for. The lock is held.
func (v *versionScan) compose() (question, bool) {
	q := question{suites: v.nextSuites(), guard: v.guard()}
	v.suites.take(q.suites)
	// Groups and signatures are decided along with the suites; when no suite is
	// left, by questions of their own.
	suites := q.suites
	if len(suites) == 0 {
		suites = []uint16{q.guard}
	}
	if v.groups.byClient && slices.ContainsFunc(suites, ephemeralEC) {
		q.groups = v.groups.one(usualGroups)
	}
	if v.signatures["RSA"].byClient && slices.ContainsFunc(suites, signed("RSA")) {
		q.rsa = v.signatures["RSA"].one(usualSchemes)
	}
	if v.signatures["ECDSA"].byClient && slices.ContainsFunc(suites, signed("ECDSA")) {
		q.ecdsa = v.signatures["ECDSA"].one(usualSchemes)
	}
	return q, len(q.suites)+len(q.groups)+len(q.rsa)+len(q.ecdsa) > 0
}

// nextSuites picks the suites of the next question: CloudFront's first, so that
// a scan that is cut short knows the most about them; then, in bunches, those
// that are unlikely; then the likely ones. A question has the fewer suites, the
// more often the ones before it hit. The lock is held.
func (v *versionScan) nextSuites() []uint16 {
	open := filtered(v.suites.open, func(s uint16) bool { return likely(s, v.suites.accepted) })
	n := share(fewSuites*(v.misses+1), v.hits+1)
	if documented := both(open, policy.CurrentSnapshot().Suites); len(documented) > 0 {
		return documented[:min(n, len(documented))]
	}
	if rare := without(v.suites.open, open...); len(rare) > 0 {
		return rare[:min(len(rare), manySuites)]
	}
	return open[:min(n, len(open))]
}

// fewSuites is how many likely suites the first questions have.
const fewSuites = 4

// guard is the suite behind a question's own: one with a curve, if there is one.
func (v *versionScan) guard() uint16 {
	if i := slices.IndexFunc(v.suites.accepted, ephemeralEC); i >= 0 {
		return v.suites.accepted[i]
	}
	return v.suites.accepted[0]
}

// manySuites is the most suites of a hello: some servers refuse longer lists.
const manySuites = 120

// share is how many of n values one of several questions takes.
func share(n, questions int) int { return (n + questions - 1) / max(questions, 1) }

// ask is the hello of a question.
func (v *versionScan) ask(q question) tlswire.ClientHello {
	v.mu.Lock()
	defer v.mu.Unlock()
	h := v.hello()
	h.Suites = append(slices.Clone(q.suites), q.guard)
	if v.version > policy.VersionSSL30 {
		h.Groups = v.groups.rotated(q.groups)
	}
	if v.version == policy.VersionTLS12 {
		h.Signatures = v.schemes(slices.Concat(q.rsa, q.ecdsa))
	}
	return v.finite(h)
}

// settle draws the conclusions of an answer and wakes who waits for them.
func (v *versionScan) settle(q question, a answer) {
	v.s.facts(a, v.s.target.SNI)
	v.mu.Lock()
	defer v.mu.Unlock()
	v.asking--
	hello := a.in(v.version)
	offered := append(slices.Clone(q.suites), q.guard)
	if hello == nil || !slices.Contains(offered, hello.Suite) {
		// The guard was refused, too: the connection failed, or the origin does
		// as it likes. Nothing follows from it.
		v.suites.back(q.suites)
		v.suites.failed = true
	} else {
		v.suites.settle(q.suites, hello.Suite)
		if slices.Contains(q.suites, hello.Suite) {
			v.hits++
		} else if len(q.suites) > 0 && len(q.suites) < manySuites {
			v.misses++
		}
	}
	settleFocus(&v.groups, q.groups, max(a.flight.KeyExchangeGroup, groupOf(hello)))
	for key, focus := range map[string][]uint16{"RSA": q.rsa, "ECDSA": q.ecdsa} {
		scheme := a.flight.Signature
		if signsWith(scheme) != key {
			scheme = 0
		}
		settleFocus(v.signatures[key], focus, scheme)
	}
	v.note(a, offered)
	v.changed.Broadcast()
}

// settleFocus decides the values that stood first in a list, or gives them back
// where the answer says nothing of this list.
func settleFocus(f *facet, focus []uint16, chosen uint16) {
	switch {
	case len(focus) == 0:
	case chosen == 0:
		f.back(focus)
	default:
		f.settle(focus, chosen)
	}
}

func groupOf(hello *tlswire.ServerHello) uint16 {
	if hello == nil {
		return 0
	}
	return hello.Group
}
