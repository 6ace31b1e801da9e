package sqlitestore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/edgesim/edgesim/recording"
)

// damage records what was found to be unreadable.
type damage struct {
	mu   sync.Mutex
	seen map[int64]bool
	// index means that the index is damaged; the writer takes care of it.
	index atomic.Bool
}

// mostDamaged limits how many damaged exchanges are counted separately, and named at once.
const mostDamaged = 10_000

// note counts a damaged exchange once.
func (d *damage) note(number int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.seen == nil {
		d.seen = map[int64]bool{}
	}
	if len(d.seen) < mostDamaged {
		d.seen[number] = true
	}
}

// removed forgets a damaged exchange that was deleted.
func (d *damage) removed(number int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.seen, number)
}

// forget forgets all of them.
func (d *damage) forget() {
	d.mu.Lock()
	defer d.mu.Unlock()
	clear(d.seen)
}

func (d *damage) count() uint64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return uint64(len(d.seen))
}

// damagedPrefix starts the name of an unreadable exchange, which no longer has an id; its
// number follows.
const damagedPrefix = "damaged-"

func damagedName(number int64) string { return damagedPrefix + strconv.FormatInt(number, 10) }

// damagedNumber returns the number in such a name.
func damagedNumber(name string) (int64, bool) {
	text, ok := strings.CutPrefix(name, damagedPrefix)
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil && n > 0 && damagedName(n) == name
}

// damaged returns an unreadable exchange as a page reports it.
func (s *Store) damaged(p place, err error) recording.Damaged {
	s.damage.note(p.number)
	return recording.Damaged{Name: damagedName(p.number), Reason: err.Error()}
}

// unreadable reports whether reading an exchange failed because of the contents of the
// files, and not because of access to them.
func unreadable(err error) bool {
	var path *fs.PathError
	return err != nil && !errors.As(err, &path) && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, context.Canceled) &&
		!errors.Is(err, context.DeadlineExceeded)
}

var _ recording.Checker = (*Store)(nil)

// checkedAtOnce is how many rows of the index are read at a time.
const checkedAtOnce = 1000

// Check reads every exchange and its bodies, and checks the index with SQLite. A repair
// deletes the rows of damaged exchanges, and rebuilds a damaged index from the segments.
func (s *Store) Check(ctx context.Context, repair bool) (recording.CheckReport, error) {
	if repair && s.config.ReadOnly {
		return recording.CheckReport{}, errReadOnly
	}
	s.queue.Flush(ctx)
	report := recording.CheckReport{Damaged: []recording.Damaged{}}
	if err := s.checkIndex(ctx); err != nil {
		report.Index = err.Error()
		if !repair {
			return report, nil
		}
		if err := s.remake(ctx, true); err != nil {
			return report, err
		}
	}
	var numbers []int64
	err := s.scan(ctx, func(r *reader, p place) {
		report.Exchanges++
		_, err := r.exchange(p.place, true)
		if errors.Is(err, fs.ErrNotExist) {
			err = errors.New("its segment file is missing")
		}
		if err == nil || len(numbers) >= mostDamaged {
			return
		}
		report.Damaged = append(report.Damaged, s.damaged(p, err))
		numbers = append(numbers, p.number)
	})
	if err != nil || !repair {
		return report, err
	}
	if len(numbers) > 0 {
		if _, err := s.forget(ctx, numbers); err != nil {
			return report, err
		}
	}
	report.Repaired = true
	return report, nil
}

// scan calls each for every row of the index, oldest first.
func (s *Store) scan(ctx context.Context, each func(*reader, place)) error {
	for last := int64(0); ; {
		places, err := s.places(ctx, &question{after: last, oldestFirst: true, limit: checkedAtOnce})
		if err != nil {
			return explain(err)
		}
		if len(places) == 0 {
			return nil
		}
		r := s.reader()
		for _, p := range places {
			each(r, p)
			last = p.number
		}
		r.close()
	}
}

// checkIndex reports what is wrong with the index, according to SQLite and to the blocks.
func (s *Store) checkIndex(ctx context.Context) error {
	var said string
	err := s.files.Load().read.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&said)
	if err == nil && said == "ok" {
		err = s.checkBlocks(ctx)
	}
	switch {
	case err != nil && rebuildable(err):
		return explain(err)
	case err != nil:
		return nil // it cannot be checked now: busy, or the disk fails
	case said != "ok":
		return fmt.Errorf("index.db is damaged: %s", said)
	}
	return nil
}

// checkBlocks reads every block, and compares what occurs in them with the tables that
// record it. Sums of hashes are compared, as the two are read in different orders.
func (s *Store) checkBlocks(ctx context.Context) error {
	v, err := s.view(ctx)
	if err != nil {
		return err
	}
	defer v.close()
	var b blockBuilder
	var kinds, buckets uint64
	err = v.blocks(&question{oldestFirst: true}, func(first int64, k *block) (bool, error) {
		b.reset()
		for _, r := range k.rows {
			b.kinds, b.buckets = with(b.kinds, r.kind), with(b.buckets, bucketOf(r.key))
		}
		for _, kind := range b.kinds {
			kinds += pairSum(kind, first)
		}
		for _, bucket := range b.buckets {
			buckets += pairSum(bucket, first)
		}
		return true, nil
	})
	for text, sum := range map[string]*uint64{"SELECT kind, first FROM block_kind": &kinds, "SELECT bucket, first FROM block_key": &buckets} {
		if err != nil {
			break
		}
		err = v.query(text, func(rows *sql.Rows) (bool, error) {
			var of, first int64
			err := rows.Scan(&of, &first)
			*sum -= pairSum(of, first)
			return true, err
		})
		if err == nil && *sum != 0 {
			err = errBlock
		}
	}
	return err
}

// pairSum is a hash of two numbers.
func pairSum(a, b int64) uint64 {
	h := uint64(a)*0x9e3779b97f4a7c15 ^ uint64(b)
	h = (h ^ h>>32) * 0xd6e8feb86659fd93
	return (h ^ h>>32) * 0xd6e8feb86659fd93
}

// forget deletes exchanges by number, and marks them in the segments, so that a rebuilt
// index omits them.
func (s *Store) forget(ctx context.Context, numbers []int64) (int, error) {
	return s.forgetIf(ctx, numbers, func() error { return nil })
}

// forgetIf is forget unless holds, called while nothing else changes, returns an error.
func (s *Store) forgetIf(ctx context.Context, numbers []int64, holds func() error) (int, error) {
	var places []int64
	n, err := s.change(ctx, func(ix *index) (_ int64, err error) {
		if err := holds(); err != nil {
			return 0, err
		}
		places, err = ix.remove(numbers)
		return int64(len(places)), err
	})
	if err != nil {
		return 0, err
	}
	for _, number := range numbers {
		s.damage.removed(number)
	}
	s.markDeleted(places)
	return n, nil
}

// markDeleted marks segment entries as deleted. A failure only matters if the index is lost
// later.
func (s *Store) markDeleted(places []int64) {
	for _, place := range places {
		id, offset := segmentOf(place)
		f, err := os.OpenFile(segmentPath(s.config.Dir, id), os.O_WRONLY, 0)
		if err != nil {
			continue
		}
		_, _ = f.WriteAt([]byte{markDeleted >> 24, markDeleted >> 16 & 0xff, markDeleted >> 8 & 0xff, markDeleted & 0xff}, offset)
		f.Close()
	}
}
