package recording

import (
	"strconv"
)

// A cursor is the number under which a store keeps the last exchange listed, to
// go on beyond it: those recorded meanwhile have higher numbers and do not
// shift anything.

// FormatCursor returns the cursor that stands for a number of a store.
func FormatCursor(number uint64) string { return strconv.FormatUint(number, 36) }

// ParseCursor returns the number that a cursor stands for; 0, which no exchange
// has, for "". What FormatCursor did not make gives a [*CursorError].
func ParseCursor(cursor string) (uint64, error) {
	if cursor == "" {
		return 0, nil
	}
	number, err := strconv.ParseUint(cursor, 36, 63)
	if err != nil || FormatCursor(number) != cursor {
		return 0, &CursorError{Cursor: cursor}
	}
	return number, nil
}

// CursorError is a cursor that was not made by the store it was given to.
type CursorError struct {
	// Cursor is the text that was given.
	Cursor string
}

// Error names the cursor.
func (e *CursorError) Error() string {
	return "cursor " + strconv.Quote(e.Cursor) + " was not given out here"
}
