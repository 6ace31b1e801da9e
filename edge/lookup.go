package edge

import (
	"context"
	"net/http"
	"time"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/internal/cache"
	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

// lookup is what the cache knows about one request before an origin is asked.
type lookup struct {
	// key is the key to cache the answer under; "" if it is not cached. own is the same for
	// an answer that serves only this kind of request: a HEAD, a Range.
	key, own string
	// flight is the request to the origin that others may wait for; nil if nothing is
	// cached.
	flight *cache.Flight[*kept]
	// expired is a copy that the origin may confirm or that stands in for the origin.
	expired *cache.Entry[*kept]
	// validators are the fields that ask the origin to confirm it.
	validators []policy.Field
	// ctx is the context of the request to the origin: it outlives the viewer while others
	// wait.
	ctx context.Context
	// stop ends the watch on the viewer; turn lets the next request that waited in vain
	// proceed. Both may be nil.
	stop func() bool
	turn func()
}

// end is called when the answer is on its way to the viewer.
func (l *lookup) end() {
	l.answered()
	if l.flight != nil {
		l.flight.End()
	}
	if l.stop != nil {
		l.stop()
	}
}

// answered is called when the origin has answered.
func (l *lookup) answered() {
	if l.turn != nil {
		l.turn()
		l.turn = nil
	}
}

// request returns the request to send to the origin: with an expired copy, it is for the
// whole object, under the edge's own conditions.
func (l *lookup) request(v *ViewerRequest) *ViewerRequest {
	if l.expired == nil {
		return v
	}
	own := *v
	own.Header = policy.WithoutConditions(v.Header)
	return &own
}

// lookUp looks in the cache. It returns the answer if there is one, waiting for it if
// another request is fetching it; nil means to go to the origin. Either way, it records
// what CloudFront's cache would have done.
func (e *Edge) lookUp(ctx context.Context, x *exchange, v *ViewerRequest, b *distribution.CacheBehavior) *Response {
	x.look.ctx = ctx
	passes := policy.Cacheable(v.Method, b)
	if isGRPC(v, b) || policy.AsksForWebSocket(v.Method, v.Proto, v.Header) {
		passes = policy.Keeping{Rule: "CF-LOG-07", Why: "a WebSocket or a gRPC call is never kept"}
	}
	facts := &recording.CacheFacts{Decision: recording.CachePass, Rule: passes.Rule, Reason: passes.Why}
	x.exchange.Cache = facts
	if passes.Rule != "" {
		return nil
	}
	facts.Decision, facts.Key = recording.CacheMiss, policy.CacheKey(e.facts(x.location, v, b))
	mode := e.Cache.Mode()
	if mode == CacheOff {
		return nil
	}
	l := &x.look
	l.key = x.location.Name() + "\n" + facts.Key
	l.own = l.key + variant(v)
	if r := e.found(ctx, x, v, b); r != nil {
		return r
	}
	if mode == CacheErrors || v.Body != nil {
		l.flight = e.Cache.store.Alone(l.key, func() {})
		return nil
	}
	return e.join(ctx, x, v, b)
}

// variant distinguishes answers that serve only one kind of request: answers to a HEAD,
// which have no body, and parts of an object. They are cached in addition to the whole.
func variant(v *ViewerRequest) string {
	if v.Method == http.MethodHead {
		return "\n#HEAD"
	}
	if ranges := v.Header["Range"]; v.Method == http.MethodGet && len(ranges) == 1 {
		if ok, _ := policy.JudgeRange(ranges); ok {
			return "\n#" + ranges[0]
		}
	}
	return ""
}

// found answers from the cache if an entry may be served; otherwise it returns nil. It
// notes an expired copy.
func (e *Edge) found(ctx context.Context, x *exchange, v *ViewerRequest, b *distribution.CacheBehavior) *Response {
	l, now := &x.look, e.Clock.Now()
	l.expired, l.validators = nil, nil
	if entry := e.copyFor(l.key, b, now); entry != nil {
		if r := e.reuse(ctx, x, v, b, entry, now); r != nil {
			return r
		}
		if k := entry.Head; !k.isError() {
			l.expired, l.validators = entry, k.keeping.Validators(k.outcome.response.Header)
		}
	}
	if l.own == l.key {
		return nil
	}
	if entry := e.Cache.store.Get(l.own); entry != nil {
		return e.reuse(ctx, x, v, b, entry, now)
	}
	return nil
}

// copyFor returns the entry of a key. A viewer that accepts both formats is served
// the first that was cached (CF-COMP-11).
func (e *Edge) copyFor(key string, b *distribution.CacheBehavior, now time.Time) *cache.Entry[*kept] {
	if entry := e.Cache.store.Get(key); entry != nil {
		return entry
	}
	for _, other := range policy.OtherEncodings(key, b) {
		if entry := e.Cache.store.Get(other); entry != nil && entry.Head.times.At(now) == policy.ReuseFresh {
			return entry
		}
	}
	return nil
}

// reuse answers with an entry if it may be served without asking the origin first.
func (e *Edge) reuse(ctx context.Context, x *exchange, v *ViewerRequest, b *distribution.CacheBehavior, entry *cache.Entry[*kept], now time.Time) *Response {
	k := entry.Head
	switch use := k.times.At(now); {
	case use == policy.ReuseFresh:
		return e.serveKept(ctx, x, v, entry, nil, recording.CacheHit)
	case use == policy.ReuseWhile:
		r := e.serveKept(ctx, x, v, entry, nil, recording.CacheStale)
		if r != nil {
			e.refresh(ctx, x, v, b, entry)
		}
		return r
	case use == policy.ReuseError && now.UnixNano() < k.retry.Load():
		return e.serveKept(ctx, x, v, entry, nil, recording.CacheStale)
	}
	return nil
}

// join makes this request the one that asks the origin for a key, or waits for the one that
// does and answers with its result (CF-CACHE-30).
func (e *Edge) join(ctx context.Context, x *exchange, v *ViewerRequest, b *distribution.CacheBehavior) *Response {
	l, store := &x.look, e.Cache.store
	key := l.own
	if l.expired != nil {
		key = l.key
	}
	way, cancel := context.WithCancel(context.WithoutCancel(ctx))
	if l.expired != nil && !l.expired.Head.keeping.Collapse { // CF-CACHE-31
		l.lead(ctx, way, store.Alone(key, cancel))
		return nil
	}
	flight, leads := store.Join(key, cancel)
	if leads {
		l.lead(ctx, way, flight)
		if r := e.found(ctx, x, v, b); r != nil { // it was cached a moment ago
			flight.Share(x.entry)
			l.end()
			return r
		}
		return nil
	}
	cancel()
	entry, reader, err := flight.Wait(ctx)
	if err != nil {
		return e.refuse(x, v, policy.JudgeOwn(policy.OwnFacts{Left: true, When: "while another request for the same key was on its way", Err: err}))
	}
	if entry != nil {
		if r := e.serveKept(ctx, x, v, entry, reader, recording.CacheCollapsed); r != nil {
			return r
		}
	}
	way, cancel = context.WithCancel(context.WithoutCancel(ctx))
	l.lead(ctx, way, store.Alone(key, cancel))
	if l.turn, err = flight.Turn(ctx); err != nil {
		l.end()
		return e.refuse(x, v, policy.JudgeOwn(policy.OwnFacts{Left: true, When: "while it waited for its turn", Err: err}))
	}
	return nil
}

// lead makes this request the one that asks the origin. If its viewer leaves, it continues
// while others wait.
func (l *lookup) lead(viewer, way context.Context, f *cache.Flight[*kept]) {
	l.flight, l.ctx = f, way
	l.stop = context.AfterFunc(viewer, f.Leave)
}

// conditional adds the fields that ask the origin to confirm an expired copy
// (CF-REQ-67, CF-REQ-68); the request for a custom error page has none.
func (x *exchange) conditional(p *Plan, page bool) {
	if page {
		return
	}
	for _, f := range x.look.validators {
		p.Request.Header = append(p.Request.Header, f)
		rule := policy.RuleID("CF-REQ-67")
		if f.Name == "If-Modified-Since" {
			rule = "CF-REQ-68"
		}
		x.log.Add(policy.Change{Leg: policy.LegRequest, Field: f.Name, Kind: policy.ChangeAdded, To: f.Value, By: policy.ByCache, Rule: rule})
	}
}
