package story

import (
	"fmt"
	"strings"

	"github.com/edgesim/edgesim/recording"
)

// kept reports whether the answer came from the cache.
func kept(c *recording.CacheFacts) bool { return c != nil && c.From != "" }

// decisions explain each decision of the cache.
var decisions = map[recording.CacheDecision]string{
	recording.CacheMiss:      "a miss: the origin is asked",
	recording.CacheHit:       "a hit: the answer was in the cache, and fresh",
	recording.CacheRefresh:   "a refresh hit: the copy had expired, and the origin confirmed it",
	recording.CacheStale:     "a stale copy: it had expired, and was served all the same",
	recording.CacheCollapsed: "collapsed: another request for the same key was on its way, and this one shares its answer",
	recording.CachePass:      "not cached: the request goes to the origin in any case",
}

// cached describes what CloudFront's cache does with the request.
func (t *teller) cached() {
	c := t.e.Cache
	if c == nil {
		return
	}
	t.chapter("What CloudFront's cache makes of it")
	says := decisions[c.Decision]
	if says == "" {
		says = string(c.Decision)
	}
	t.say("%s", says)
	for i, line := range strings.Split(c.Key, "\n") {
		switch {
		case c.Key == "":
		case i == 0:
			t.say("key: %s", line)
		default:
			t.line(inLine, dim, line)
		}
	}
	switch {
	case c.Decision == recording.CachePass:
	case c.TTL > 0:
		t.say("fresh for %s", took(c.TTL))
	default:
		t.say("not kept for later requests")
	}
	if c.From != "" {
		t.say("kept by exchange %s, %s ago", c.From, took(c.Age))
	}
	if c.Rule != "" {
		t.line(inLine, dim, strings.TrimSuffix(fmt.Sprintf("%s: %s", c.Rule, c.Reason), ": "))
	}
}
