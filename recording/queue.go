package recording

import (
	"slices"
	"sort"
)

// entry is one exchange in a Ring.
type entry struct {
	// number counts the exchanges recorded, from 1; a Reset does not restart it.
	number   uint64
	size     int64
	exchange *Exchange // without its bodies
	// viewer and response are the bodies, in the ring's own memory.
	viewer, response []byte
}

// whole returns the exchange with copies of its bodies. The ring's lock must be held, as
// the memory of bodies is reused.
func (e *entry) whole() *Exchange {
	whole := *e.exchange
	whole.Viewer.Body, whole.Response.Body = slices.Clone(e.viewer), slices.Clone(e.response)
	return &whole
}

// queue is a first-in, first-out queue of entries on a circular buffer, which
// doubles when it is full and does not allocate otherwise.
type queue struct {
	buffer []entry
	head   int // index of the oldest
	count  int
	bytes  int64 // sum of the sizes
}

func (q *queue) len() int { return q.count }

// at returns the i-th oldest entry.
func (q *queue) at(i int) entry { return q.buffer[(q.head+i)%len(q.buffer)] }

func (q *queue) oldest() entry { return q.at(0) }

func (q *queue) push(e entry) {
	if q.count == len(q.buffer) {
		q.grow()
	}
	q.buffer[(q.head+q.count)%len(q.buffer)] = e
	q.count++
	q.bytes += e.size
}

// pop removes the oldest entry and clears its slot, so that its memory is freed.
func (q *queue) pop() entry {
	e := q.oldest()
	q.buffer[q.head] = entry{}
	q.head = (q.head + 1) % len(q.buffer)
	q.count--
	q.bytes -= e.size
	return e
}

// remove removes these from the queue, and gives their bodies back.
func (q *queue) remove(gone map[*Exchange]bool, b *bodies) {
	var left queue
	for i := range q.count {
		e := q.at(i)
		if gone[e.exchange] {
			b.give(e.viewer)
			b.give(e.response)
			continue
		}
		left.push(e)
	}
	*q = left
}

// find returns the entry with this number.
func (q *queue) find(number uint64) (entry, bool) {
	i := sort.Search(q.count, func(i int) bool { return q.at(i).number >= number })
	if i == q.count || q.at(i).number != number {
		return entry{}, false
	}
	return q.at(i), true
}

func (q *queue) grow() {
	buffer := make([]entry, max(16, 2*len(q.buffer)))
	for i := range q.count {
		buffer[i] = q.at(i)
	}
	q.buffer, q.head = buffer, 0
}
