package sqlitestore

import (
	"database/sql"
	"errors"
	"slices"
)

// put adds a row to the newest block, or to one that follows it.
func put[T string | []byte](x *index, r row, uri T) error {
	if !x.begun {
		if err := x.beginBlock(); err != nil {
			return err
		}
	}
	addRow(x.building, r, uri)
	if x.building.count >= mostRows {
		return x.flush()
	}
	return nil
}

// beginBlock starts a block, or opens the newest if it has few rows.
func (x *index) beginBlock() error {
	if x.building == nil {
		x.building = &blockBuilder{}
	}
	x.building.reset()
	x.begun = true
	var first, count int64
	err := x.row(newestBlock).Scan(&first, &count)
	if errors.Is(err, sql.ErrNoRows) || err == nil && count >= fewRows {
		return nil
	}
	if err == nil {
		err = x.load(first)
	}
	if err != nil {
		return err
	}
	x.building.first = first
	for _, r := range x.read.rows {
		addRow(x.building, r, r.uri)
	}
	return nil
}

// flush writes the current block.
func (x *index) flush() error {
	if !x.begun {
		return nil
	}
	x.begun = false
	if x.building.count == 0 {
		return nil
	}
	return x.write(x.building)
}

func (x *index) writeRows(b *blockBuilder) error {
	return x.exec(writeBlock, b.first, b.count, b.bytes())
}

// write writes a block, and what occurs in it.
func (x *index) write(b *blockBuilder) error {
	if err := x.writeRows(b); err != nil {
		return err
	}
	for _, kind := range b.kinds {
		if err := x.exec(writeKind, kind, b.first); err != nil {
			return err
		}
	}
	for _, bucket := range b.buckets {
		if err := x.exec(writeBucket, bucket, b.first); err != nil {
			return err
		}
	}
	return nil
}

// load reads a block.
func (x *index) load(first int64) error {
	var data sql.RawBytes
	found := false
	err := x.query(readBlock, func(rows *sql.Rows) (bool, error) {
		found = true
		if err := rows.Scan(&data); err != nil {
			return false, err
		}
		return false, x.read.decode(data, first)
	}, first)
	if err == nil && !found {
		return errBlock
	}
	return err
}

// rewrite rewrites a block with the rows that change keeps, as it leaves them.
func (x *index) rewrite(first int64, change func(*row) (keep bool)) (removed int64, err error) {
	if err := x.flush(); err != nil {
		return 0, err
	}
	if err := x.load(first); err != nil {
		return 0, err
	}
	b := &x.again
	b.reset()
	b.first = first
	var kinds, buckets []int64
	for _, r := range x.read.rows {
		kinds, buckets = with(kinds, r.kind), with(buckets, bucketOf(r.key))
		if change(&r) {
			addRow(b, r, r.uri)
			continue
		}
		x.removed[r.kind]++
		x.exchanges--
		removed++
	}
	if b.count > 0 {
		err = x.writeRows(b)
	} else {
		err = x.exec(deleteBlock, first)
	}
	for _, kind := range kinds {
		if err == nil && !slices.Contains(b.kinds, kind) {
			err = x.exec(deleteKind, kind, first)
		}
	}
	for _, bucket := range buckets {
		if err == nil && !slices.Contains(b.buckets, bucket) {
			err = x.exec(deleteBucket, bucket, first)
		}
	}
	return removed, err
}

// blockOf returns the block that contains an exchange, if any.
func (x *index) blockOf(number int64) (first int64, err error) {
	err = x.row("SELECT first FROM block WHERE first <= ? ORDER BY first DESC LIMIT 1", number).Scan(&first)
	return first, err
}

// removeUpTo deletes the exchanges up to a number and returns how many there were.
func (x *index) removeUpTo(cut int64) (removed int64, err error) {
	var firsts []int64
	err = x.query(blocksUpTo, func(rows *sql.Rows) (bool, error) {
		var first int64
		err := rows.Scan(&first)
		firsts = append(firsts, first)
		return true, err
	}, cut)
	for _, first := range firsts {
		if err != nil {
			break
		}
		var n int64
		n, err = x.rewrite(first, func(r *row) bool { return r.number > cut })
		removed += n
	}
	return removed, err
}

// remove deletes exchanges and returns their places.
func (x *index) remove(numbers []int64) (places []int64, err error) {
	numbers = slices.Clone(numbers)
	slices.Sort(numbers)
	for len(numbers) > 0 {
		first, err := x.blockOf(numbers[0])
		if errors.Is(err, sql.ErrNoRows) {
			numbers = numbers[1:]
			continue
		}
		if err != nil {
			return nil, err
		}
		last := int64(0)
		_, err = x.rewrite(first, func(r *row) bool {
			last = r.number
			_, gone := slices.BinarySearch(numbers, r.number)
			if gone {
				places = append(places, r.place)
			}
			return !gone
		})
		if err != nil {
			return nil, err
		}
		done, _ := slices.BinarySearch(numbers, max(last, numbers[0])+1)
		numbers = numbers[done:]
	}
	return places, nil
}

// move records that an exchange is at another place now, in a segment that has grown to
// this size.
func (x *index) move(number, place, bytes int64) error {
	if err := x.moveRow(number, place); err != nil {
		return err
	}
	id, _ := segmentOf(place)
	return x.exec("UPDATE segment SET bytes = ?, last = max(last, ?) WHERE id = ?", bytes, number, id)
}

// moveRow changes the place of an exchange, if it exists.
func (x *index) moveRow(number, place int64) error {
	if err := x.flush(); err != nil {
		return err
	}
	first, err := x.blockOf(number)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err == nil {
		_, err = x.rewrite(first, func(r *row) bool {
			if r.number == number {
				r.place = place
			}
			return true
		})
	}
	return err
}
