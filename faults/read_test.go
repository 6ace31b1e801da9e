package faults_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/edgesim/edgesim/faults"
	"github.com/edgesim/edgesim/policy"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		text  string
		want  faults.Fault
		error string // part of it
	}{
		{"connect-refused", faults.Fault{Cause: policy.CauseConnectRefused}, ""},
		{"cause=connect-refused", faults.Fault{Cause: policy.CauseConnectRefused}, ""},
		{"latency=1.5s", faults.Fault{Latency: faults.Duration(1500 * time.Millisecond)}, ""},
		{" response-timeout  path=/api/* next=2 latency=1s share=0.5 seed=9 origin=app behavior=* method=GET id=a",
			faults.Fault{ID: "a", Cause: policy.CauseResponseTimeout, Path: "/api/*", Next: 2, Latency: faults.Duration(time.Second),
				Share: 0.5, Seed: 9, Origin: "app", Behavior: "*", Method: "GET"}, ""},
		{"", faults.Fault{}, `cause "" is not allowed`},
		{"timeout", faults.Fault{}, `cause "timeout" is not allowed: want one of [dns-failure connect-refused`},
		{"connect-refused twice", faults.Fault{}, `"twice" is not of the form KEY=VALUE`},
		{"connect-refused next=", faults.Fault{}, `"next" is not of the form KEY=VALUE`},
		{"connect-refused next=two", faults.Fault{}, `next "two" is not allowed: want a number`},
		{"connect-refused share=half", faults.Fault{}, `share "half" is not allowed: want a number`},
		{"connect-refused latency=1", faults.Fault{}, `latency "1" is not allowed: want a duration like "5s"`},
		{"connect-refused times=2", faults.Fault{}, `there is no key "times": the keys are cause, `},
	} {
		t.Run(row.text, func(t *testing.T) {
			t.Parallel()
			got, err := faults.Parse(row.text)
			if row.error == "" && (err != nil || got != row.want) {
				t.Errorf("got %+v, %v, want %+v", got, err, row.want)
			}
			if row.error != "" && (err == nil || !strings.Contains(err.Error(), row.error)) {
				t.Errorf("got the error %v, want %q in it", err, row.error)
			}
		})
	}
}

// TestDecodeMistakes: an error speaks of the JSON that was sent, not of Go.
func TestDecodeMistakes(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ body, want string }{
		{``, `the body is empty`},
		{`{"faults": [`, `the JSON ends too early`},
		{`cause=dns-failure`, `it is not JSON at byte 1: `},
		{`[]`, `a JSON object with "faults" was expected, got an array`},
		{`5`, `a JSON object with "faults" was expected, got a number`},
		{`null`, `the list "faults" is missing`},
		{`{"faults": {}}`, `"faults" must be an array of objects, got an object`},
		{`{"faults": ["connect-timeout"]}`, `each of "faults" must be an object, got a string`},
		{`{"faults": [{"latency": 5}]}`, `"latency" must be a duration like "5s" or "300ms", in quotes, got a number`},
		{`{"faults": [{"latency": true}]}`, `"latency" must be a duration like "5s" or "300ms", in quotes, got true or false`},
		{`{"faults": [{"latency": "5"}]}`, `latency "5" is not allowed: want a duration like "5s" or "300ms"`},
		{`{"faults": [{"cause": ["dns-failure"]}]}`, `"cause" must be a text in quotes, got an array`},
		{`{"faults": [{"next": 1.5}]}`, `"next" must be a whole number from 0 on, got the number 1.5`},
		{`{"faults": [{"seed": -1}]}`, `"seed" must be a whole number from 0 on, got the number -1`},
		{`{"faults": [{"share": "half"}]}`, `"share" must be a number, got a string`},
		{`{"faults": [{"times": 1}]}`, `there is no field "times": beside "faults" there is nothing, and a fault has id, cause, latency, origin, behavior, path, method, next, share, seed`},
		{`{"faults": []} {}`, `there is more behind the JSON value`},
	} {
		if list, err := faults.Decode([]byte(row.body)); err == nil || err.Error() != row.want && (!strings.HasSuffix(row.want, ": ") || !strings.HasPrefix(err.Error(), row.want)) { // behind a colon, encoding/json has its own words
			t.Errorf("%s: got %v, %v, want the error %s", row.body, list, err, row.want)
		}
	}
}

// FuzzDecode proves that no body causes a panic, and that an accepted set is shown in a
// form that is accepted again.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"faults":[{"cause":"connect-timeout","latency":"1s","next":1,"share":0.5,"path":"/a*"}]}`))
	f.Add([]byte(`{"faults":[]} x`))
	f.Add([]byte(`{"faults":[{"latency":5}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		list, err := faults.Decode(data)
		if err != nil {
			return
		}
		var s faults.Set
		if s.Replace(list) != nil {
			return
		}
		again := make([]faults.Fault, 0, len(list))
		for _, status := range s.List() {
			again = append(again, status.Fault)
		}
		if err := s.Replace(again); err != nil {
			t.Errorf("%s: what was taken is refused: %v", data, err)
		}
	})
}

// FuzzParse proves the same of the command line's form.
func FuzzParse(f *testing.F) {
	f.Add("connect-timeout path=/api/* next=2 latency=1s")
	f.Add("share=NaN latency=1h")
	f.Fuzz(func(t *testing.T, text string) {
		if parsed, err := faults.Parse(text); err == nil {
			var s faults.Set
			if err := s.Add(parsed); err != nil {
				t.Errorf("%q was read and is refused: %v", text, err)
			}
		}
	})
}

func ExampleSet() {
	var s faults.Set
	if err := s.Add(faults.Fault{Cause: policy.CauseConnectTimeout, Path: "/api/*", Next: 1}); err != nil {
		panic(err)
	}
	for range 2 {
		forced := s.Decide(faults.Request{Method: "GET", Path: "/api/users", Behavior: "*", Origin: "app"})
		fmt.Println(forced != nil)
	}
	// Output:
	// true
	// false
}
