package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestParseWrk(t *testing.T) {
	t.Parallel()
	tests := []struct {
		file string
		want sample
	}{
		{"wrk-fine.txt", sample{
			Requests: 18212, Elapsed: time.Second, P50: 3260 * time.Microsecond, P99: 10510 * time.Microsecond,
		}},
		{"wrk-errors.txt", sample{
			Requests: 120, Elapsed: 66 * time.Second, P50: 250 * time.Microsecond, P99: 1200 * time.Millisecond, Errors: 42,
		}},
	}
	for _, test := range tests {
		t.Run(test.file, func(t *testing.T) {
			t.Parallel()
			out, err := os.ReadFile(filepath.Join("testdata", test.file))
			if err != nil {
				t.Fatal(err)
			}
			got, err := parseWrk(out)
			if err != nil || got != test.want {
				t.Errorf("got  %+v, %v\nwant %+v", got, err, test.want)
			}
		})
	}
}

// TestParseWrkRefuses: what cannot be read is an error, never a zero.
func TestParseWrkRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "unable to connect to 127.0.0.1:1 Connection refused\n", "many requests in 1.00s, 1MB read\n", "7 requests in a while\n"} {
		if got, err := parseWrk([]byte(text)); err == nil {
			t.Errorf("%q gave %+v and no error", text, got)
		}
	}
}
