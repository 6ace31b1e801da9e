package sqlitestore

import (
	"context"
	"database/sql"
	"errors"
	"hash/crc32"
	"time"

	"github.com/edgesim/edgesim/internal/store/compact"
	"github.com/edgesim/edgesim/internal/store/lookup"
	"github.com/edgesim/edgesim/internal/store/queue"
	"github.com/edgesim/edgesim/recording"
)

// writer is the goroutine that writes the queue.
type writer struct {
	store   *Store
	queue   *queue.Queue
	encoder compact.Encoder
	bodies  bodies
	segment *segment
	kinds   map[lookup.Kind]int64
	late    queue.Late
	batch   []queue.Item
	block   blockBuilder // the memory for the index's block
	made    int64        // the store's, for the folder that this state belongs to
	removed int64        // counts what retain dropped
	tidied  time.Time
	put     bool // something was reported that the next success resolves
}

const (
	// retryAfter is how long the writer waits before it retries.
	retryAfter = 500 * time.Millisecond
	// lookEvery is how often the folder is checked when no exchanges arrive, and tidyEvery
	// their age.
	lookEvery = 2 * time.Second
	tidyEvery = time.Minute
)

func newWriter(s *Store) *writer {
	return &writer{store: s, queue: s.queue, kinds: map[lookup.Kind]int64{}}
}

// run writes until the queue is closed and empty.
func (w *writer) run() {
	defer w.closeSegment()
	for w.wait() {
		w.batch = w.queue.Take(w.batch[:0])
		if !w.persist() {
			return
		}
	}
	w.explainLate()
}

// wait waits for a batch to be due. It returns false at the end.
func (w *writer) wait() bool {
	for {
		wait, some := w.queue.Due()
		switch {
		case some && wait == 0:
			return true
		case !some && w.queue.Closed():
			return false
		case !some && w.late.Some():
			wait = queue.LateCheck
		case !some:
			wait = lookEvery
		}
		timer := time.NewTimer(wait)
		select {
		case <-w.queue.Wake():
		case <-timer.C:
			if !some {
				w.idle()
			}
		}
		timer.Stop()
	}
}

// idle does the work for when nothing arrives.
func (w *writer) idle() {
	w.explainLate()
	due := w.store.config.KeepFor > 0 && time.Since(w.tidied) >= tidyEvery
	if due || w.store.damage.index.Load() || w.store.files.Load().gone() {
		w.tidied = time.Now()
		w.report(w.write(context.Background(), nil))
	}
}

// persist writes the batch, however long it takes. It is lost only if it still cannot be
// written at the end; then the result is false.
func (w *writer) persist() bool {
	for {
		err := w.write(context.Background(), w.batch)
		if w.report(err); err == nil {
			w.queue.Finished(w.batch, false)
			return true
		}
		if w.queue.Closed() {
			w.queue.Finished(w.batch, true)
			w.queue.LoseRest()
			return false
		}
		timer := time.NewTimer(retryAfter)
		select {
		case <-timer.C:
		case <-w.queue.Ended():
		}
		timer.Stop()
	}
}

// report reports a change from working to failing or back.
func (w *writer) report(err error) {
	if err != nil {
		err = explain(err)
	}
	if w.queue.Fail(err) || err == nil && w.put {
		w.store.config.Changed(err)
	}
	w.put = w.put && err != nil
}

// errStale means that another process has removed a kind meanwhile.
var errStale = errors.New("a kind is gone")

// write writes a batch in one transaction, and drops what is too old.
func (w *writer) write(ctx context.Context, batch []queue.Item) error {
	w.store.changing.Lock()
	defer w.store.changing.Unlock()
	if err := w.sameFolder(ctx); err != nil {
		return err
	}
	err := w.transaction(ctx, batch)
	switch {
	case errors.Is(err, errStale):
		err = w.transaction(ctx, batch)
	case full(err):
		err = w.writeOnFullDisk(ctx, batch)
	case w.store.rebuildable(err):
		w.tell(err)
		if err = w.store.remakeLocked(ctx, true); err == nil {
			w.begin()
			err = w.transaction(ctx, batch)
		}
	}
	return err
}

// errRemoved is reported for a folder that was removed while in use.
var errRemoved = errors.New("the folder of the recordings was removed or replaced while it was in use: it is made again, and what was in it is gone")

// sameFolder ensures that the folder is the one that was opened, with an intact index;
// otherwise both are reopened.
func (w *writer) sameFolder(ctx context.Context) error {
	s := w.store
	gone, damaged := s.files.Load().gone(), s.damage.index.Load()
	switch {
	case gone:
		w.tell(errRemoved)
	case damaged:
		w.tell(errors.New("index.db is damaged: it is made again from the segments"))
	}
	if gone || damaged {
		if err := s.remakeLocked(ctx, damaged && !gone); err != nil {
			return err
		}
	}
	if made := s.made.Load(); made != w.made {
		w.made = made
		w.begin()
	}
	return nil
}

// tell reports a problem that is resolved in the same moment.
func (w *writer) tell(err error) {
	w.store.config.Changed(explain(err))
	w.put = true
}

// begin drops everything about a folder that no longer exists.
func (w *writer) begin() {
	w.closeSegment()
	w.forget()
	clear(w.kinds)
	w.late = queue.Late{}
}

