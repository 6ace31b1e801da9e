package har

import (
	"io"

	"github.com/edgesim/edgesim/recording"
)

// Writer writes one archive. Entries are written as they come, so an archive may be larger
// than memory. The format wants the oldest first.
type Writer struct {
	to      io.Writer
	creator Creator
	begun   bool
	entries int
}

// Creator is the program that an archive names as its creator.
type Creator struct {
	// Name and Version are those of the program.
	Name    string `json:"name"`
	Version string `json:"version"`
}

// NewWriter returns a Writer of an archive to w. Close completes it.
func NewWriter(w io.Writer, by Creator) *Writer { return &Writer{to: w, creator: by} }

// Write adds the entry of one exchange.
func (w *Writer) Write(e *recording.Exchange) error {
	if err := w.begin(); err != nil {
		return err
	}
	encoded, err := encodeEntry(e)
	if err != nil {
		return err
	}
	line, err := encode(encoded)
	if err != nil {
		return err
	}
	separator := "\n"
	if w.entries > 0 {
		separator = ",\n"
	}
	w.entries++
	_, err = w.to.Write(append([]byte(separator), line...))
	return err
}

// Close writes the end of the archive. It does not close the writer given.
func (w *Writer) Close() error {
	if err := w.begin(); err != nil {
		return err
	}
	_, err := io.WriteString(w.to, "\n]}}\n")
	return err
}

// begin writes everything before the entries. There are no pages: the list is present but
// empty, because Firefox iterates over it without checking.
func (w *Writer) begin() error {
	if w.begun {
		return nil
	}
	w.begun = true
	creator, err := encode(w.creator)
	if err != nil {
		return err
	}
	_, err = io.WriteString(w.to, `{"log":{"version":"`+version+`","creator":`+string(creator)+`,"pages":[],"entries":[`)
	return err
}
