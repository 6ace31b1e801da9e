package lambda_test

import (
	"context"
	"testing"

	"github.com/edgesim/edgesim/internal/peers"
)

// TestLeavesAfterTheAnswer: if a viewer leaves after the handler has answered, and before
// its run ends, the process is ended and not reused.
func TestLeavesAfterTheAnswer(t *testing.T) {
	t.Parallel()
	// It closes its streams, so that their end is waited for after the answer.
	f := handler(t, "a.mjs", `import fs from "node:fs"; fs.closeSync(1); fs.closeSync(2);
export const handler = async (event) => { if (event.tell) setTimeout(() => fs.writeFileSync(event.tell, ""), 20); return "done"; };`)
	for range 5 {
		told := t.TempDir() + "/answered"
		ctx, leave := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			_, _ = f.Invoke(ctx, []byte(`{"tell": "`+told+`"}`)) // the viewer has left, whatever it gives
		}()
		peers.Await(t, "the handler to answer", func() bool { return exists(told) })
		leave()
		<-ended
		if r, err := f.Invoke(t.Context(), []byte(`{}`)); err != nil || string(r.Answer) != `"done"` {
			t.Fatalf("the next one got %s, %v", r.Answer, err)
		}
	}
}
