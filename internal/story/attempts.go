package story

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

// attempts describes each attempt to get a response. Those that failed like the one before
// are combined, with only their times.
func (t *teller) attempts() {
	all := t.e.Attempts
	for i := 0; i < len(all); i++ {
		a := all[i]
		if a == nil {
			continue
		}
		title := fmt.Sprintf("Attempt %d", i+1)
		if a.Target != "" {
			title += " at " + a.Target
		}
		if a.Cause != nil {
			title += " failed"
		}
		t.chapter(title)
		t.attempt(a)
		last := i
		for last+1 < len(all) && a.Cause != nil && all[last+1] != nil && t.sketch(all[last+1]) == t.sketch(a) {
			last++
		}
		if last > i {
			t.again(i+1, all[i+1:last+1])
		}
		i = last
	}
}

// again describes attempts that failed like the one before them, which has this number.
func (t *teller) again(number int, attempts []*originconn.Attempt) {
	var numbers, times []string
	for i, a := range attempts {
		numbers = append(numbers, strconv.Itoa(number+1+i))
		p := &a.Phases
		times = append(times, took(p.Resolve+p.Dial+p.Handshake+p.Send+p.Wait))
	}
	which, they := "Attempt ", "it"
	if len(attempts) > 1 {
		which, they = "Attempts ", "they"
	}
	t.chapter(which + enumerated(numbers) + " failed in the same way")
	t.say("%s took %s", they, enumerated(times))
}

// sketch returns the description of an attempt without its durations, so that two that
// differ in nothing else are equal.
func (t *teller) sketch(a *originconn.Attempt) string {
	timeless := *a
	p := &timeless.Phases
	for _, d := range []*time.Duration{&p.Resolve, &p.Dial, &p.Handshake, &p.Send, &p.Wait, &timeless.Idle, &timeless.StaleIdle} {
		*d = min(*d, 1) // only whether there was any is shown
	}
	var b strings.Builder
	(&teller{page: page{to: &b}, e: t.e}).attempt(&timeless)
	return a.Target + "\n" + b.String()
}

// toldAtTop reports whether the summary has the sentence of an attempt's cause: it has the
// exchange's, which is that of the last attempt and may say more.
func (t *teller) toldAtTop(c *policy.Cause) bool {
	decided := t.e.Cause
	if decided == nil || decided.Rule != c.Rule {
		return false
	}
	last := t.e.Attempts[len(t.e.Attempts)-1]
	return c.Detail == decided.Detail || last != nil && last.Cause != nil && c.Rule == last.Cause.Rule && c.Detail == last.Cause.Detail
}

// enumerated joins words as in a sentence.
func enumerated(words []string) string {
	if n := len(words); n > 1 {
		words = slices.Concat(words[:n-2], []string{fmt.Sprintf("%s and %s", words[n-2], words[n-1])})
	}
	return strings.Join(words, ", ")
}
