package har

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/edgesim/edgesim/recording"
)

// Error is an archive that cannot be read, or an entry of one.
type Error struct {
	// Entry is the number of the entry, from 1; 0 for the archive itself.
	Entry int
	// Field is the path of what is wrong within the entry; "" for the whole entry.
	Field string
	// Err says what is wrong.
	Err error
}

// Error names the entry and the field.
func (e *Error) Error() string {
	switch {
	case e.Entry == 0:
		return "reading the archive: " + e.Err.Error()
	case e.Field == "":
		return fmt.Sprintf("reading entry %d: %v", e.Entry, e.Err)
	}
	return fmt.Sprintf("reading entry %d, %s: %v", e.Entry, e.Field, e.Err)
}

// Unwrap returns the underlying error.
func (e *Error) Unwrap() error { return e.Err }

// Skipped is an entry that is not an HTTP exchange, which browsers also record: a data:
// URL, a page of an extension.
type Skipped struct {
	// Entry is the number of the entry, from 1.
	Entry int
	// Why says what it is instead.
	Why string
}

// Read reads an archive and passes its exchanges to each, in order. If each returns an
// error, Read stops and returns it. An unreadable archive or entry is an [*Error]. Entries
// that are not exchanges are skipped and listed.
func Read(r io.Reader, each func(*recording.Exchange) error) ([]Skipped, error) {
	p := &parser{decoder: json.NewDecoder(withoutMark(r)), each: each}
	found := false
	err := p.object(func(key string) error {
		if key != "log" || found {
			return p.pass()
		}
		found = true
		return p.log()
	})
	if err == nil && !found {
		err = &Error{Err: errors.New(`it has no "log": this is not an HTTP Archive`)}
	}
	return p.skipped, err
}

// withoutMark skips a byte order mark, which the format allows.
func withoutMark(r io.Reader) io.Reader {
	b := bufio.NewReader(r)
	if mark, _ := b.Peek(3); string(mark) == "\ufeff" {
		b.Discard(3)
	}
	return b
}

// parser reads an archive token by token, holding one entry at a time.
type parser struct {
	decoder *json.Decoder
	each    func(*recording.Exchange) error
	number  int
	skipped []Skipped
}

// log reads the log object.
func (p *parser) log() error {
	found := false
	err := p.object(func(key string) error {
		if key != "entries" || found {
			return p.pass()
		}
		found = true
		return p.entries()
	})
	if err == nil && !found {
		err = &Error{Err: errors.New(`its log has no "entries": this is not an HTTP Archive`)}
	}
	return err
}

// entries reads the list of entries.
func (p *parser) entries() error {
	if err := p.open('['); err != nil {
		return err
	}
	for p.decoder.More() {
		p.number++
		var h entry
		if err := p.decoder.Decode(&h); err != nil {
			return p.wrong(err)
		}
		if why := foreign(&h); why != "" {
			p.skipped = append(p.skipped, Skipped{Entry: p.number, Why: why})
			continue
		}
		e, err := decodeEntry(&h, p.number)
		if err != nil {
			return err
		}
		if err := p.each(e); err != nil {
			return err
		}
	}
	return p.close()
}

// object reads an object and calls field with every key; field reads the value.
func (p *parser) object(field func(key string) error) error {
	if err := p.open('{'); err != nil {
		return err
	}
	for p.decoder.More() {
		token, err := p.decoder.Token()
		if err != nil {
			return p.wrong(err)
		}
		if err := field(token.(string)); err != nil { // a key is a string, or Token fails
			return err
		}
	}
	return p.close()
}

// open reads the beginning of an object or a list.
func (p *parser) open(want json.Delim) error {
	token, err := p.decoder.Token()
	if err != nil {
		return p.wrong(err)
	}
	if token != want {
		return &Error{Err: fmt.Errorf("%v stands where %v was expected", token, want)}
	}
	return nil
}

func (p *parser) close() error {
	if _, err := p.decoder.Token(); err != nil {
		return p.wrong(err)
	}
	return nil
}

// pass skips a value.
func (p *parser) pass() error {
	var nothing json.RawMessage
	if err := p.decoder.Decode(&nothing); err != nil {
		return p.wrong(err)
	}
	return nil
}

// wrong says where the JSON is invalid.
func (p *parser) wrong(err error) error {
	field := ""
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &kind):
		field, err = kind.Field, fmt.Errorf("a %s stands where a %s was expected", kind.Value, kind.Type.Kind())
	case errors.Is(err, io.EOF):
		err = io.ErrUnexpectedEOF
	}
	return &Error{Entry: p.number, Field: field, Err: err}
}
