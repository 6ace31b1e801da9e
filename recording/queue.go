package recording

// entry is one exchange in a Ring.
type entry struct {
	// number counts the exchanges recorded, from 1; a Reset does not start anew.
	number   uint64
	size     int64
	exchange *Exchange
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

// pop removes the oldest entry and forgets its exchange, so that its memory is
// given back.
func (q *queue) pop() entry {
	e := q.oldest()
	q.buffer[q.head] = entry{}
	q.head = (q.head + 1) % len(q.buffer)
	q.count--
	q.bytes -= e.size
	return e
}

// remove takes these out of the middle.
func (q *queue) remove(gone map[*Exchange]bool) {
	var left queue
	for i := range q.count {
		if e := q.at(i); !gone[e.exchange] {
			left.push(e)
		}
	}
	*q = left
}

func (q *queue) grow() {
	buffer := make([]entry, max(16, 2*len(q.buffer)))
	for i := range q.count {
		buffer[i] = q.at(i)
	}
	q.buffer, q.head = buffer, 0
}
