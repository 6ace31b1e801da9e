package recording_test

import (
	"errors"
	"testing"

	"github.com/edgesim/edgesim/recording"
)

// FuzzParseCursor checks that a cursor is either one that was given out, and
// then only in one spelling, or refused by its name.
func FuzzParseCursor(f *testing.F) {
	for _, seed := range []string{"", "0", "1", "zz", "-1", "+1", "01", "A", "1y2p0ij32e8e7", "1y2p0ij32e8e8", " 1", "1_0"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, cursor string) {
		number, err := recording.ParseCursor(cursor)
		var bad *recording.CursorError
		switch {
		case err != nil:
			if !errors.As(err, &bad) || bad.Cursor != cursor || number != 0 {
				t.Errorf("%q: got %d, %v", cursor, number, err)
			}
		case cursor != "" && recording.FormatCursor(number) != cursor:
			t.Errorf("%q is read as %d, which is written %q", cursor, number, recording.FormatCursor(number))
		}
	})
}
