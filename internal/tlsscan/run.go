package tlsscan

import (
	"context"
	"fmt"

	"github.com/edgesim/edgesim/policy"
)

// scan is one scan under way. It asks in waves: within one, all at the same
// time; what the next one asks follows from the answers. So what it takes is a
// few round trips, however many questions there are.
type scan struct {
	asker
	// stop ends the scan early: the origin speaks no TLS.
	stop func()

	tls13, tls12, tls11, tls10, ssl3 *versionScan

	// later are questions for the next wave, before all others.
	later []question
	// free is how many connections are left besides those of the wave that is
	// being planned.
	free int
	// alerts says that the origin was seen to send them.
	alerts bool
	// misnamed says that it was asked, or is being, with a wrong name.
	misnamed bool

	found Report
}

// versions are all, in the order in which they are explored.
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

// next makes the questions of the next wave; none is the end.
func (s *scan) next() []question {
	questions := s.later
	s.later = nil
	// What the older versions need depends on TLS 1.2, and comes before what is
	// of no matter to them.
	for _, v := range []*versionScan{s.tls13, s.tls11, s.tls10, s.ssl3, s.tls12} {
		s.free = s.left() - len(questions)
		room := min(s.options.Parallelism-len(questions), s.free)
		questions = append(questions, v.questions(room)...)
	}
	return questions
}

// end says what is not known.
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
