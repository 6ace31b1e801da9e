package policy

import (
	"net/http"
	"strings"
	"time"
)

// CopyTimes are the times of a stored response, by the edge's clock.
type CopyTimes struct {
	// Stored is when it was received or last validated.
	Stored time.Time
	// Fresh is the time until which it is served without contacting the origin.
	Fresh time.Time
	// While is the time until which it is served while the edge fetches it again in
	// the background, and Error the time until which it is served if the origin
	// fails; each equals Fresh if that is not allowed.
	While, Error time.Time
}

// Times returns the times of a response received now.
func (k *Keeping) Times(now time.Time) CopyTimes {
	fresh := now.Add(k.TTL)
	return CopyTimes{Stored: now, Fresh: fresh, While: fresh.Add(k.StaleWhile), Error: fresh.Add(k.StaleError)}
}

// Reuse says how a stored response may be used.
type Reuse string

// The uses of a stored response.
const (
	// ReuseFresh is served without contacting the origin.
	ReuseFresh Reuse = "fresh"
	// ReuseWhile is served at once while the edge contacts the origin in the
	// background (CF-CACHE-15).
	ReuseWhile Reuse = "stale while revalidating"
	// ReuseError is served only if the origin fails (CF-CACHE-16, CF-CACHE-17).
	ReuseError Reuse = "stale if the origin fails"
	// ReuseNone is not served, but the origin can validate it.
	ReuseNone Reuse = "expired"
)

// At returns how the response may be used at a given time. It expires at the end
// of its TTL. The viewer's Cache-Control and Pragma are ignored (CF-REQ-70).
func (t *CopyTimes) At(now time.Time) Reuse {
	switch {
	case now.Before(t.Fresh):
		return ReuseFresh
	case now.Before(t.While):
		return ReuseWhile
	case now.Before(t.Error):
		return ReuseError
	}
	return ReuseNone
}

// Age returns the Age of a response from the cache, in seconds: the time since it
// was received plus the Age that it arrived with (that this is added is inferred,
// as is that it does not shorten the TTL, CF-CACHE-60).
func (t *CopyTimes) Age(now time.Time, origin http.Header) int64 {
	age := int64(max(now.Sub(t.Stored), 0) / time.Second)
	if values := origin["Age"]; len(values) == 1 {
		if came, ok := parseBytePosition(values[0]); ok && values[0] != "" {
			age += min(came, mostSeconds)
		}
	}
	return age
}

// StandsIn reports whether an expired copy is served instead of the origin's
// response or of a failure to get one: for every 5xx, but not for a 4xx
// (CF-CACHE-16 to CF-CACHE-19, CF-CACHE-56, CF-TIME-12).
func (t *CopyTimes) StandsIn(now time.Time, status int) bool {
	return status >= 500 && now.Before(t.Error)
}

// Validators returns the conditional fields with which the origin validates a
// copy, from its ETag and Last-Modified (CF-REQ-67, CF-REQ-68). It returns none
// if the copy has neither, or if k says that the copy is not validated
// (CF-REQ-69, CF-RESP-10, CF-CACHE-100).
func (k *Keeping) Validators(copied http.Header) []Field {
	if k.Unconditional {
		return nil
	}
	var fields []Field
	if etag := copied["Etag"]; len(etag) == 1 && etag[0] != "" && isFieldValue(etag[0]) {
		fields = append(fields, Field{"If-None-Match", etag[0]})
	}
	if modified := copied["Last-Modified"]; len(modified) == 1 && modified[0] != "" && isFieldValue(modified[0]) {
		fields = append(fields, Field{"If-Modified-Since", modified[0]})
	}
	return fields
}

// WithoutConditions returns the viewer's fields without those that refer to the
// viewer's own copy: the edge requests the complete object, with its own
// conditions.
func WithoutConditions(viewer http.Header) http.Header {
	h := viewer
	for _, name := range []string{"If-None-Match", "If-Modified-Since", "If-Match", "If-Unmodified-Since", "If-Range", "Range"} {
		if _, ok := h[name]; !ok {
			continue
		}
		if len(h) == len(viewer) {
			h = make(http.Header, len(viewer))
			for n, v := range viewer {
				h[n] = v
			}
		}
		delete(h, name)
	}
	return h
}

// Revalidated returns the fields of a copy validated by a 304: its own fields,
// updated with those of the 304, except those that describe the stored body. That
// fields are updated this way, and that the TTL is computed from them, is
// inferred from RFC 9111 (CF-CACHE-84, CF-CACHE-85).
func Revalidated(copied, confirmed http.Header) http.Header {
	h := copied.Clone()
	for name, values := range confirmed {
		switch {
		case name == "Content-Encoding", name == "Content-Length", name == "Content-Range", name == "Etag", removedFromResponse(name):
			continue
		}
		h[name] = values
	}
	return h
}

// NotModified reports whether a copy matches the viewer's conditions, so that the
// edge answers 304 itself. If-None-Match takes precedence over If-Modified-Since,
// as in RFC 9110 (CF-CACHE-86, inferred).
func NotModified(method string, viewer, copied http.Header) bool {
	if method != http.MethodGet && method != http.MethodHead {
		return false
	}
	if none, ok := viewer["If-None-Match"]; ok {
		return matchesETag(none, copied.Get("Etag"))
	}
	since := viewer.Get("If-Modified-Since")
	if since == "" {
		return false
	}
	asked, err := http.ParseTime(since)
	modified, err2 := http.ParseTime(copied.Get("Last-Modified"))
	return err == nil && err2 == nil && !modified.After(asked)
}

// matchesETag compares weakly (RFC 9110 section 8.8.3.2).
func matchesETag(list []string, etag string) bool {
	etag = strings.TrimPrefix(etag, "W/")
	for _, value := range list {
		for rest := value; rest != ""; {
			rest = strings.TrimLeft(rest, " \t,")
			if rest == "*" {
				return true
			}
			one := rest
			if at := strings.IndexByte(rest, '"'); at >= 0 {
				end := strings.IndexByte(rest[at+1:], '"')
				if end < 0 {
					break
				}
				one, rest = rest[:at+end+2], rest[at+end+2:]
			} else {
				one, rest, _ = strings.Cut(rest, ",")
			}
			if etag != "" && strings.TrimPrefix(strings.TrimSpace(one), "W/") == etag {
				return true
			}
		}
	}
	return false
}

// NotModifiedHeader removes, in place, the fields of a copy that a 304 does not
// have (RFC 9110 section 15.4.5).
func NotModifiedHeader(h http.Header) {
	for name := range h {
		if strings.HasPrefix(name, "Content-") && name != "Content-Location" {
			delete(h, name)
		}
	}
}

// varyNames are the names in Vary.
func varyNames(h http.Header) []string {
	var names []string
	for _, value := range h["Vary"] {
		for name := range strings.SplitSeq(value, ",") {
			if name = strings.TrimSpace(name); name != "" {
				names = append(names, name)
			}
		}
	}
	return names
}
