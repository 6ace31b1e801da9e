package tlsscan

import (
	"context"
	"fmt"

	"github.com/edgesim/edgesim/policy"
)

// scan is one scan in progress. It asks in waves: within one, all at the same time; the
// questions of the next one follow from the answers. So it takes a few round trips, no
// matter how many questions there are.
type scan struct {
	asker
	// stop ends the scan early: the origin does not support TLS.
	stop func()

	tls13, tls12, tls11, tls10, ssl3 *versionScan

	// later are questions for the next wave, before all others.
	later []question
	// free is how many connections are left besides those of the wave being planned.
	free int
	// alerts means that the origin was seen to send alerts.
	alerts bool
	// misnamed means that a wrong name has been tried, or is being tried.
	misnamed bool

	found Report
}

// versions returns all versions, in the order in which they are explored.
func (s *scan) versions() []*versionScan {
	return []*versionScan{s.tls13, s.tls12, s.tls11, s.tls10, s.ssl3}
}

// run asks everything.
func (s *scan) run(ctx context.Context) {
	s.tls13, s.tls12 = newVersionScan(s, policy.VersionTLS13), newVersionScan(s, policy.VersionTLS12)
	s.tls11, s.tls10 = newVersionScan(s, policy.VersionTLS11), newVersionScan(s, policy.VersionTLS10)
	s.ssl3 = newVersionScan(s, policy.VersionSSL30)

	first := opening{s: s}
	if !s.wave(ctx, first.questions()) {
		return
	}
	first.conclude()
	for s.wave(ctx, s.next()) {
	}
	s.end()
}

// next makes the questions of the next wave; none means the end.
func (s *scan) next() []question {
	questions := s.later
	s.later = nil
	// What the older versions need depends on TLS 1.2, and comes before what does not
	// affect them.
	for _, v := range []*versionScan{s.tls13, s.tls11, s.tls10, s.ssl3, s.tls12} {
		s.free = s.left() - len(questions)
		room := min(s.options.Parallelism-len(questions), s.free)
		questions = append(questions, v.questions(room)...)
	}
	return questions
}

// end notes what is unknown.
func (s *scan) end() {
	for _, v := range s.versions() {
		v.infer()
		r := v.report()
		if !v.spoken || r.SuitesComplete && r.GroupsComplete && (r.SignaturesComplete || v != s.tls12) {
			continue
		}
		if s.left() == 0 {
			s.limit(fmt.Sprintf("the limit of %d connections was reached", s.options.MaxConnections))
		}
		if n := len(r.SuitesOpen); n > 0 {
			s.limit(fmt.Sprintf("in %s it is not known whether %d suites are accepted, %d of them CloudFront's",
				r.Name, n, len(both(policy.CurrentSnapshot().Suites, r.SuitesOpen))))
		}
	}
}
