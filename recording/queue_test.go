package recording

import (
	"runtime"
	"testing"
	"weak"
)

// TestPopGivesMemoryBack: an exchange that left the queue is not kept in memory by
// the buffer it was in.
func TestPopGivesMemoryBack(t *testing.T) {
	t.Parallel()
	var q queue
	var gone []weak.Pointer[Exchange]
	for range 8 {
		e := &Exchange{ID: "x", Viewer: Viewer{Body: make([]byte, 1<<10)}}
		gone = append(gone, weak.Make(e))
		q.push(entry{exchange: e, size: 1})
	}
	for range gone {
		q.pop()
	}
	runtime.GC()
	for i, w := range gone {
		if w.Value() != nil {
			t.Errorf("exchange %d is still in memory", i)
		}
	}
	if q.len() != 0 || q.bytes != 0 || len(q.buffer) == 0 {
		t.Errorf("%d entries, %d bytes, a buffer of %d", q.len(), q.bytes, len(q.buffer))
	}
}
