package sqlitestore

import "database/sql"

// newSegment adds a segment and returns its id.
func (x *index) newSegment() (id int64, err error) {
	err = x.row("INSERT INTO segment (bytes, last) VALUES (0, 0) RETURNING id").Scan(&id)
	return id, err
}

// hasSegment reports whether a segment still exists.
func (x *index) hasSegment(id int64) (there bool, err error) {
	err = x.row(hasSegment, id).Scan(&there)
	return there, err
}

// segment records the size of a segment, and that the newest exchange is in it.
func (x *index) segment(id, bytes int64) error {
	return x.exec(writeSegment, bytes, x.next-1, id)
}

// removeEmptySegments deletes the segments without exchanges, except one, and returns their
// ids.
func (x *index) removeEmptySegments(but int64) (gone []int64, err error) {
	oldest, err := x.oldest()
	if err != nil {
		return nil, err
	}
	err = x.query(emptySegments, func(rows *sql.Rows) (bool, error) {
		var id int64
		err := rows.Scan(&id)
		gone = append(gone, id)
		return true, err
	}, but, oldest)
	return gone, err
}

// oldest returns the number of the oldest exchange, or the next number if there is none.
func (x *index) oldest() (number int64, err error) {
	number = x.next
	err = x.eachOldest(func(r *row) bool {
		number = r.number
		return false
	})
	return number, err
}

// eachOldest calls visit with the exchanges, oldest first, until it returns false.
func (x *index) eachOldest(visit func(*row) bool) error {
	if err := x.flush(); err != nil {
		return err
	}
	for after := int64(-1); ; {
		var first int64
		err := x.row("SELECT coalesce(min(first), -1) FROM block WHERE first > ?", after).Scan(&first)
		if err != nil || first < 0 {
			return err
		}
		if err := x.load(first); err != nil {
			return err
		}
		for i := range x.read.rows {
			if !visit(&x.read.rows[i]) {
				return nil
			}
		}
		after = first
	}
}

// numberAt returns the number of the n-th oldest exchange, or of the newest if there are
// fewer; 0 if there are none. If at most more exchanges follow it in its block, it returns
// the number of the last one: deleting a whole block is cheaper than a part of it.
func (x *index) numberAt(n, more int64) (number int64, err error) {
	if err := x.flush(); err != nil {
		return 0, err
	}
	first, before := int64(-1), int64(0)
	err = x.query(oldestBlocks, func(rows *sql.Rows) (bool, error) {
		var at, count int64
		if err := rows.Scan(&at, &count); err != nil {
			return false, err
		}
		if first >= 0 {
			n -= before
		}
		first, before = at, count
		return n > count, nil
	})
	if err != nil || first < 0 {
		return 0, err
	}
	if err := x.load(first); err != nil {
		return 0, err
	}
	rows := x.read.rows
	if len(rows) == 0 {
		return 0, errBlock
	}
	n = min(max(n, 1), int64(len(rows)))
	if int64(len(rows))-n <= more {
		n = int64(len(rows))
	}
	return rows[n-1].number, nil
}
