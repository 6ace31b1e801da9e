package edgesimtest_test

import (
	"strings"
	"testing"

	"github.com/edgesim/edgesim/edgesimtest"
)

func TestFunction(t *testing.T) {
	t.Parallel()
	f := edgesimtest.Function(t, "testdata/rewrite.js")
	type object = map[string]any
	r := f.Run(object{"request": object{
		"method": "GET", "uri": "/docs/", "querystring": object{}, "headers": object{"host": object{"value": "h"}}, "cookies": object{},
	}})
	if r.Failed() || !strings.Contains(r.FunctionOutput, `"uri":"/docs/index.html"`) {
		t.Errorf("got %+v", r)
	}
	f.Runtime = "cloudfront-js-1.0" // which has no const (CF-FN-102)
	if r := f.Run(`{"request":{"method":"GET","uri":"/","headers":{}}}`); !r.Failed() || !strings.Contains(r.FunctionErrorMessage, `Token "const" not supported in this version in 2`) {
		t.Errorf("got %+v", r)
	}
}
