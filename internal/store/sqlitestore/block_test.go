package sqlitestore

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
)

// TestBlock writes rows of every shape into a block and reads them back; a block in
// which one bit is flipped, or that belongs elsewhere, is refused.
func TestBlock(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	var want []row
	number := int64(7)
	for n := range 200 {
		r := row{number: number, key: random.Int64(), start: random.Int64() - random.Int64(), kind: random.Int64N(5), place: placeOf(1+random.Int64N(3), random.Int64N(1<<30))}
		switch n % 4 {
		case 0:
			r.uri = fmt.Appendf(nil, "/articles/%d", n)
		case 1:
			r.uri = []byte{0xff, 0, byte(n)}
		case 2:
			r.start, r.key = math.MinInt64, 0
		default:
			r.start, r.key = math.MaxInt64, math.MaxInt64
		}
		want = append(want, r)
		number += 1 + random.Int64N(3)
	}
	var b blockBuilder
	for range 2 { // the memory is used again
		b.reset()
		b.first = 5 // the exchange that began the block is deleted
		for _, r := range want {
			addRow(&b, r, r.uri)
		}
	}
	data := slices.Clone(b.bytes())
	var got block
	if err := got.decode(data, 5); err != nil {
		t.Fatal(err)
	}
	for i := range want {
		if len(want[i].uri) == 0 {
			want[i].uri, got.rows[i].uri = nil, nil
		}
	}
	if !reflect.DeepEqual(got.rows, want) {
		t.Errorf("got %+v\nwant %+v", got.rows, want)
	}
	if len(b.kinds) != 5 || len(b.buckets) < 50 {
		t.Errorf("%d kinds and %d buckets occur", len(b.kinds), len(b.buckets))
	}
	if err := got.decode(data, 6); !errors.Is(err, errBlock) {
		t.Errorf("the block of another: %v", err)
	}
	for at := range data {
		data[at] ^= 1 << (at % 8)
		if err := got.decode(data, 5); !errors.Is(err, errBlock) {
			t.Fatalf("a flip in byte %d: %v", at, err)
		}
		data[at] ^= 1 << (at % 8)
	}
}
