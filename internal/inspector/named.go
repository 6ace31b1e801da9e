package inspector

import (
	"context"
	"errors"
	"strings"

	"github.com/edgesim/edgesim/recording"
)

// The names for an exchange: the newest, and the newest that failed.
const (
	lastExchange   = "last"
	failedExchange = "failed"
)

// searched is how many of the newest exchanges are searched for a name or the beginning of
// an id.
const searched = 10_000

// searchedAtOnce is how many of them are requested at a time.
const searchedAtOnce = 200

// named returns the exchange with a name: its id, an unambiguous beginning of it, last or
// failed.
func (i *inspector) named(ctx context.Context, name string) (*recording.Exchange, error) {
	e, err := i.Recordings.Get(ctx, name)
	var absent *recording.NotFoundError
	if err == nil || !errors.As(err, &absent) {
		return e, err
	}
	found := ""
	filter := recording.Filter{Limit: searchedAtOnce}
	for looked := 0; looked < searched; {
		page, listErr := i.Recordings.List(ctx, filter)
		if listErr != nil {
			return nil, listErr
		}
		for _, e := range page.Exchanges {
			switch {
			case name == lastExchange, name == failedExchange && e.Cause != nil:
				return i.Recordings.Get(ctx, e.ID)
			case !strings.HasPrefix(e.ID, name) || e.ID == found:
			case found != "":
				return nil, err // ambiguous
			default:
				found = e.ID
			}
		}
		if looked += len(page.Exchanges); page.Next == "" {
			break
		}
		filter.Cursor = page.Next
	}
	if found == "" {
		return nil, err
	}
	return i.Recordings.Get(ctx, found)
}
