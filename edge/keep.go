package edge

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/internal/cache"
	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

// keep caches an answer that is not an error, if the rules and the cache mode allow it: it
// goes into an entry and to the viewer at the same time. The record always says how long
// CloudFront would cache it.
func (e *Edge) keep(x *exchange, v *ViewerRequest, o *outcome) {
	facts := x.exchange.Cache
	if facts == nil || facts.Decision == recording.CachePass {
		return
	}
	now, r := e.Clock.Now(), o.response
	k := policy.JudgeKeeping(policy.KeepFacts{Method: v.Method, Behavior: o.behavior, Status: r.Status, Header: r.Header, Now: now})
	facts.TTL, facts.Rule, facts.Reason = k.TTL, k.Rule, k.Why
	sent := e.unkeyed(x, v, o.behavior)
	if k.Keep && k.TTL > 0 {
		for _, f := range policy.AdviseKey(r.Header, sent) {
			x.find(f)
		}
	}
	l := &x.look
	if e.Cache.Mode() != CacheOn || l.flight == nil || !k.Keep {
		return
	}
	key := e.keyOf(l, v, r.Status, r.Header)
	if k.TTL == 0 && k.StaleError == 0 && len(k.Validators(r.Header)) == 0 {
		key = "" // it could never be served
	}
	if key == "" {
		return
	}
	if !k.Collapse {
		l.flight.Decline()
	}
	head := &kept{
		outcome: copied(o), origin: x.exchange.Origin, exchange: x.exchange.ID, keeping: k, times: k.Times(now), unkeyed: sent,
	}
	head.tag(x.location, r.Header)
	if k.WithoutCookies {
		delete(head.outcome.response.Header, "Set-Cookie") // CF-COOKIE-07
	}
	e.fill(x, v, o, key, head)
}

// fill puts a response with its body into the cache, and lets the viewer read it
// from there.
func (e *Edge) fill(x *exchange, v *ViewerRequest, o *outcome, key string, head *kept) {
	l, r := &x.look, o.response
	content := cache.Content{Source: r.Body, Length: r.ContentLength}
	if v.Method == http.MethodHead && o.status == 0 || r.ContentLength == 0 {
		content.Source = nil
	}
	_, reader := l.flight.Keep(x.viewer, key, head, head.weight(), content)
	if reader != nil {
		r.Body = reader
	}
}

// keyOf returns the key to cache an answer under, or "" to not cache it. Part of an object
// is cached in addition to the whole, and so is the answer to a HEAD.
func (e *Edge) keyOf(l *lookup, v *ViewerRequest, status int, h http.Header) string {
	switch {
	case v.Method == http.MethodHead:
		return l.own
	case status != http.StatusPartialContent:
		return l.key // regardless of what was asked for (CF-RANGE-02)
	case len(h["Content-Range"]) == 1 && l.own != l.key:
		return l.own
	}
	return ""
}

// copied returns an outcome without its body and with its own copy of the fields.
func copied(o *outcome) outcome {
	c := *o
	response := *o.response
	response.Header = response.Header.Clone()
	response.Body = nil
	c.response = &response
	return c
}

// keepError caches an error, with its page, for as long as the rules say.
func (e *Edge) keepError(x *exchange, v *ViewerRequest, o *outcome, ttl policy.ErrorTTL) {
	l := &x.look
	if facts := x.exchange.Cache; facts != nil && facts.Decision != recording.CachePass {
		facts.TTL, facts.Rule, facts.Reason = ttl.For, ttl.Rule, ttl.Why
	}
	if l.flight == nil || ttl.For <= 0 {
		return
	}
	now := e.Clock.Now()
	until := now.Add(ttl.For)
	head := &kept{
		outcome: *o, origin: x.exchange.Origin, exchange: x.exchange.ID, notes: x.notes, ttl: ttl, paged: o.behavior != x.behavior,
		times: policy.CopyTimes{Stored: now, Fresh: until, While: until, Error: until},
	}
	if !head.paged {
		head.unkeyed = e.unkeyed(x, v, o.behavior)
	}
	key := l.key
	if o.response == nil {
		l.flight.Keep(x.viewer, key, head, head.weight(), cache.Content{})
		return
	}
	if v.Method == http.MethodHead && o.status == 0 {
		key = l.own // it has no body to answer a GET with
	}
	head.outcome = copied(o)
	head.tag(x.location, o.response.Header)
	e.fill(x, v, o, key, head)
}

