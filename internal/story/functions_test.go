package story_test

import (
	"strings"
	"testing"
	"time"

	"github.com/edgesim/edgesim/internal/story"
	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

// TestFunctions: what a function logged and changed, and why it failed, is told where it
// happened.
func TestFunctions(t *testing.T) {
	t.Parallel()
	e := &recording.Exchange{ID: "x", Functions: []recording.FunctionRun{
		{Event: "viewer-request", Name: "rewrite", Runtime: "cloudfront-js-2.0", Duration: time.Millisecond, Log: []string{"hello"}, Changed: []policy.Change{
			{Field: "uri", Kind: policy.ChangeChanged, From: "/a", To: "/b"}, {Field: "X-New", Kind: policy.ChangeAdded, To: "1"}, {Field: "cookie c", Kind: policy.ChangeDropped, From: "2"},
		}},
		{Event: "viewer-response", Name: "late", Runtime: "nodejs", Error: &recording.FunctionError{Class: "LambdaExecutionError", Message: "broken", Line: 3, Column: 4}},
	}}
	text := told(t, e, story.Options{})
	at := 0
	for _, part := range []string{"What the function made of the request", "viewer-request rewrite (cloudfront-js-2.0)", "log: hello", "changed uri: /a → /b", "added X-New: 1", "dropped cookie c: 2", "What was sent", "What functions made of the response", "LambdaExecutionError: broken (line 3, column 4)"} {
		i := strings.Index(text[at:], part)
		if i < 0 {
			t.Fatalf("after %q there is no %q:\n%s", text[:at], part, text)
		}
		at += i
	}
}
