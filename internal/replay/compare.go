package replay

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/edgesim/edgesim/recording"
)

// Seen is what a viewer got when it sent a recorded request again.
type Seen struct {
	Status int
	Header http.Header
	Body   []byte
	// Err is why the body ended early; nil if it did not.
	Err error
}

// Change is one difference between what was recorded and what was received now.
type Change struct {
	// What is "status", "cause", "header NAME" or "body".
	What string `json:"what"`
	// Before is what was recorded, After what came now; "" for nothing.
	Before string `json:"before"`
	After  string `json:"after"`
}

// differing are the fields that always differ, or that belong to the connection and not to
// the answer.
var differing = []string{
	"Age", "Connection", "Content-Length", "Date", "Keep-Alive", "Server-Timing", "Transfer-Encoding", "Via", "X-Amz-Cf-Id", "X-Amz-Cf-Pop",
	"X-Edgesim-Cause", "X-Edgesim-Detail", "X-Edgesim-Exchange", "X-Edgesim-Hint", "X-Edgesim-Replayed",
}

// Compare returns what changed: status, cause, header and body, in this order. Fields that
// always differ are skipped; of redacted values only the presence is compared. Of a body
// that was recorded in part, the part and the size are compared. The cause is only known
// for an edge that is not --faithful.
func Compare(before *recording.Exchange, after *Seen) []Change {
	var changes []Change
	add := func(what, was, is string) {
		if was != is {
			changes = append(changes, Change{what, was, is})
		}
	}
	add("status", fmt.Sprint(before.Response.Status), fmt.Sprint(after.Status))
	cause := ""
	if c := before.Cause; c != nil {
		cause = string(c.Rule) + " " + string(c.Name)
	}
	switch given := after.Header.Get("X-Edgesim-Cause"); {
	case given != "":
		add("cause", cause, given)
	case after.Err != nil && cause == "":
		add("cause", "", "cut short: "+after.Err.Error())
	case after.Err == nil && after.Header.Get("X-Edgesim-Exchange") != "":
		add("cause", cause, "")
	}
	for _, name := range names(before.Response.Header, after.Header) {
		was, is := strings.Join(before.Response.Header[name], ", "), strings.Join(after.Header[name], ", ")
		if !strings.Contains(was, "[redacted ") || is == "" {
			add("header "+name, was, is)
		}
	}
	was, is := bodies(before, after)
	add("body", was, is)
	return changes
}

// names returns the fields of either header that are compared.
func names(a, b http.Header) []string {
	var all []string
	for _, h := range []http.Header{a, b} {
		for name := range h {
			if !slices.Contains(differing, name) && !slices.Contains(all, name) {
				all = append(all, name)
			}
		}
	}
	slices.Sort(all)
	return all
}

// bodies describes both bodies so that the descriptions are equal unless a difference is
// known. The id of the exchange, which error pages show, does not count.
func bodies(before *recording.Exchange, after *Seen) (was, is string) {
	r := &before.Response
	size := int64(len(after.Body))
	if r.Truncated || int64(len(r.Body)) < r.BodyBytes {
		part := after.Body[:min(len(after.Body), len(r.Body))]
		return describe(r.Body, r.BodyBytes), describe(part, size)
	}
	again := bytes.ReplaceAll(after.Body, []byte(after.Header.Get("X-Amz-Cf-Id")), []byte(before.ID))
	if after.Header.Get("X-Amz-Cf-Id") == "" {
		again = after.Body
	}
	return describe(r.Body, int64(len(r.Body))), describe(again, int64(len(again)))
}

// describe returns the size of a body and the hash of the available part.
func describe(part []byte, size int64) string {
	sum := sha256.Sum256(part)
	text := fmt.Sprintf("%d bytes, sha256 %s", size, hex.EncodeToString(sum[:6]))
	if int64(len(part)) < size {
		text += fmt.Sprintf(" of the first %d", len(part))
	}
	return text
}

// Obstacle returns why a viewer's request cannot be sent again as it was; "" if it can.
// Fields with redacted values are left out by the sender, see [RedactedFields].
func Obstacle(e *recording.Exchange) string {
	v := &e.Viewer
	switch {
	case v.Truncated || int64(len(v.Body)) < v.BodyBytes:
		return fmt.Sprintf("its body of %d bytes is not recorded whole", v.BodyBytes)
	case e.Tunnel != nil:
		return "it began a tunnel, whose content is not recorded"
	case v.Method == "" || v.Host == "" || !strings.HasPrefix(v.URI, "/"):
		return "its request line is not one that can be sent again"
	}
	return ""
}

// RedactedFields returns the names of the fields of a viewer's request whose values are
// redacted.
func RedactedFields(e *recording.Exchange) []string {
	var found []string
	for name, values := range e.Viewer.Header {
		if slices.ContainsFunc(values, func(v string) bool { return strings.Contains(v, "[redacted ") }) {
			found = append(found, name)
		}
	}
	slices.Sort(found)
	return found
}
