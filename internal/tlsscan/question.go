package tlsscan

import (
	"context"
	"fmt"
	"sync"

	"github.com/edgesim/edgesim/internal/tlswire"
)

// question is one hello, and what to conclude from the answer to it.
type question struct {
	hello    tlswire.ClientHello
	conclude func(answer)
	// unsafe means that the origin may refuse it even though it has the suites.
	unsafe bool
}

// wave asks independent questions, all at the same time, and draws the conclusions when all
// are answered. It reports whether all could be asked: if there are more questions than
// connections left, only the first are.
func (s *scan) wave(ctx context.Context, questions []question) bool {
	if left := s.left(); len(questions) > left {
		s.limit(fmt.Sprintf("the limit of %d connections was reached", s.options.MaxConnections))
		questions = questions[:left]
	}
	if len(questions) == 0 || ctx.Err() != nil {
		s.ended(ctx)
		return false
	}
	answers := make([]answer, len(questions))
	var all sync.WaitGroup
	for i, q := range questions {
		all.Go(func() { answers[i] = s.ask(ctx, q.hello) })
	}
	all.Wait()
	for i, q := range questions {
		s.facts(answers[i], q.hello.SNI)
		q.conclude(answers[i])
	}
	return true
}
