package edge

import (
	"bytes"
	"container/list"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

// ErrorCache keeps errors as long as CloudFront would, and answers with them
// without asking the origin (CF-CACHE-20 to CF-CACHE-29, CF-LOG-08). Successes are
// never kept. The zero value is ready; it is safe for concurrent use.
type ErrorCache struct {
	mu      sync.Mutex
	entries map[string]*list.Element
	order   list.List // of *keptError, the oldest first
	bytes   int
}

// What an error cache holds at most: an entry that does not fit is not kept, and
// one more makes the oldest leave.
const (
	mostKeptErrors = 1024
	mostKeptBytes  = 16 << 20
	mostKeptBody   = 1 << 20
)

// keptError is an entry of the error cache.
type keptError struct {
	key     string
	outcome outcome
	// body is that of outcome.response, whose own is nil.
	body []byte
	// origin is the id of the origin that failed, exchange the one that met it.
	origin, exchange string
	notes            []string
	ttl              policy.ErrorTTL
	at, until        time.Time
}

// Reset forgets every error and says how many there were.
func (c *ErrorCache) Reset() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := len(c.entries)
	c.entries, c.bytes = nil, 0
	c.order.Init()
	return n
}

// Forget empties the edge's error cache, if it has one.
func (e *Edge) Forget() {
	if e.ErrorCache != nil {
		e.ErrorCache.Reset()
	}
}

// find returns the entry of a key that is still good, or nil.
func (c *ErrorCache) find(key string, now time.Time) *keptError {
	c.mu.Lock()
	defer c.mu.Unlock()
	element := c.entries[key]
	if element == nil {
		return nil
	}
	kept := element.Value.(*keptError)
	if !now.Before(kept.until) {
		c.remove(element)
		return nil
	}
	return kept
}

// put keeps an entry in the place of an older one of its key.
func (c *ErrorCache) put(kept *keptError) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if element := c.entries[kept.key]; element != nil {
		c.remove(element)
	}
	if kept.size() > mostKeptBytes {
		return
	}
	for len(c.entries) >= mostKeptErrors || c.bytes+kept.size() > mostKeptBytes {
		c.remove(c.order.Front())
	}
	if c.entries == nil {
		c.entries = map[string]*list.Element{}
	}
	c.entries[kept.key] = c.order.PushBack(kept)
	c.bytes += kept.size()
}

func (c *ErrorCache) remove(element *list.Element) {
	kept := c.order.Remove(element).(*keptError)
	delete(c.entries, kept.key)
	c.bytes -= kept.size()
}

// size is about what an entry takes of the memory.
func (k *keptError) size() int {
	n := 1024 + len(k.key) + len(k.body)
	if r := k.outcome.response; r != nil {
		n += 2 * len(r.RawHead) // once more as a map
	}
	return n
}

// hint says how to get rid of the entry.
func (k *keptError) hint(now time.Time) string {
	return fmt.Sprintf("the origin was not asked; it is asked again in %s, or after POST /api/reset; ErrorCachingMinTTL of a custom error response for %d changes the time", leftOf(k, now), k.ttl.Status)
}

func leftOf(k *keptError, now time.Time) time.Duration {
	return max(k.until.Sub(now), 0).Round(time.Second / 10)
}

// recall returns the error that is kept for a request, or nil.
func (e *Edge) recall(x *exchange, v *ViewerRequest, b *distribution.CacheBehavior) *keptError {
	if e.ErrorCache == nil || !cachedMethod(v.Method, b) || isGRPC(v, b) || policy.AsksForWebSocket(v.Method, v.Proto, v.Header) {
		return nil
	}
	x.key = x.location.Name() + "\n" + policy.CacheKey(e.facts(x.location, v, b))
	return e.ErrorCache.find(x.key, e.Clock.Now())
}

