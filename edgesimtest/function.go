package edgesimtest

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/edgesim/edgesim/internal/functions/kvs"
	"github.com/edgesim/edgesim/internal/functions/trial"
	"github.com/edgesim/edgesim/policy"
)

// CloudFrontFunction is the code of a CloudFront Function under test. Its fields
// may be set before Run.
type CloudFrontFunction struct {
	// Runtime is cloudfront-js-1.0 or cloudfront-js-2.0. Default: 2.0.
	Runtime string
	// Stage is viewer-request or viewer-response. Default: what the event says.
	Stage string
	// Store are the contents of the function's key-value store, by key. Default:
	// the function has no store.
	Store map[string]string

	t    testing.TB
	code string
}

// FunctionResult is what the service's own test says of a run, and what a live
// request would meet besides: Live is nil where it would pass.
type FunctionResult = trial.Result

// Function reads the code of a CloudFront Function for a test.
func Function(t testing.TB, file string) *CloudFrontFunction {
	t.Helper()
	code, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return &CloudFrontFunction{t: t, code: string(code)}
}

// Run runs the function on an event in the form of the service's test events: a
// string or bytes of JSON, or a value that is encoded as JSON. A mistake in the
// event ends the test; one in the function is in the result.
func (f *CloudFrontFunction) Run(event any) *FunctionResult {
	f.t.Helper()
	text, err := eventText(event)
	if err != nil {
		f.t.Fatalf("the event: %v", err)
	}
	var store *kvs.Store
	if f.Store != nil {
		if store, err = kvs.Map(f.Store); err != nil {
			f.t.Fatalf("the store: %v", err)
		}
	}
	result, err := trial.Trial{Code: f.code, Runtime: f.Runtime, Stage: policy.Trigger(f.Stage), Store: store}.Run(text)
	if err != nil {
		f.t.Fatal(err)
	}
	return result
}

func eventText(event any) ([]byte, error) {
	switch e := event.(type) {
	case string:
		return []byte(e), nil
	case []byte:
		return e, nil
	}
	return json.Marshal(event)
}
