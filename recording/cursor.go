package recording

import (
	"strconv"
)

// A cursor is the number under which a store keeps the last exchange listed. A list
// continues beyond it: exchanges recorded meanwhile have higher numbers and do not shift
// anything.

// FormatCursor returns the cursor for an exchange number of a store.
func FormatCursor(number uint64) string { return strconv.FormatUint(number, 36) }

// ParseCursor returns the number that a cursor encodes. For "" it returns 0,
// which no exchange has. For text that FormatCursor did not produce it returns a
// [*CursorError].
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

// CursorError is a cursor that the store did not issue.
type CursorError struct {
	// Cursor is the invalid text.
	Cursor string
}

// Error names the cursor.
func (e *CursorError) Error() string {
	return "cursor " + strconv.Quote(e.Cursor) + " was not given out here"
}