// cachedMethod says whether answers to a method are kept at all (CF-CACHE-01).
func cachedMethod(method string, b *distribution.CacheBehavior) bool {
	if method == "OPTIONS" {
		for _, m := range b.CachedMethods {
			if m == "OPTIONS" {
				return true
			}
		}
		return false
	}
	return method == "GET" || method == "HEAD"
}

// keep puts an error into the error cache for as long as the rules say: at once
// where the edge itself has the page, and at its end where a body is on its way.
// The answer to a HEAD has no body that a GET could be answered with.
func (e *Edge) keep(x *exchange, v *ViewerRequest, o *outcome, ttl policy.ErrorTTL) {
	if e.ErrorCache == nil || x.key == "" || ttl.For <= 0 {
		return
	}
	now := e.Clock.Now()
	kept := &keptError{
		key: x.key, outcome: *o, origin: x.exchange.Origin, exchange: x.exchange.ID, notes: x.notes, ttl: ttl, at: now, until: now.Add(ttl.For),
	}
	if o.response == nil {
		e.ErrorCache.put(kept)
		return
	}
	if v.Method == http.MethodHead && o.status == 0 {
		return
	}
	response := *o.response
	response.Header = response.Header.Clone()
	response.Body = nil
	kept.outcome.response = &response
	if response.ContentLength == 0 {
		e.ErrorCache.put(kept)
		return
	}
	o.response.Body = &keepingBody{ReadCloser: o.response.Body, cache: e.ErrorCache, kept: kept}
}

// keepingBody collects the body of an error on its way to the viewer, and puts
// the entry into the cache when it has come to its end.
type keepingBody struct {
	io.ReadCloser
	cache *ErrorCache
	kept  *keptError // nil when it is done or given up
}

// Read reads the body.
func (b *keepingBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.kept == nil {
		return n, err
	}
	if len(b.kept.body)+n > mostKeptBody {
		b.kept = nil
		return n, err
	}
	b.kept.body = append(b.kept.body, p[:n]...)
	if whole := b.kept.outcome.response.ContentLength; err == io.EOF || err == nil && int64(len(b.kept.body)) == whole {
		b.kept.body = bytes.Clone(b.kept.body)
		b.cache.put(b.kept)
		b.kept = nil
	}
	if err != nil {
		b.kept = nil
	}
	return n, err
}

// Buffered says how many bytes a Read returns without waiting.
func (b *keepingBody) Buffered() int {
	if r, ok := b.ReadCloser.(originconn.Buffered); ok {
		return r.Buffered()
	}
	return 0
}

// replay answers with an error that was kept. The origin is not asked
// (CF-FAILOVER-12), and the record says since when and until when it is kept.
func (e *Edge) replay(x *exchange, v *ViewerRequest, kept *keptError) *Response {
	x.kept = kept
	x.exchange.Origin = kept.origin
	now := e.Clock.Now()
	left, ago := leftOf(kept, now), now.Sub(kept.at).Round(time.Second/10)
	x.notes = append([]string{fmt.Sprintf("served from the error cache: kept since %s, for %s more", ago, left)}, kept.notes...)
	x.find(policy.Finding{
		Rule: kept.ttl.Rule, Verdict: policy.Warn, Subject: "the error cache", Inferred: kept.ttl.Inferred,
		Observed: fmt.Sprintf("this %d is from the error cache: exchange %s met it %s ago, and it is kept for %s more: %s",
			kept.ttl.Status, kept.exchange, ago, left, kept.ttl.Why),
		Hint: kept.hint(now),
	})
	o := kept.outcome
	if o.response != nil {
		response := *o.response
		response.Header = response.Header.Clone()
		response.Body, response.ContentLength = keptBody{bytes.NewReader(kept.body)}, int64(len(kept.body))
		o.response = &response
	}
	return e.deliver(x, v, o)
}

// keptBody is a body that was kept.
type keptBody struct{ *bytes.Reader }

// Close keeps the body for the next viewer.
func (keptBody) Close() error { return nil }

// Buffered says that all of it is there.
func (b keptBody) Buffered() int { return b.Len() }
