package sqlitestore

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"

	"github.com/edgesim/edgesim/internal/store/compact"
)

// An entry of a segment is a header, the record and the two bodies. The header starts with
// a mark, by which entries are found again after damage, and holds the length of each, the
// checksums of the record and of the bodies, and where the bodies are: after the record, or
// after an earlier one if they are identical, as a site's files are requested again and
// again.
const headerBytes = 32

// The marks of an entry: kept, and deleted, which a rebuilt index must not bring back.
const (
	markKept    = 0x65536731 // "eSg1"
	markDeleted = 0x65536730 // "eSg0"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

type header struct {
	mark                     uint32
	record, viewer, response uint32
	recordSum, bodySum       uint32
	bodiesAt                 int64
}

func (h *header) append(b []byte) []byte {
	for _, n := range []uint32{h.mark, h.record, h.recordSum, h.viewer, h.response, h.bodySum} {
		b = binary.BigEndian.AppendUint32(b, n)
	}
	return binary.BigEndian.AppendUint64(b, uint64(h.bodiesAt))
}

func parseHeader(b []byte) header {
	at := func(i int) uint32 { return binary.BigEndian.Uint32(b[4*i:]) }
	return header{
		mark: at(0), record: at(1), recordSum: at(2), viewer: at(3), response: at(4), bodySum: at(5),
		bodiesAt: int64(binary.BigEndian.Uint64(b[24:])),
	}
}

// A place is a segment and an offset in it, as one number.
const offsetBits = 36

func placeOf(segment, offset int64) int64 { return segment<<offsetBits | offset }
func segmentOf(place int64) (id, offset int64) {
	return place >> offsetBits, place & (1<<offsetBits - 1)
}
func segmentPath(dir string, id int64) string { return filepath.Join(dir, segmentName(id)) }
func segmentName(id int64) string             { return fmt.Sprintf("segment-%d.log", id) }
func segmentID(name string) (id int64, ok bool) {
	_, err := fmt.Sscanf(name, "segment-%d.log", &id)
	return id, err == nil && segmentName(id) == name
}

// segment is the one that the writer appends to.
type segment struct {
	id   int64
	file *os.File
	size int64  // committed size
	next int64  // position of the next byte
	buf  []byte // not written yet; it ends at next
}

// chunk is how much is written at once.
const chunk = 256 << 10

func createSegment(dir string, id int64) (*segment, error) {
	f, err := os.OpenFile(segmentPath(dir, id), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	return &segment{id: id, file: f}, nil
}

// direct is the size from which bytes are written without being copied first.
const direct = 16 << 10

// append adds bytes, which are in the file or buffered when it returns.
func (s *segment) append(b []byte) error {
	if len(b) >= direct {
		if err := s.flush(); err != nil {
			return err
		}
		_, err := s.file.WriteAt(b, s.next)
		s.next += int64(len(b))
		return err
	}
	s.buf = append(s.buf, b...)
	s.next += int64(len(b))
	if len(s.buf) >= chunk {
		return s.flush()
	}
	return nil
}

// flush writes what is buffered.
func (s *segment) flush() error {
	if len(s.buf) == 0 {
		return nil
	}
	_, err := s.file.WriteAt(s.buf, s.next-int64(len(s.buf)))
	s.buf = s.buf[:0]
	return err
}

// errDamaged means that an entry is not as it was written.
var errDamaged = errors.New("the segment file is damaged here")

// entry is the result of readEntry.
type entry struct {
	record           []byte
	viewer, response []byte
}

// firstRead is how much of an entry is read at first: nearly always all of it except
// bodies.
const firstRead = 1 << 10

// readEntry reads the entry at an offset, with its bodies if wanted.
func readEntry(r io.ReaderAt, offset int64, withBodies bool) (entry, error) {
	b := make([]byte, firstRead)
	n, err := r.ReadAt(b, offset)
	if n < headerBytes {
		return entry{}, orDamaged(err)
	}
	h := parseHeader(b)
	bodySize := int64(h.viewer) + int64(h.response)
	want := headerBytes + int64(h.record)
	apart := h.bodiesAt != offset+want
	if withBodies && !apart {
		want += bodySize
	}
	const most = 1 << 30
	if h.mark != markKept && h.mark != markDeleted || want > most || bodySize > most || h.bodiesAt < 0 || h.bodiesAt > offset+want {
		return entry{}, errDamaged
	}
	if want > int64(n) {
		b = append(b[:n], make([]byte, want-int64(n))...)
		if _, err := r.ReadAt(b[n:], offset+int64(n)); err != nil {
			return entry{}, orDamaged(err)
		}
	}
	b = b[:want]
	e := entry{record: b[headerBytes : headerBytes+int64(h.record)]}
	if crc32.Checksum(e.record, castagnoli) != h.recordSum {
		return entry{}, errDamaged
	}
	if !withBodies || bodySize == 0 {
		return e, nil
	}
	both := b[headerBytes+int64(h.record):]
	if apart {
		both = make([]byte, bodySize)
		if _, err := r.ReadAt(both, h.bodiesAt); err != nil {
			return entry{}, orDamaged(err)
		}
	}
	if crc32.Checksum(both, castagnoli) != h.bodySum {
		return entry{}, errDamaged
	}
	e.viewer, e.response = both[:h.viewer:h.viewer], both[h.viewer:]
	return e, nil
}

// orDamaged returns a read error; a file that ends too early counts as damaged.
func orDamaged(err error) error {
	if err == nil || errors.Is(err, io.EOF) {
		return errDamaged
	}
	return err
}

// readPart reads a part of a record at an offset: its length and contents, with compact's
// checksum.
func readPart(r io.ReaderAt, offset int64) ([]byte, error) {
	b := make([]byte, 256)
	n, err := r.ReadAt(b, offset)
	size, used := binary.Uvarint(b[:n])
	const most = 64 << 20
	if used <= 0 || size > most {
		return nil, orDamaged(err)
	}
	end := used + int(size)
	if end > n {
		b = append(b[:n], make([]byte, end-n)...)
		if _, err := r.ReadAt(b[n:], offset+int64(n)); err != nil {
			return nil, orDamaged(err)
		}
	}
	part, ok := compact.OpenPart(b[used:end:end])
	if !ok {
		return nil, errDamaged
	}
	return part, nil
}
