package recording_test

import (
	"bytes"
	"fmt"
	"sync"
	"testing"

	"github.com/edgesim/edgesim/recording"
)

// withBody is a success whose body is n bytes that tell its number.
func withBody(number, n int) *recording.Exchange {
	e := success(number)
	e.Response.Body = bytes.Repeat([]byte{byte(number)}, n)
	return e
}

// TestRingBodiesAreReused asks a full ring for bodies while others are recorded: the memory
// of dropped ones is reused, and no reader may see another exchange's bytes.
func TestRingBodiesAreReused(t *testing.T) {
	t.Parallel()
	r := recording.NewRing(recording.RingConfig{Bytes: 64 << 10})
	var writers sync.WaitGroup
	for w := range 4 {
		writers.Go(func() {
			for i := range 500 {
				r.Record(withBody(4*i+w, 1+(i*977)%9000))
			}
		})
	}
	done := make(chan struct{})
	go func() { writers.Wait(); close(done) }()
	for reading := true; reading; {
		select {
		case <-done:
			reading = false
		default:
		}
		page, err := r.List(t.Context(), recording.Filter{Bodies: true})
		if err != nil {
			t.Fatal(err)
		}
		for _, listed := range page.Exchanges {
			checkBody(t, listed)
			if again, err := r.Get(t.Context(), listed.ID); err == nil {
				checkBody(t, again)
			}
		}
	}
}

func checkBody(t *testing.T, e *recording.Exchange) {
	t.Helper()
	var number int
	if _, err := fmt.Sscanf(e.ID, "ok-%d", &number); err != nil {
		t.Fatal(err)
	}
	if len(e.Response.Body) == 0 || bytes.Count(e.Response.Body, []byte{byte(number)}) != len(e.Response.Body) {
		t.Errorf("the body of %s is another's", e.ID)
	}
}

// TestRingBodiesMakeNoGarbage checks what a full ring allocates for an exchange: the
// exchange, and nothing for its body.
func TestRingBodiesMakeNoGarbage(t *testing.T) {
	r := recording.NewRing(recording.RingConfig{Exchanges: 8, Redactor: &recording.Redactor{KeepSecrets: true}})
	one := withBody(1, 60<<10)
	for range 9 {
		r.Record(one)
	}
	if n := testing.AllocsPerRun(100, func() { r.Record(one) }); n > 1 {
		t.Errorf("recording allocates %v times, want once", n)
	}
}
