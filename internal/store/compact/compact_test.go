package compact_test

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/edgesim/edgesim/internal/store/compact"
	"github.com/edgesim/edgesim/internal/store/storetest"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

// log keeps records one after the other, as a store does.
type log struct {
	encoder compact.Encoder
	bytes   []byte
	records [][2]int
}

func (l *log) add(e *recording.Exchange) int {
	record := l.encoder.Encode(e, uint64(len(l.bytes)))
	l.records = append(l.records, [2]int{len(l.bytes), len(l.bytes) + len(record)})
	l.bytes = append(l.bytes, record...)
	return len(record)
}

func (l *log) part(ref uint64) ([]byte, error) {
	if ref >= uint64(len(l.bytes)) {
		return nil, errors.New("no such part")
	}
	size, n := binary.Uvarint(l.bytes[ref:])
	rest := l.bytes[int(ref)+max(n, 0):]
	if n <= 0 || size > uint64(len(rest)) {
		return nil, errors.New("no such part")
	}
	part, ok := compact.OpenPart(rest[:size])
	if !ok {
		return nil, errors.New("no such part")
	}
	return part, nil
}

func (l *log) read(t *testing.T, i int) *recording.Exchange {
	t.Helper()
	e, err := compact.Decode(l.bytes[l.records[i][0]:l.records[i][1]], l.part)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// TestEveryField fills every field of an exchange, found by reflection, so that a new one
// is not forgotten here.
func TestEveryField(t *testing.T) {
	t.Parallel()
	var l log
	var want []*recording.Exchange
	for n := range 5 { // again and again, as what repeats is written otherwise
		e := &recording.Exchange{}
		fill(t, reflect.ValueOf(e).Elem(), "Exchange", n%2)
		e.Viewer.Body, e.Response.Body = nil, nil // these are kept beside the record
		e.Attempts = append(e.Attempts, &originconn.Attempt{})
		want = append(want, e)
		l.add(e)
	}
	for n, e := range want {
		got := l.read(t, n)
		if !reflect.DeepEqual(got, e) {
			t.Errorf("exchange %d: %s", n, firstDifference(asJSON(t, got), asJSON(t, e)))
		}
	}
}

// firstDifference shows where two texts begin to differ.
func firstDifference(got, want string) string {
	n := 0
	for n < min(len(got), len(want)) && got[n] == want[n] {
		n++
	}
	part := func(s string) string { return s[max(0, min(n, len(s))-100):min(n+100, len(s))] }
	return fmt.Sprintf("got …%s…\nwant …%s…", part(got), part(want))
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	data, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// fill puts something into every field.
func fill(t *testing.T, v reflect.Value, name string, n int) {
	t.Helper()
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(time.Unix(1000, int64(n)).UTC()))
		return
	case *originconn.Explanation:
		v.Set(reflect.ValueOf(originconn.Explained(policy.CauseDNSFailure, name, nil)))
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if !v.Type().Field(i).IsExported() {
				continue // its package keeps it for itself
			}
			fill(t, v.Field(i), name+"."+v.Type().Field(i).Name, n)
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, v.Elem(), name, n)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range 2 {
			fill(t, v.Index(i), fmt.Sprintf("%s[%d]", name, i), n+i)
		}
	case reflect.Map:
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(t, key, name+" key", n)
		fill(t, value, name+" value", n)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, value)
	case reflect.String:
		v.SetString(fmt.Sprintf("%s %d", name, n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(-int64(len(name) + n))
	case reflect.Uint8, reflect.Uint16:
		v.SetUint(uint64(len(name) + n))
	case reflect.Interface:
		if v.Type() == reflect.TypeFor[error]() {
			v.Set(reflect.ValueOf(errors.New("an error of " + name)))
			return
		}
		t.Fatalf("%s is an interface", name)
	default:
		t.Fatalf("%s is a %s: fill does not know it", name, v.Kind())
	}
}

// TestSizes checks that repeated parts take few bytes.
func TestSizes(t *testing.T) {
	t.Parallel()
	var l log
	for n := range 1000 {
		e := storetest.Success(n)
		e.ID = fmt.Sprintf("%056d", n)
		size := l.add(e)
		if n > 3 && size > 260 {
			t.Fatalf("exchange %d takes %d bytes", n, size)
		}
	}
	if got := l.read(t, 999); got.Viewer.URI != "/a/b?n=999" || len(got.Attempts[0].Handshake.PeerCertificates[0]) != 1200 {
		t.Errorf("got %s", asJSON(t, got))
	}
}

// TestForget begins again, as a new segment does.
func TestForget(t *testing.T) {
	t.Parallel()
	var l log
	for n := range 10 {
		l.add(storetest.Success(n))
	}
	l.encoder.Forget()
	l.bytes, l.records = nil, nil
	l.add(storetest.Success(10))
	if got := l.read(t, 0); got.ID != "ok-10" {
		t.Errorf("got %s", asJSON(t, got))
	}
}

// TestMemory gives texts that never repeat twice: the encoder must not keep them
// all.
func TestMemory(t *testing.T) {
	t.Parallel()
	var c compact.Encoder
	for n := range 20000 {
		e := storetest.Success(0)
		e.Viewer.Header["X-Request"] = []string{fmt.Sprintf("%0200d", n/2)}
		c.Encode(e, 0)
	}
	if got := c.Remembered(); got > 2<<20 {
		t.Errorf("%d bytes are remembered", got)
	}
}

func FuzzDecode(f *testing.F) {
	var l log
	for n := range 3 {
		l.add(storetest.Success(n))
		l.add(storetest.Failure(n))
	}
	for _, r := range l.records {
		f.Add(l.bytes[r[0]:r[1]])
	}
	f.Fuzz(func(t *testing.T, record []byte) {
		e, err := compact.Decode(record, l.part)
		if err != nil {
			return
		}
		var again log
		again.add(e)
		again.read(t, 0)
	})
}

func BenchmarkEncode(b *testing.B) {
	var c compact.Encoder
	exchanges := make([]*recording.Exchange, 1000)
	h := storetest.Handshake()
	findings := storetest.Success(0).Attempts[0].Findings
	for n := range exchanges {
		exchanges[n] = storetest.Success(n)
		exchanges[n].Attempts[0].Handshake, exchanges[n].Attempts[0].Findings = h, findings
	}
	b.ReportAllocs()
	n := 0
	base := uint64(0)
	for b.Loop() {
		base += uint64(len(c.Encode(exchanges[n%len(exchanges)], base)))
		n++
	}
	b.ReportMetric(float64(base)/float64(n), "bytes/exchange")
}
