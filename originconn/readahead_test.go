package originconn

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"testing"
)

// pieces is a connection whose reads bring what the sizes say.
type pieces struct {
	net.Conn
	stream []byte
	next   func() int
}

func (p *pieces) Read(b []byte) (int, error) {
	if len(p.stream) == 0 {
		return 0, io.EOF
	}
	n := copy(b[:min(len(b), p.next())], p.stream)
	p.stream = p.stream[n:]
	return n, nil
}

// TestReadAheadKeepsToRecords: in whatever pieces a stream arrives and is read, all of it
// is returned, no read goes beyond the current record when reading ahead, and a record
// reported as available can be read without another read of the socket.
func TestReadAheadKeepsToRecords(t *testing.T) {
	t.Parallel()
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 1))
		var stream []byte
		ends := map[int]bool{}
		for range 1 + random.IntN(12) {
			length := []int{0, 1, 4, 5, 300, 16 << 10, 16<<10 + 256}[random.IntN(7)]
			stream = append(stream, 23, 3, 3)
			stream = binary.BigEndian.AppendUint16(stream, uint16(length))
			stream = append(stream, bytes.Repeat([]byte{byte(length)}, length)...)
			ends[len(stream)] = true
		}
		received := 0
		from := &pieces{stream: stream, next: func() int { received++; return 1 + random.IntN([]int{3, 700, 40_000}[random.IntN(3)]) }}
		w := &wire{Conn: from}
		begin := random.IntN(len(stream)) // where it begins to read ahead
		var got []byte
		for {
			if len(got) >= begin {
				w.readAhead()
			}
			here, before, ahead := w.recordHere(), received, w.ahead != nil
			start := len(got)
			p := make([]byte, 1+random.IntN(20_000))
			n, err := w.Read(p)
			got = append(got, p[:n]...)
			if here && received != before {
				t.Fatalf("seed %d: a record was said to be here at %d, and the socket was read", seed, start)
			}
			for at := start + 1; ahead && at < len(got); at++ {
				if ends[at] {
					t.Fatalf("seed %d: one read brought bytes %d to %d, beyond the record that ends at %d", seed, start, len(got), at)
				}
			}
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(got, stream) {
			t.Fatalf("seed %d: %d bytes of %d arrived, or others", seed, len(got), len(stream))
		}
		if w.ahead != nil && !w.stopReadingAhead() {
			t.Fatalf("seed %d: something is left after the end", seed)
		}
	}
}

// TestStopReadingAheadTells: what comes after the end of a body must not be read as the
// next response.
func TestStopReadingAheadTells(t *testing.T) {
	t.Parallel()
	stream := append([]byte{23, 3, 3, 0, 1, 'x', 23, 3, 3, leastOfData >> 8, 0}, make([]byte, leastOfData)...)
	w := &wire{Conn: &pieces{stream: stream, next: func() int { return len(stream) }}}
	w.readAhead()
	p := make([]byte, 100)
	if n, err := w.Read(p); n != 6 || err != nil {
		t.Fatalf("got %d bytes, %v", n, err)
	}
	if !w.recordHere() || w.stopReadingAhead() {
		t.Error("the second record is not seen")
	}
	if w.readAhead(); !w.stopReadingAhead() {
		t.Error("it comes up again, out of the pool")
	}
}

// TestShortRecordIsNotCountedOn: a session ticket or a key update after the data must not
// keep the viewer waiting for more.
func TestShortRecordIsNotCountedOn(t *testing.T) {
	t.Parallel()
	for length, want := range map[int]bool{22: false, 250: false, leastOfData: true} {
		stream := append([]byte{23, 3, 3, 0, 1, 'x', 23, 3, 3, byte(length >> 8), byte(length)}, make([]byte, length)...)
		w := &wire{Conn: &pieces{stream: stream, next: func() int { return len(stream) }}}
		w.readAhead()
		if _, err := w.Read(make([]byte, 100)); err != nil {
			t.Fatal(err)
		}
		if got := w.recordHere(); got != want {
			t.Errorf("a record of %d bytes: %t", length, got)
		}
	}
}

// TestReadAheadIsBounded: only so many bodies are read ahead at a time, and a body that
// ends, or is abandoned, makes room, once.
func TestReadAheadIsBounded(t *testing.T) { // alone, as the bound is the process's
	var all []*wire
	for range mostAheads + 1 {
		w := &wire{}
		w.readAhead()
		all = append(all, w)
	}
	if all[mostAheads-1].ahead == nil || all[mostAheads].ahead != nil {
		t.Fatalf("%d read ahead", aheadsInUse.Load())
	}
	all[0].stopReadingAhead()
	all[1].countAhead()
	all[1].countAhead()
	for range 3 {
		w := &wire{}
		w.readAhead()
		all = append(all, w)
	}
	if all[mostAheads+2].ahead == nil || all[mostAheads+3].ahead != nil {
		t.Error("what two gave back, more or fewer than two took")
	}
	for _, w := range all {
		w.stopReadingAhead()
	}
	if n := aheadsInUse.Load(); n != 0 {
		t.Errorf("%d are counted at the end", n)
	}
}
