package check

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/edgesim/edgesim/policy"
)

// caseFormat marks a case file.
const caseFormat = "edgesim-case-1"

// Case is one viewer request with the answers of a real distribution and of the
// simulation. Its JSON is a case file, which tests replay.
type Case struct {
	// Format is "edgesim-case-1".
	Format string `json:"format"`
	// URL is the real distribution's; Method, Host and Path are the request's.
	URL    string `json:"url"`
	Method string `json:"method"`
	Host   string `json:"host"`
	Path   string `json:"path"`
	// Live and Simulated are the answers.
	Live      Answer `json:"live"`
	Simulated Answer `json:"simulated"`
	// Differences are what Compare found when the case was made.
	Differences []Difference `json:"differences"`
}

// Answer is what a viewer got, as far as it can be compared.
type Answer struct {
	Status int `json:"status"`
	// Header holds the fields, without those that always differ and without the values of
	// cookies.
	Header http.Header `json:"header"`
	// Sentence is the distinguishing line of CloudFront's error page; "" for any
	// other body.
	Sentence string `json:"sentence,omitempty"`
	// Timing is how long the answer took to start, as a class.
	Timing Timing `json:"timing"`
}

// Timing is a class of durations: exact ones differ every time.
type Timing string

// The classes.
const (
	TimingAtOnce  Timing = "at once"        // less than a second
	TimingSeconds Timing = "seconds"        // less than ten
	TimingTimeout Timing = "like a timeout" // the shortest default timeout, or more
)

// TimingOf returns the class of a duration.
func TimingOf(d time.Duration) Timing {
	switch {
	case d < time.Second:
		return TimingAtOnce
	case d < 10*time.Second:
		return TimingSeconds
	}
	return TimingTimeout
}

// Difference is one thing in which the two answers differ.
type Difference struct {
	// What is "status", "X-Cache", "sentence", "timing" or a field's name.
	What      string `json:"what"`
	Live      string `json:"live"`
	Simulated string `json:"simulated"`
}

// ReadCase reads a case file.
func ReadCase(data []byte) (*Case, error) {
	var c Case
	if err := json.Unmarshal(data, &c); err != nil {
		return nil, fmt.Errorf("reading a case: %w", err)
	}
	if c.Format != caseFormat {
		return nil, fmt.Errorf("reading a case: format %q is not %q", c.Format, caseFormat)
	}
	if c.Live.Status == 0 || c.Simulated.Status == 0 {
		return nil, errors.New("reading a case: an answer has no status")
	}
	return &c, nil
}

// Compare lists where the answers differ, in a stable order; without a difference the list
// is empty, not nil.
func (c *Case) Compare() []Difference {
	found := []Difference{}
	add := func(what, live, simulated string) {
		if live != simulated {
			found = append(found, Difference{what, live, simulated})
		}
	}
	add("status", fmt.Sprint(c.Live.Status), fmt.Sprint(c.Simulated.Status))
	add("X-Cache", cacheClass(c.Live.Header), cacheClass(c.Simulated.Header))
	add("sentence", c.Live.Sentence, c.Simulated.Sentence)
	if timingTells(c.Live, c.Simulated) {
		add("timing", string(c.Live.Timing), string(c.Simulated.Timing))
	}
	var names []string
	for _, h := range []http.Header{c.Live.Header, c.Simulated.Header} {
		for name := range h {
			if name != "X-Cache" && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	for _, name := range names {
		add(name, strings.Join(c.Live.Header[name], ", "), strings.Join(c.Simulated.Header[name], ", "))
	}
	return found
}

// timingTells reports whether the timing of two answers says something about the
// distribution. For a failure it tells a refused connection from a timeout; for a
// success that took seconds it only tells that the origin was slow then.
func timingTells(live, simulated Answer) bool {
	for _, a := range []Answer{live, simulated} {
		if a.Status >= http.StatusInternalServerError || a.Timing == TimingTimeout {
			return true
		}
	}
	return false
}

// cacheClass returns X-Cache without the difference between hit and miss: what the real
// distribution has cached is not part of the configuration.
func cacheClass(h http.Header) string {
	value := strings.Join(h["X-Cache"], ", ")
	for _, served := range []string{"Hit from cloudfront", "Miss from cloudfront", "RefreshHit from cloudfront"} {
		if value == served {
			return "served"
		}
	}
	return value
}

// volatile are the fields that differ between answers, or name the edge location.
var volatile = []string{"Age", "Alt-Svc", "Date", "Via", "X-Amz-Cf-Id", "X-Amz-Cf-Pop", "Server-Timing", "Content-Length"}

// recorded returns the fields of an answer to keep.
func recorded(h http.Header) http.Header {
	kept := http.Header{}
	for name, values := range h {
		switch {
		case slices.Contains(volatile, name), strings.HasPrefix(name, "X-Edgesim-"):
		case name == "Set-Cookie":
			for _, v := range values {
				cookie, _, _ := strings.Cut(v, "=")
				kept[name] = append(kept[name], cookie)
			}
		default:
			kept[name] = slices.Clone(values)
		}
	}
	return kept
}

// sentenceOf finds the distinguishing line of CloudFront's error page in a body; an error
// page without a known one is returned as such.
func sentenceOf(body string) string {
	if !strings.Contains(body, "Generated by cloudfront") {
		return ""
	}
	for _, spec := range policy.Causes() {
		if strings.Contains(body, spec.Sentence) {
			return spec.Sentence
		}
	}
	_, rest, _ := strings.Cut(body, "<HR noshade size=\"1px\">")
	line, _, _ := strings.Cut(strings.TrimSpace(rest), "\n")
	return printable(line[:min(len(line), 200)])
}
