package recording_test

import (
	"context"
	"fmt"

	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

// A Ring keeps the newest exchanges and finds those with a given cause.
func ExampleRing() {
	ring := recording.NewRing(recording.RingConfig{Exchanges: 1000})
	ring.Record(&recording.Exchange{ID: "first", Response: recording.Response{Status: 200}})
	ring.Record(&recording.Exchange{
		ID: "second", Response: recording.Response{Status: 502},
		Cause: policy.NewCause(policy.CauseConnectRefused, "nothing listens at app.example.com:443", nil),
	})

	page, err := ring.List(context.Background(), recording.Filter{Cause: policy.CauseConnectRefused, Limit: 10})
	if err != nil {
		panic(err)
	}
	for _, e := range page.Exchanges {
		fmt.Println(e.ID, e.Response.Status, e.Cause)
	}
	// Output: second 502 CF-CONN-08 connect-refused: nothing listens at app.example.com:443
}
