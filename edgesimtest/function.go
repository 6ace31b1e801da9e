package edgesimtest

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/edgesim/edgesim/internal/functions/kvs"
	"github.com/edgesim/edgesim/internal/functions/trial"
	"github.com/edgesim/edgesim/policy"
)

// CloudFrontFunction is a CloudFront function under test. Its fields may be set
// before Run.
type CloudFrontFunction struct {
	// Runtime is cloudfront-js-1.0 or cloudfront-js-2.0. Default: 2.0.
	Runtime string
	// Stage is viewer-request or viewer-response. Default: taken from the event.
	Stage string
	// Store holds the contents of the function's key-value store, by key. Default:
	// no store.
	Store map[string]string

	t    testing.TB
	code string
}

// FunctionResult is the result that CloudFront's TestFunction would report, plus
// the error that a live request would encounter: Live is nil if it would succeed.
type FunctionResult = trial.Result

// Function reads the code of a CloudFront function from a file. A read error ends
// the test.
func Function(t testing.TB, file string) *CloudFrontFunction {
	t.Helper()
	code, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return &CloudFrontFunction{t: t, code: string(code)}
}

// Run runs the function on an event in the format of CloudFront's test events: JSON
// as a string or bytes, or a value that is encoded as JSON. An invalid event ends
// the test; an error in the function is part of the result.
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
