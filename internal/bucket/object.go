package bucket

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// object answers with an object, in whole or in part, or says that a condition of the
// request is not met. status is 200, or that of the error whose document it is.
func (a *answer) object(o *object, status int) {
	h := a.w.Header()
	h.Set("Last-Modified", httpTime(o.modified))
	h.Set("ETag", o.etag)
	h.Set("Accept-Ranges", "bytes")
	h.Set("Content-Type", typeOf(o.key))
	if a.bucket.config.Website == nil {
		h.Set("x-amz-server-side-encryption", "AES256") // as for all buckets since January 2023 (CF-S3-33)
	}
	start, length := int64(0), o.size
	if status == 200 {
		switch unmet := unmetCondition(a.r.Header, o); unmet {
		case "":
		case "If-None-Match", "If-Modified-Since": // CF-S3-35
			h.Del("Content-Type")
			h.Del("Accept-Ranges")
			a.w.WriteHeader(http.StatusNotModified)
			return
		default: // CF-S3-61
			clearObject(h)
			a.fail(&failure{Status: 412, Code: "PreconditionFailed", Message: "At least one of the pre-conditions you specified did not hold", Resource: [2]string{"Condition", unmet}})
			return
		}
		part, err := rangeOf(a.r.Header, o)
		if err != nil { // CF-S3-38
			clearObject(h)
			a.fail(&failure{Status: 416, Code: "InvalidRange", Message: "The requested range is not satisfiable", Resource: [2]string{"RangeRequested", a.r.Header.Get("Range")}, Size: &o.size})
			return
		}
		if part != nil { // CF-S3-37
			start, length, status = part.start, part.length, http.StatusPartialContent
			h.Set("Content-Range", part.field(o.size))
		}
	}
	h.Set("Content-Length", strconv.FormatInt(length, 10))
	a.w.WriteHeader(status)
	if a.r.Method == http.MethodHead {
		return
	}
	// The reader notices later failures by a body that ends early.
	_, _ = io.CopyN(a.w, io.NewSectionReader(o, start, length), length)
}

// clearObject removes the fields of an object.
func clearObject(h http.Header) {
	for _, name := range []string{"Last-Modified", "ETag", "Accept-Ranges", "Content-Type", "x-amz-server-side-encryption"} {
		h.Del(name)
	}
}

// unmetCondition returns the name of the field whose condition the object does not meet, in
// the order of RFC 9110 section 13.2.2; "" if it meets all.
func unmetCondition(h http.Header, o *object) string {
	if match := h.Get("If-Match"); match != "" {
		if !matches(match, o.etag) {
			return "If-Match"
		}
	} else if since, err := http.ParseTime(h.Get("If-Unmodified-Since")); err == nil && o.modified.After(since) {
		return "If-Unmodified-Since"
	}
	if none := h.Get("If-None-Match"); none != "" {
		if matches(none, o.etag) {
			return "If-None-Match"
		}
	} else if since, err := http.ParseTime(h.Get("If-Modified-Since")); err == nil && !o.modified.After(since) {
		return "If-Modified-Since"
	}
	return ""
}

// matches reports whether a list of entity tags includes one; S3 also accepts them without
// quotes, and a weak one for the strong one.
func matches(tags, etag string) bool {
	for tag := range strings.SplitSeq(tags, ",") {
		tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/")
		if tag == "*" || tag == etag || tag == strings.Trim(etag, `"`) {
			return true
		}
	}
	return false
}

// part is a part of an object.
type part struct{ start, length int64 }

// field returns its Content-Range.
func (p *part) field(size int64) string {
	return "bytes " + strconv.FormatInt(p.start, 10) + "-" + strconv.FormatInt(p.start+p.length-1, 10) + "/" + strconv.FormatInt(size, 10)
}

var errOutside = errors.New("the range is outside of the object")

// rangeOf returns the part that a request asks for; nil means all of it, which S3 also
// sends for several ranges and for invalid ones.
func rangeOf(h http.Header, o *object) (*part, error) {
	spec, ok := strings.CutPrefix(h.Get("Range"), "bytes=")
	if !ok || strings.Contains(spec, ",") || !stillCurrent(h.Get("If-Range"), o) {
		return nil, nil
	}
	first, last, ok := strings.Cut(strings.TrimSpace(spec), "-")
	if !ok {
		return nil, nil
	}
	end := o.size - 1
	if first == "" { // the last bytes
		n, err := strconv.ParseUint(last, 10, 63)
		if err != nil {
			return nil, nil
		}
		if n == 0 || o.size == 0 {
			return nil, errOutside
		}
		start := max(0, o.size-int64(min(n, 1<<62)))
		return &part{start, o.size - start}, nil
	}
	start, err := strconv.ParseUint(first, 10, 63)
	if err != nil {
		return nil, nil
	}
	if last != "" {
		n, err := strconv.ParseUint(last, 10, 63)
		if err != nil || n < start {
			return nil, nil
		}
		end = min(end, int64(n))
	}
	if int64(start) >= o.size {
		return nil, errOutside
	}
	return &part{int64(start), end - int64(start) + 1}, nil
}

// stillCurrent reports whether If-Range holds.
func stillCurrent(condition string, o *object) bool {
	if condition == "" || condition == o.etag {
		return true
	}
	at, err := http.ParseTime(condition)
	return err == nil && at.Equal(o.modified.Truncate(time.Second))
}
