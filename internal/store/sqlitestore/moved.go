package sqlitestore

import (
	"context"
	"errors"

	"github.com/edgesim/edgesim/recording"
)

// Oldest holds the exchanges that were recorded first, for moving them elsewhere: once they
// are there, [Store.DeleteOldest] deletes them.
type Oldest struct {
	Exchanges []*recording.Exchange
	numbers   []int64
	made      int64 // the store's, of the folder that the numbers are of
}

// TakeOldest returns up to most of the oldest exchanges, with their bodies.
func (s *Store) TakeOldest(ctx context.Context, most int) (Oldest, error) {
	made := s.made.Load()
	page, err := s.List(ctx, recording.Filter{OldestFirst: true, Limit: most, Bodies: true})
	if err != nil {
		return Oldest{}, err
	}
	o := Oldest{Exchanges: page.Exchanges, made: made}
	for _, position := range page.Positions {
		number, err := recording.ParseCursor(position)
		if err != nil {
			return Oldest{}, err
		}
		o.numbers = append(o.numbers, int64(number))
	}
	return o, nil
}

// errOther means that the index has been rebuilt meanwhile, with other numbers.
var errOther = errors.New("the index was made again")

// DeleteOldest deletes exchanges that TakeOldest has returned, and returns how many there
// were. Unlike Delete, it need not look up each one by its id.
func (s *Store) DeleteOldest(ctx context.Context, o Oldest) (int, error) {
	n, err := s.forgetIf(ctx, o.numbers, func() error {
		if s.made.Load() != o.made {
			return errOther
		}
		return nil
	})
	if !errors.Is(err, errOther) {
		return n, err
	}
	ids := make([]string, len(o.Exchanges))
	for i, e := range o.Exchanges {
		ids[i] = e.ID
	}
	return s.Delete(ctx, ids...)
}
