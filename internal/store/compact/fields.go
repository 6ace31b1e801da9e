package compact

import (
	"encoding/binary"
	"fmt"
	"math"
)

// The kinds of a field.
const (
	kindNumber = iota
	kindBytes
	kindPart
	kindStatic
)

// appendTag starts a field.
func appendTag(b []byte, field, kind int) []byte {
	return binary.AppendUvarint(b, uint64(field)<<2|uint64(kind))
}

// appendNumber writes a number, unless it is 0.
func appendNumber(b []byte, field int, v uint64) []byte {
	if v == 0 {
		return b
	}
	return binary.AppendUvarint(appendTag(b, field, kindNumber), v)
}

// appendSigned writes a number that may be negative, unless it is 0.
func appendSigned(b []byte, field int, v int64) []byte {
	return appendNumber(b, field, uint64(v)<<1^uint64(v>>63))
}

func appendBool(b []byte, field int, v bool) []byte {
	if !v {
		return b
	}
	return appendNumber(b, field, 1)
}

// appendBytes writes bytes in place.
func appendBytes[T ~string | ~[]byte](b []byte, field int, v T) []byte {
	b = binary.AppendUvarint(appendTag(b, field, kindBytes), uint64(len(v)))
	return append(b, v...)
}

// appendNumbers writes a list of numbers as bytes.
func appendNumbers(b []byte, field int, numbers []uint16) []byte {
	if numbers == nil {
		return b
	}
	list := make([]byte, 0, 2*len(numbers))
	for _, n := range numbers {
		list = binary.BigEndian.AppendUint16(list, n)
	}
	return appendBytes(b, field, list)
}

// field is one decoded field.
type field struct {
	number int
	kind   int
	value  uint64 // of kinds 0, 2 and 3
	bytes  []byte // of kind 1
}

// signed returns the value of a number that may be negative.
func (f *field) signed() int64 { return int64(f.value>>1) ^ -int64(f.value&1) }

// damaged is the error for bytes that Encode cannot have written.
type damaged string

// Error says what does not fit.
func (d damaged) Error() string { return "the record is damaged: " + string(d) }

// next reads one field and returns what follows it.
func next(b []byte) (field, []byte, error) {
	tag, n := binary.Uvarint(b)
	if n <= 0 || tag>>2 > math.MaxInt32 {
		return field{}, nil, damaged("a field has no number")
	}
	f := field{number: int(tag >> 2), kind: int(tag & 3)}
	b = b[n:]
	if f.value, n = binary.Uvarint(b); n <= 0 {
		return field{}, nil, damaged(fmt.Sprintf("field %d has no value", f.number))
	}
	b = b[n:]
	if f.kind != kindBytes {
		return f, b, nil
	}
	if f.value > uint64(len(b)) {
		return field{}, nil, damaged(fmt.Sprintf("field %d ends too early", f.number))
	}
	f.bytes = b[:f.value]
	return f, b[f.value:], nil
}

// count returns how many fields of a list have a number.
func count(b []byte, number int) (n int) {
	for len(b) > 0 {
		f, rest, err := next(b)
		if err != nil {
			return n // whoever reads the list reports it
		}
		if b = rest; f.number == number {
			n++
		}
	}
	return n
}

// numbers is the reverse of appendNumbers.
func numbers(b []byte) []uint16 {
	list := make([]uint16, len(b)/2)
	for i := range list {
		list[i] = binary.BigEndian.Uint16(b[2*i:])
	}
	return list
}
