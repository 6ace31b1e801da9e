package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/edgesim/edgesim/internal/replay"
)

// replaying is what answers instead of the origins.
type replaying struct {
	from     string // the value of --replay; "" for nothing
	fallback bool
	headers  []string
}

// readReplaying reads the settings for replaying.
func readReplaying(g given) replaying {
	return replaying{from: g.text("replay"), fallback: g.on("replay-fallback"), headers: g.list("replay-header")}
}

// check rejects flags without the one that they belong to.
func (r *replaying) check() error {
	if r.from == "" && (r.fallback || len(r.headers) > 0) {
		return usage{err: errors.New("--replay-fallback and --replay-header go with --replay"), hint: "name a recording with --replay PATH|URL"}
	}
	return nil
}

// replay replaces the origins with the recording.
func (st *station) replay(p *program, r *replaying) error {
	if r.from == "" {
		return nil
	}
	store, err := p.openAt(context.Background(), r.from, false)
	if err != nil {
		return asUsage("--replay", err)
	}
	st.replayed = store
	source, err := replay.Open(context.Background(), replay.Config{Store: store, Fallback: r.fallback, Headers: r.headers})
	if err != nil {
		return asUsage("--replay", err)
	}
	st.client.Answer = source.Answer
	others := "anything else is refused"
	if r.fallback {
		others = "the origins answer anything else"
	}
	stand := "stand"
	if source.Exchanges() == 1 {
		stand = "stands"
	}
	p.out.note("%s of %s %s in for the origins; %s", plural(source.Exchanges(), "exchange"), r.from, stand, others)
	if source.Exchanges() == 0 {
		p.out.note("warning: no exchange of %s can be replayed", r.from)
	}
	if n := source.Redacted(); n > 0 {
		p.out.note("warning: %s redacted values in their responses, which viewers get as they were recorded; record with --keep-secrets to have them", have(n))
	}
	return nil
}

// have says how many of several have something.
func have(n int) string {
	if n == 1 {
		return "1 of them has"
	}
	return fmt.Sprintf("%d of them have", n)
}

// asUsage makes an error a usage error about the program's input.
func asUsage(flag string, err error) error {
	var u usage
	if errors.As(err, &u) {
		return u
	}
	return usage{err: fmt.Errorf("%s: %w", flag, err)}
}
