package sqlitestore

import (
	"context"
	"errors"

	"github.com/edgesim/edgesim/recording"
)

// Oldest are the exchanges that were recorded first, for who moves them elsewhere:
// it takes them, and deletes them with [Store.DeleteOldest] when they are there.
type Oldest struct {
	Exchanges []*recording.Exchange
	numbers   []int64
	made      int64 // the store's, of the folder that the numbers are of
}

// TakeOldest returns up to so many of the oldest exchanges, whole.
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

// DeleteOldest forgets exchanges that TakeOldest has returned, and returns how many
// there were. It does not have to look for each by its id, as Delete does.
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
