package edgesimtest_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/edgesim/edgesim/edgesimtest"
	"github.com/edgesim/edgesim/policy"
)

// In a test, t is the test's own. An example has none, so that it makes do with
// this one, which runs its clean-ups when done is called.
type example struct {
	testing.TB
	cleanups []func()
}

func (e *example) Helper()          {}
func (e *example) Cleanup(f func()) { e.cleanups = append(e.cleanups, f) }
func (e *example) done() {
	for i := len(e.cleanups) - 1; i >= 0; i-- {
		e.cleanups[i]()
	}
}

// The edge in front of an application, which never learns that it is one.
func ExampleStart() {
	t := new(example)
	defer t.done()
	app := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "hello from %s", r.Host)
	})

	edge := edgesimtest.Start(t, edgesimtest.Config{Handler: app})
	response, err := edge.Client.Get(edge.TLSURL + "/")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	fmt.Println(response.StatusCode, response.Header.Get("X-Cache"))
	fmt.Println(edge.Exchanges()[0].Sent.Host)
	// Output:
	// 200 Miss from cloudfront
	// origin.edgesim.example:443
}

// What the viewer gets, and why, for an origin whose certificate has expired.
func ExampleStart_lab() {
	t := new(example)
	defer t.done()
	edge := edgesimtest.Start(t, edgesimtest.Config{Lab: "expired"})
	response, err := edge.Client.Get(edge.URL + "/")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	fmt.Println(response.StatusCode, edge.LastCause().Rule, edge.LastCause().Name)
	// Output: 502 CF-CERT-01 cert-expired
}

// A front end has to live with CloudFront's 504; no origin needs to be broken.
func ExampleEdge_Fail() {
	t := new(example)
	defer t.done()
	edge := edgesimtest.Start(t, edgesimtest.Config{Handler: http.NotFoundHandler()})
	edge.Fail(policy.CauseResponseTimeout, 1)
	for range 2 {
		response, err := edge.Client.Get(edge.URL + "/")
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		fmt.Println(response.StatusCode)
	}
	// Output:
	// 504
	// 404
}
