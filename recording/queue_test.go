package recording

import (
	"runtime"
	"testing"
	"weak"
)

// TestQueueLetsGo: what left the queue is not held by its buffer, or a ring of few
// exchanges would keep the memory of many.
func TestQueueLetsGo(t *testing.T) {
	t.Parallel()
	var q queue
	held := func() weak.Pointer[Exchange] {
		e := &Exchange{ID: "gone"}
		q.push(entry{exchange: e, size: 1})
		q.push(entry{exchange: &Exchange{ID: "kept"}, size: 1})
		return weak.Make(e)
	}()
	if q.pop().exchange.ID != "gone" {
		t.Fatal("the oldest does not leave first")
	}
	runtime.GC()
	if e := held.Value(); e != nil {
		t.Errorf("%q is still held", e.ID)
	}
	if q.len() != 1 || q.oldest().exchange.ID != "kept" {
		t.Errorf("%d are left", q.len())
	}
}
