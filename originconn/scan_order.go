package originconn

import (
	"context"
	"slices"

	"github.com/edgesim/edgesim/internal/tlswire"
	"github.com/edgesim/edgesim/policy"
)

// suiteChain asks for the suites of an origin that has an order of its own:
// everything that is open, without what was chosen before, until it is refused.
// The order of the answers is the origin's.
//
// Each question depends on the answer to the one before. Where the way is long,
// the next answers are guessed and the questions that follow from them are asked
// at the same time; answers behind a wrong guess are thrown away.
func (v *versionScan) suiteChain(ctx context.Context) {
	ahead := 1
	for {
		v.mu.Lock()
		questions, guesses := v.guess(ahead)
		v.mu.Unlock()
		if len(questions) == 0 {
			return
		}
		answers := make([]answer, len(questions))
		var asks []func()
		for i, h := range questions {
			asks = append(asks, func() { answers[i] = v.s.ask(ctx, v.finite(h)) })
		}
		together(asks...)
		v.mu.Lock()
		right := v.followOrder(questions, guesses, answers)
		failed := v.suites.failed
		v.mu.Unlock()
		switch {
		case failed:
			return
		case right && v.s.far():
			ahead = min(2*ahead, mostAhead)
		case !right:
			ahead = 1
		}
	}
}

// mostAhead is how many questions are asked at once by guessing.
const mostAhead = 4

// guess makes the next questions, each without the suites that the ones before
// it are expected to be answered with. The lock is held.
func (v *versionScan) guess(n int) (questions []tlswire.ClientHello, guesses []uint16) {
	expected := filtered(inOrderOf(usualOrder, v.suites.open), func(s uint16) bool { return likely(s, v.suites.accepted) })
	if v.version == policy.VersionTLS13 {
		expected = both([]uint16{0x1302, 0x1303, 0x1301}, v.suites.open)
	}
	suites := v.suites.open[:min(len(v.suites.open), manySuites)]
	for i := 0; i < n && len(suites) > 0; i++ {
		h := v.hello()
		h.Suites = suites
		questions = append(questions, h)
		if i >= len(expected) {
			return questions, append(guesses, 0)
		}
		guesses = append(guesses, expected[i])
		suites = without(suites, expected[i])
	}
	return questions, guesses
}

// followOrder takes the answers in turn, up to the first wrong guess, and says
// whether all were right. The lock is held.
func (v *versionScan) followOrder(questions []tlswire.ClientHello, guesses []uint16, answers []answer) bool {
	for i, a := range answers {
		v.s.facts(a, v.s.target.SNI)
		offered := questions[i].Suites
		switch hello := a.in(v.version); {
		case !a.asked, a.timedOut && hello == nil, hello != nil && !slices.Contains(offered, hello.Suite):
			v.suites.failed = true
			return false
		case hello == nil:
			v.suites.open = without(v.suites.open, offered...) // all of them are refused
			return false
		default:
			v.note(a, offered)
			if hello.Suite != guesses[i] {
				return false
			}
		}
	}
	return true
}
