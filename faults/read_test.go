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
		{"connect-refused latency=1", faults.Fault{}, `"1" is not a duration like 1.5s`},
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

// FuzzDecode proves that no body breaks anything, and that what a set took is
// shown in a form that it takes again.
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