// confirmed answers with a copy that the origin's 304 confirmed (CF-RESP-21); nil if it
// confirmed none.
func (e *Edge) confirmed(ctx context.Context, x *exchange, v *ViewerRequest, o *outcome) *Response {
	l := &x.look
	if len(l.validators) == 0 || o.response == nil || o.response.Status != http.StatusNotModified {
		return nil
	}
	now, old := e.Clock.Now(), l.expired.Head
	head := &kept{outcome: old.outcome, origin: x.exchange.Origin, exchange: old.exchange, tags: old.tags, tagHeader: old.tagHeader, unkeyed: e.unkeyed(x, v, o.behavior)}
	response := *old.outcome.response
	response.Header = policy.Revalidated(response.Header, o.response.Header)
	head.outcome.response = &response
	head.keeping = policy.JudgeKeeping(policy.KeepFacts{Method: http.MethodGet, Behavior: o.behavior, Status: response.Status, Header: response.Header, Now: now})
	head.times = head.keeping.Times(now)
	if !head.keeping.Collapse {
		l.flight.Decline()
	}
	entry, ok := l.flight.Renew(l.expired, head, head.weight())
	if !ok {
		entry = l.expired // it is still being filled
	}
	x.exchange.Response.OriginHead = o.response.RawHead
	r := e.serveKept(ctx, x, v, entry, nil, recording.CacheRefresh)
	if r != nil {
		discard(o.response)
	}
	return r
}

// standsIn answers with an expired copy instead of an origin that failed, and keeps doing
// so for the error's minimum TTL (CF-CACHE-16, CF-CACHE-17, CF-CACHE-56, CF-TIME-12); nil
// if there is no copy or it must not be used.
func (e *Edge) standsIn(ctx context.Context, x *exchange, v *ViewerRequest, o *outcome, ttl policy.ErrorTTL) *Response {
	l, now := &x.look, e.Clock.Now()
	if l.expired == nil || !l.expired.Head.times.StandsIn(now, o.original) {
		return nil
	}
	k := l.expired.Head
	before := x.exchange.Response.OriginHead
	if o.response != nil {
		x.exchange.Response.OriginHead = o.response.RawHead
	}
	r := e.serveKept(ctx, x, v, l.expired, nil, recording.CacheStale)
	if r == nil {
		x.exchange.Response.OriginHead = before
		return nil
	}
	retry := max(ttl.For, 0)
	k.retry.Store(now.Add(retry).UnixNano())
	l.flight.Share(l.expired)
	failure := fmt.Sprintf("the origin answered %d", o.original)
	if o.cause != nil {
		failure = o.cause.Error()
	}
	x.find(policy.Finding{
		Rule: "CF-CACHE-17", Verdict: policy.Warn, Subject: "an expired copy",
		Observed: fmt.Sprintf("%s; the copy of exchange %s, which expired %s ago, stands in for it, for %s without asking the origin again",
			failure, k.exchange, now.Sub(k.times.Fresh).Round(time.Second/10), retry),
		Hint: "Cache-Control: stale-if-error=0 makes CloudFront answer with the error",
	})
	discard(o.response)
	return r
}

// unkeyed returns what the origin gets of a request that is not part of the cache key.
func (e *Edge) unkeyed(x *exchange, v *ViewerRequest, b *distribution.CacheBehavior) []policy.Field {
	return policy.Unkeyed(b, v.Host, v.Header)
}

// tag reads the tags of an answer if the distribution names a field for them (CF-INV-40);
// metadata of an S3 object has a prefix (CF-INV-51).
func (k *kept) tag(l *Location, h http.Header) {
	name := l.Distribution.CacheTagHeader
	if name == "" {
		return
	}
	values := h[http.CanonicalHeaderKey(name)]
	if len(values) == 0 && l.fromS3(k.origin) {
		values = h[http.CanonicalHeaderKey("x-amz-meta-"+name)]
	}
	k.tags, k.tagHeader = policy.CacheTags(values), name
}
