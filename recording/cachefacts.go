package recording

import (
	"time"

	"github.com/edgesim/edgesim/policy"
)

// CacheFacts is what CloudFront's cache would make of an exchange, and what the
// edge's own did where it is on.
type CacheFacts struct {
	// Decision is where the answer came from, or would have.
	Decision CacheDecision
	// Key is the cache key in a form for people; "" where there is none.
	Key string
	// TTL is how long the answer is fresh; Age how old it was.
	TTL, Age time.Duration
	// Rule is the rule that decided, Reason says it in a sentence.
	Rule   policy.RuleID
	Reason string
	// From is the id of the exchange that filled the entry; "" if it is this one.
	From string
}

// CacheDecision is where an answer came from. The list is append-only.
type CacheDecision string

// The decisions.
const (
	CacheMiss      CacheDecision = "miss"
	CacheHit       CacheDecision = "hit"
	CacheRefresh   CacheDecision = "refresh"
	CacheStale     CacheDecision = "stale"
	CacheCollapsed CacheDecision = "collapsed"
	CachePass      CacheDecision = "pass"
)

// cacheJSON is the shape of CacheFacts.
type cacheJSON struct {
	Decision CacheDecision `json:"decision"`
	Key      string        `json:"key,omitempty"`
	TTL      seconds       `json:"ttlSeconds"`
	Age      seconds       `json:"ageSeconds,omitempty"`
	Rule     policy.RuleID `json:"reason,omitempty"`
	Reason   string        `json:"detail,omitempty"`
	From     string        `json:"from,omitempty"`
}

func encodeCache(c *CacheFacts) *cacheJSON {
	if c == nil {
		return nil
	}
	return &cacheJSON{c.Decision, c.Key, seconds(c.TTL), seconds(c.Age), c.Rule, c.Reason, c.From}
}

func decodeCache(j *cacheJSON) *CacheFacts {
	if j == nil {
		return nil
	}
	return &CacheFacts{j.Decision, j.Key, time.Duration(j.TTL), time.Duration(j.Age), j.Rule, j.Reason, j.From}
}