// writeOnFullDisk makes room, drops what is beyond the limits, and tries again.
func (w *writer) writeOnFullDisk(ctx context.Context, batch []queue.Item) error {
	w.store.makeRoom(ctx)
	for {
		before := w.removed
		if err := w.transaction(ctx, nil); err != nil {
			return err
		}
		if w.removed == before {
			break
		}
	}
	err := w.transaction(ctx, batch)
	if err == nil {
		w.store.keepReserve()
	}
	return err
}

func (w *writer) transaction(ctx context.Context, batch []queue.Item) (err error) {
	files := w.store.files.Load()
	tx, err := files.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	fresh := false // the segment was started in this transaction
	defer func() {
		if err != nil {
			err = errors.Join(err, ignoreDone(tx.Rollback()))
			w.abandon(fresh)
		}
	}()
	ix := index{ctx: ctx, tx: tx, prepared: files.prepared, building: &w.block}
	if err = ix.begin(); err != nil {
		return err
	}
	if len(batch) > 0 {
		if fresh, err = w.openSegment(&ix); err != nil {
			return err
		}
		if err = w.add(&ix, batch); err != nil {
			return err
		}
	}
	gone, err := w.retain(&ix, 2*len(batch)+queue.BatchRows)
	if err != nil {
		return err
	}
	if err = ix.end(); err != nil {
		return err
	}
	if err = tx.Commit(); err != nil {
		return err
	}
	if w.segment != nil {
		w.segment.size = w.segment.next
	}
	if ix.gone {
		clear(w.kinds)
	}
	w.store.removeSegments(gone)
	w.late.Note(batch, ix.next-int64(len(batch)), w.store.config.Redactor)
	return nil
}

// add writes the exchanges of a batch to the segment and to the index.
func (w *writer) add(ix *index, batch []queue.Item) error {
	for i := range batch {
		e := batch[i].Exchange
		place, err := w.encode(e, batch[i].Viewer(), batch[i].Response())
		if err != nil {
			return err
		}
		kind, err := w.kind(ix, lookup.KindOf(e))
		if err != nil {
			return err
		}
		if err := ix.insert(e, kind, place); err != nil {
			return err
		}
	}
	if err := w.segment.flush(); err != nil {
		return err
	}
	return ix.segment(w.segment.id, w.segment.next)
}

// encode writes one exchange at the end of the segment and returns its place.
func (w *writer) encode(e *recording.Exchange, viewer, response []byte) (int64, error) {
	s := w.segment
	at := s.next
	record := w.encoder.Encode(e, uint64(at)+headerBytes)
	h := header{
		mark: markKept, record: uint32(len(record)), recordSum: crc32.Checksum(record, castagnoli),
		viewer: uint32(len(viewer)), response: uint32(len(response)), bodiesAt: at + headerBytes + int64(len(record)),
	}
	if h.viewer+h.response > 0 {
		known := w.bodies.find(viewer, response, h.bodiesAt)
		h.bodySum = known.sum
		if known.at != h.bodiesAt {
			h.bodiesAt, viewer, response = known.at, nil, nil
		}
	}
	var space [headerBytes]byte
	for _, b := range [][]byte{h.append(space[:0]), record, viewer, response} {
		if err := s.append(b); err != nil {
			return 0, err
		}
	}
	return placeOf(s.id, at), nil
}

// maxKinds limits the kinds that are remembered.
const maxKinds = 4096

// kind returns the id of a kind.
func (w *writer) kind(ix *index, k lookup.Kind) (int64, error) {
	if id, ok := w.kinds[k]; ok {
		return id, nil
	}
	id, err := ix.kind(k)
	if err != nil {
		return 0, err
	}
	if len(w.kinds) >= maxKinds {
		clear(w.kinds)
	}
	w.kinds[k] = id
	return id, nil
}

// openSegment ensures that there is a segment to write to, and reports whether it is new.
func (w *writer) openSegment(ix *index) (bool, error) {
	if s := w.segment; s != nil && s.size < w.store.config.SegmentBytes {
		there, err := ix.hasSegment(s.id)
		if err != nil || there {
			return false, err
		}
	}
	w.closeSegment()
	id, err := ix.newSegment()
	if err != nil {
		return false, err
	}
	w.segment, err = createSegment(w.store.config.Dir, id)
	w.forget()
	return err == nil, err
}

// forget drops what the segment has: what follows must not refer to it.
func (w *writer) forget() {
	w.encoder.Forget()
	w.bodies.forget()
}

// closeSegment ends the segment: what follows goes to a new one.
func (w *writer) closeSegment() {
	if w.segment != nil {
		w.segment.file.Close()
		w.segment = nil
	}
}

// abandon drops what was written in a failed transaction. Kinds and parts that were new in
// it are in no index and have no rows.
func (w *writer) abandon(fresh bool) {
	clear(w.kinds)
	w.forget()
	s := w.segment
	switch {
	case s == nil:
	case fresh:
		w.closeSegment()
		w.store.removeSegments([]int64{s.id})
	default:
		s.buf, s.next = s.buf[:0], s.size
	}
}

func ignoreDone(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}
