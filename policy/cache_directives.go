package policy

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/edgesim/edgesim/distribution"
)

// directives are the parts of an origin's Cache-Control that CloudFront's documentation
// mentions; all others have no effect on its cache (CF-CACHE-57 to CF-CACHE-59).
type directives struct {
	// present means that there is a Cache-Control field, even an empty one.
	present bool
	// forbids is the first of no-store, no-cache and private; "" if there is none.
	forbids string
	// noStore means that no-store or private is present, which also rules out conditional
	// requests (inferred).
	noStore bool
	// withoutCookies means that Set-Cookie is not cached (CF-COOKIE-07).
	withoutCookies bool
	// The times; nil if missing or unreadable.
	maxAge, sMaxAge, staleWhile, staleError *time.Duration
}

// readDirectives parses Cache-Control. If a directive occurs twice, the first counts
// (CF-CACHE-63, inferred).
func readDirectives(h http.Header) directives {
	var d directives
	for _, field := range h["Cache-Control"] {
		d.present = true
		for rest := field; rest != ""; {
			var name, value string
			name, value, rest = nextDirective(rest)
			d.add(strings.ToLower(name), value)
		}
	}
	return d
}

func (d *directives) add(name, value string) {
	forbid := func() {
		if d.forbids == "" {
			d.forbids = name
		}
	}
	switch name {
	case "no-cache":
		if strings.EqualFold(strings.TrimSpace(value), "Set-Cookie") {
			d.withoutCookies = true
			return
		}
		forbid()
	case "no-store", "private":
		d.noStore = true
		forbid()
	case "max-age":
		setOnce(&d.maxAge, value)
	case "s-maxage":
		setOnce(&d.sMaxAge, value)
	case "stale-while-revalidate":
		setOnce(&d.staleWhile, value)
	case "stale-if-error":
		setOnce(&d.staleError, value)
	}
}

// setOnce parses a number of seconds. A negative one counts as 0 (CF-CACHE-64), one beyond
// 100 years as 100 years (CF-CACHE-14), and anything that is not a whole number as if the
// directive were absent (CF-CACHE-63): all but the limit is inferred.
func setOnce(to **time.Duration, value string) {
	if *to != nil {
		return
	}
	digits, negative := strings.CutPrefix(value, "-")
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		n = mostSeconds // too many digits
	}
	if negative {
		n = 0
	}
	lifetime := seconds(distribution.Seconds(n))
	*to = &lifetime
}

// nextDirective parses name or name=value, the value quoted or not, up to a comma.
func nextDirective(text string) (name, value, rest string) {
	end := strings.IndexAny(text, ",=")
	if end < 0 {
		return strings.TrimSpace(text), "", ""
	}
	name, rest = strings.TrimSpace(text[:end]), text[end+1:]
	if text[end] == ',' {
		return name, "", rest
	}
	rest = strings.TrimLeft(rest, " \t")
	if quoted, ok := strings.CutPrefix(rest, `"`); ok {
		if value, rest, ok = strings.Cut(quoted, `"`); !ok {
			return name, value, ""
		}
		_, rest, _ = strings.Cut(rest, ",")
		return name, value, rest
	}
	value, rest, _ = strings.Cut(rest, ",")
	return name, strings.TrimSpace(value), rest
}

// lifetime returns how long a response says that it may be cached, and where it says so:
// s-maxage before max-age before Expires (CF-CACHE-05 to CF-CACHE-07). ok is false if it
// does not say. Expires is taken as an absolute date (CF-CACHE-98); an invalid date counts
// as past (CF-CACHE-62, inferred).
func (d *directives) lifetime(h http.Header, now time.Time) (lifetime time.Duration, field string, ok bool) {
	switch {
	case d.sMaxAge != nil:
		return *d.sMaxAge, "s-maxage", true
	case d.maxAge != nil:
		return *d.maxAge, "max-age", true
	}
	expires := h["Expires"]
	if len(expires) == 0 {
		return 0, "", false
	}
	at, ok := parseDate(expires[0])
	if !ok || len(expires) > 1 || !at.After(now) {
		return 0, "Expires", true
	}
	return min(at.Sub(now), seconds(mostSeconds)), "Expires", true
}

// parseDate parses a date strictly in one of the three forms of HTTP: package time accepts
// more than they allow.
func parseDate(text string) (time.Time, bool) {
	for _, form := range []string{http.TimeFormat, time.RFC850, time.ANSIC} {
		if at, err := time.Parse(form, text); err == nil && at.Format(form) == text {
			return at, true
		}
	}
	return time.Time{}, false
}
