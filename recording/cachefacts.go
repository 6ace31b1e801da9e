package recording

import (
	"time"

	"github.com/edgesim/edgesim/policy"
)

// CacheFacts is what CloudFront's cache would do with an exchange, and, if the
// edge's own cache is enabled, what that did.
type CacheFacts struct {
	// Decision is where the response came from, or would have come from.
	Decision CacheDecision
	// Key is the cache key in readable form; "" if there is none.
	Key string
	// TTL is how long the response is fresh; Age is how old it was.
	TTL, Age time.Duration
	// Rule is the deciding rule, and Reason explains it in a sentence.
	Rule   policy.RuleID
	Reason string
	// From is the id of the exchange that filled the cache entry; "" if it is this
	// one.
	From string
}

// CacheDecision is where a response came from. The list is append-only.
type CacheDecision string

// The cache decisions.
const (
	CacheMiss      CacheDecision = "miss"
	CacheHit       CacheDecision = "hit"
	CacheRefresh   CacheDecision = "refresh"
	CacheStale     CacheDecision = "stale"
	CacheCollapsed CacheDecision = "collapsed"
	CachePass      CacheDecision = "pass"
)

// cacheJSON is the JSON form of CacheFacts.
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
