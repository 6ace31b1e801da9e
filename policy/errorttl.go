package policy

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/edgesim/edgesim/distribution"
)

// ErrorTTLFacts is what decides how long CloudFront caches an error.
type ErrorTTLFacts struct {
	// Method is the viewer's.
	Method string
	// Behavior is the request's behavior; FromS3 says that its origin is an S3
	// bucket.
	Behavior *distribution.CacheBehavior
	FromS3   bool
	// Responses are the distribution's custom error responses.
	Responses []distribution.CustomErrorResponse
	// Status is the error's status, before any custom error response applies.
	Status int
	// Header is the header of the origin's response; nil if there was none.
	Header http.Header
	// Page is the response that supplied the custom error page, and PageBehavior the
	// behavior that it was requested through; nil if there is none.
	Page         http.Header
	PageBehavior *distribution.CacheBehavior
	// Now is when the error was received, for evaluating Expires.
	Now time.Time
}

// ErrorTTL is how long CloudFront serves an error before it contacts the origin
// again.
type ErrorTTL struct {
	// Status is the error's status.
	Status int
	// For is the duration; 0 means that the error is not cached.
	For time.Duration
	// Rule is the deciding rule, and Why gives the reason in a clause.
	Rule RuleID
	Why  string
	// Inferred marks a decision that the documentation does not cover.
	Inferred bool
}

// The statuses by what the documentation says about caching them.
var (
	// alwaysKept are cached unless caching is disabled (CF-CACHE-20, CF-CACHE-21); 410 is
	// one of them (CF-CACHE-26).
	alwaysKept = []int{404, 410, 414, 500, 501, 502, 503, 504}
	// keptIfTold are cached only with max-age or s-maxage (CF-CACHE-22).
	keptIfTold = []int{400, 403, 405, 412, 415}
	// keptUnlessForbidden honor no-store, no-cache and private (CF-CACHE-24); the others
	// ignore them (CF-CACHE-25).
	keptUnlessForbidden = []int{404, 410, 414, 501}
)

// ErrorTTLFor returns how long CloudFront caches an error (CF-CACHE-20 to
// CF-CACHE-29).
func ErrorTTLFor(f ErrorTTLFacts) ErrorTTL {
	if t, never := f.notKept(); never {
		return t
	}
	t := f.minimum()
	header, behavior := f.Header, f.Behavior
	if f.Page != nil {
		header, behavior = f.Page, f.PageBehavior
	}
	d := readDirectives(header)
	if d.forbids != "" && !slices.Contains(keptUnlessForbidden, f.Status) {
		t.Rule = "CF-CACHE-25"
		t.Why = fmt.Sprintf("%s is ignored for this status: %s", d.forbids, t.Why)
		return t
	}
	lifetime, field, _ := d.lifetime(header, f.Now)
	field = "the origin's " + field
	if limit := maxTTL(behavior); lifetime > limit {
		lifetime, field = limit, fmt.Sprintf("%s, limited to the Max TTL of the behavior %q", field, behavior.PathPattern)
		if lifetime > t.For {
			t.Rule = "CF-CACHE-29"
		}
	}
	if lifetime > t.For {
		t.For, t.Why = lifetime, field
	}
	return t
}

// notKept returns the decision for an error that is not cached.
func (f *ErrorTTLFacts) notKept() (ErrorTTL, bool) {
	t := ErrorTTL{Status: f.Status}
	d := readDirectives(f.Header)
	switch k := Cacheable(f.Method, f.Behavior); {
	case k.Rule == "CF-CACHE-01":
		t.Rule, t.Why = k.Rule, k.Why
	case f.Status == 416:
		t.Rule, t.Why = "CF-CACHE-27", "a 416 is never kept"
	case k.Rule != "" && f.Behavior.CachePolicy != nil && f.Behavior.CachePolicy.ID == cachingDisabled:
		t.Rule, t.Why = "CF-CACHE-23", k.Why
	case k.Rule != "":
		t.Rule, t.Why, t.Inferred = k.Rule, k.Why, true
	case d.forbids != "" && slices.Contains(keptUnlessForbidden, f.Status):
		t.Rule, t.Why = "CF-CACHE-24", "the origin sent Cache-Control: "+d.forbids
	case slices.Contains(alwaysKept, f.Status):
		return t, false
	case slices.Contains(keptIfTold, f.Status):
		t.Rule, t.Why = "CF-CACHE-22", "this status is kept only where the origin sends max-age or s-maxage"
		return t, d.maxAge == nil && d.sMaxAge == nil
	default:
		t.Rule, t.Why, t.Inferred = "CF-CACHE-52", "this status is not among those that are kept", f.Status >= 500
	}
	return t, true
}

// cachingDisabled is the id of the managed policy.
const cachingDisabled = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"

// minimum returns the error caching minimum TTL of a status.
func (f *ErrorTTLFacts) minimum() ErrorTTL {
	t := ErrorTTL{Status: f.Status, Rule: "CF-CACHE-20", For: distribution.DefaultErrorCachingMinTTL * time.Second,
		Why: "the default ErrorCachingMinTTL"}
	switch {
	case slices.Contains(keptIfTold, f.Status):
		t.Rule = "CF-CACHE-22"
	case f.Status == 410:
		t.Rule = "CF-CACHE-26"
	case f.Status < 500:
		t.Rule = "CF-CACHE-21"
	}
	if r := customResponse(f.Responses, f.Status); r != nil {
		t.For = seconds(r.ErrorCachingMinTTL)
		t.Why = fmt.Sprintf("ErrorCachingMinTTL of %d is %d", f.Status, r.ErrorCachingMinTTL)
	}
	if t.For <= 0 {
		t.Rule, t.For = "CF-CACHE-28", 0
		if f.FromS3 {
			t.For, t.Why = time.Second, t.Why+", and 1 s is the least for an S3 origin"
		}
	}
	return t
}

// mostSeconds limits TTLs, so that none overflows as a duration: 100 years (CF-CACHE-14).
const mostSeconds = 100 * 365 * 86400

func seconds(n distribution.Seconds) time.Duration { return min(n, mostSeconds).Duration() }

// maxTTL returns the Max TTL of a behavior.
func maxTTL(b *distribution.CacheBehavior) time.Duration {
	switch {
	case b.CachePolicy != nil:
		return seconds(b.CachePolicy.MaxTTL)
	case b.ForwardedValues != nil:
		return seconds(b.ForwardedValues.MaxTTL)
	}
	return distribution.DefaultMaxTTL * time.Second
}

// Finding reports how long CloudFront would serve the error.
func (t ErrorTTL) Finding() Finding {
	f := Finding{Rule: t.Rule, Verdict: Pass, Subject: fmt.Sprintf("keeping the %d", t.Status), Inferred: t.Inferred,
		Observed: fmt.Sprintf("CloudFront would not keep this %d: %s", t.Status, t.Why)}
	if t.For > 0 {
		f.Verdict = Warn
		f.Observed = fmt.Sprintf("CloudFront would answer with this %d for %s more without asking the origin, even if it works again: %s",
			t.Status, inSeconds(t.For), t.Why)
		f.Hint = fmt.Sprintf("a custom error response for %d with a lower ErrorCachingMinTTL shortens that; edgesim caches errors only with --cache errors", t.Status)
	}
	return f
}

// inSeconds formats a duration as the console shows TTLs: in whole seconds, rounded up.
func inSeconds(d time.Duration) string {
	return strconv.FormatInt(int64((d+time.Second-1)/time.Second), 10) + " s"
}
