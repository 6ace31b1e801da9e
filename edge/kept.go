package edge

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/internal/cache"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

// serveKept answers from the cache. The origin is not asked (CF-DNS-03, CF-FAILOVER-12),
// and the record says since when and until when the entry is cached. reader is an already
// open reader; nil opens one. The result is nil if the entry's body has been dropped
// meanwhile.
func (e *Edge) serveKept(ctx context.Context, x *exchange, v *ViewerRequest, entry *cache.Entry[*kept], reader *cache.Reader, decision recording.CacheDecision) *Response {
	k, now := entry.Head, e.Clock.Now()
	o := k.outcome
	o.kept = true
	if !k.paged {
		o.behavior = x.behavior // the current one: entries outlive a change of the configuration
	}
	body := v.Method != http.MethodHead && o.response != nil
	if size, whole := entry.Size(); body && reader == nil && !(whole && size == 0) {
		if reader = entry.Open(ctx); reader == nil {
			return nil
		}
	}
	x.kept, x.entry, x.age = k, entry, k.times.Age(now, k.header())
	x.exchange.Origin = k.origin
	facts := x.exchange.Cache
	facts.Decision, facts.TTL, facts.Age, facts.From = decision, k.times.Fresh.Sub(k.times.Stored), time.Duration(x.age)*time.Second, k.exchange
	facts.Rule, facts.Reason = k.keeping.Rule, k.keeping.Why
	if k.isError() {
		e.keptError(x, k, now)
		if f := e.shared(x, v, k); f != nil { // another request's error: the time is not to blame
			x.notes, x.hint = append(x.notes, f.Observed), f.Hint
		}
	}
	if o.response != nil {
		response := *o.response
		response.Header = response.Header.Clone()
		o.response = &response
		switch size, _ := entry.Size(); {
		case reader == nil:
			response.Body = http.NoBody
			if size != 0 {
				response.ContentLength = size
			}
		default:
			response.Body, response.ContentLength = reader, size
		}
		if !k.isError() {
			x.exchange.ResultType = "Hit"
			if decision == recording.CacheRefresh {
				x.exchange.ResultType = "RefreshHit"
			}
			if f := e.shared(x, v, k); f != nil && policy.KeptFromPage(o.behavior, v.Header, response.Header) {
				x.notes, x.hint = append(x.notes, f.Observed), f.Hint
			}
			e.partOf(ctx, v, entry, &response, reader)
		}
	}
	return e.deliver(x, v, o)
}

// header returns the fields of the answer; nil if there was no response.
func (k *kept) header() http.Header {
	if k.outcome.response == nil {
		return nil
	}
	return k.outcome.response.Header
}

// keptError records that an answer is a cached error.
func (e *Edge) keptError(x *exchange, k *kept, now time.Time) {
	facts := x.exchange.Cache
	facts.Rule, facts.Reason = k.ttl.Rule, k.ttl.Why
	left, ago := k.left(now), now.Sub(k.times.Stored).Round(time.Second/10)
	x.notes = append([]string{fmt.Sprintf("served from the error cache: kept since %s, for %s more", ago, left)}, k.notes...)
	x.hint = k.hint(now)
	x.find(policy.Finding{
		Rule: k.ttl.Rule, Verdict: policy.Warn, Subject: "the error cache", Inferred: k.ttl.Inferred,
		Observed: fmt.Sprintf("this %d is from the error cache: exchange %s met it %s ago, and it is kept for %s more: %s",
			k.ttl.Status, k.exchange, ago, left, k.ttl.Why),
		Hint: x.hint,
	})
}

// hint says how to get rid of a cached error.
func (k *kept) hint(now time.Time) string {
	return fmt.Sprintf("the origin was not asked; it is asked again in %s, or after POST /api/reset; ErrorCachingMinTTL of a custom error response for %d changes the time", k.left(now), k.ttl.Status)
}

func (k *kept) left(now time.Time) time.Duration {
	return max(k.times.Fresh.Sub(now), 0).Round(time.Second / 10)
}

// shared warns of a copy made for a request that the origin could distinguish from this one
// but the cache key cannot. It returns the warning; nil for none.
func (e *Edge) shared(x *exchange, v *ViewerRequest, k *kept) *policy.Finding {
	if k.paged {
		return nil
	}
	f := policy.SharedAcross(k.header(), k.unkeyed, e.unkeyed(x, v, k.outcome.behavior), k.exchange)
	if f != nil {
		x.find(*f)
	}
	return f
}

// partOf turns a whole copy into what the viewer asked for: a 304 for a conditional
// request, the parts of a Range (CF-RANGE-02, CF-RANGE-04), or all of it.
func (e *Edge) partOf(ctx context.Context, v *ViewerRequest, entry *cache.Entry[*kept], r *originconn.Response, reader *cache.Reader) {
	if r.Status != http.StatusOK {
		return
	}
	if policy.NotModified(v.Method, v.Header, r.Header) {
		r.Status, r.Body, r.ContentLength = http.StatusNotModified, closing{http.NoBody, reader}, 0
		policy.NotModifiedHeader(r.Header)
		return
	}
	if reader == nil {
		return
	}
	parts, whole := policy.RangeOfCopy(v.Method, v.Header, r.Header, r.ContentLength)
	size := r.ContentLength
	switch {
	case whole:
	case len(parts) == 0:
		r.Status, r.Body, r.ContentLength = http.StatusRequestedRangeNotSatisfiable, closing{http.NoBody, reader}, 0
		policy.NotModifiedHeader(r.Header)
		r.Header["Content-Range"] = []string{fmt.Sprintf("bytes */%d", size)}
	case len(parts) == 1:
		r.Status, r.ContentLength = http.StatusPartialContent, parts[0].Length()
		r.Header["Content-Range"] = []string{parts[0].ContentRange(size)}
		reader.Section(parts[0].First, parts[0].Length())
	default:
		r.Status = http.StatusPartialContent
		r.Body, r.ContentLength = newMultipart(ctx, entry, reader, parts, size, r.Header)
	}
}

// closing is a body that also closes another, unread one.
type closing struct {
	io.Reader
	other *cache.Reader
}

// Close closes the other one.
func (c closing) Close() error {
	if c.other != nil {
		return c.other.Close()
	}
	return nil
}

// refresh asks the origin in the background for a copy that was served although it had
// expired (CF-CACHE-15). It is recorded as a separate exchange without a viewer.
func (e *Edge) refresh(ctx context.Context, x *exchange, v *ViewerRequest, b *distribution.CacheBehavior, entry *cache.Entry[*kept]) {
	store := e.Cache.store
	way, cancel := context.WithCancel(context.WithoutCancel(ctx))
	flight := store.Lead(entry.Key, cancel)
	if flight == nil { // another request is already fetching it
		cancel()
		return
	}
	own := *v
	own.Method, own.Received, own.Body, own.Form = http.MethodGet, time.Time{}, nil, FormBackground
	own.Header = policy.WithoutConditions(v.Header)
	background := e.open(&own)
	background.location, background.behavior, background.viewer = x.location, x.behavior, way
	background.choices, background.group, background.edited = x.choices, x.group, x.edited
	background.exchange.Distribution, background.exchange.Behavior = x.exchange.Distribution, x.exchange.Behavior
	facts := *x.exchange.Cache
	facts.Decision, facts.From = recording.CacheMiss, ""
	background.exchange.Cache = &facts
	background.look = lookup{key: entry.Key, own: entry.Key, flight: flight, ctx: way, expired: entry, validators: entry.Head.keeping.Validators(entry.Head.outcome.response.Header)}
	go e.refreshNow(way, cancel, background, &own, b)
}

func (e *Edge) refreshNow(ctx context.Context, cancel func(), x *exchange, v *ViewerRequest, b *distribution.CacheBehavior) {
	defer cancel()
	defer x.look.end()
	result := e.ask(ctx, x, v, b, "")
	r := e.conclude(ctx, x, v, outcome{behavior: b, response: result.Response, cause: result.Cause})
	_, _ = io.Copy(io.Discard, r.Body)
	r.Body.Close()
}
