package recording

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"net/http"
	"reflect"
	"testing"
	"time"

	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

// nasty are texts that JSON encodes in special ways.
var nasty = []string{
	"", "plain", "/a?b=1&c=<d>", "\"quoted\\\"", "\x00\x01\x1f\x7f", "\b\f\n\r\t", "caf\u00e9 \u2028\u2029 \U0001f600", "\xff\xfe bad \xc3", "\xed\xa0\x80", "\ufffd",
	"HTTP/1.1 200 OK\r\nServer: nginx\r\n",
}

// scatter fills an exchange at random, all that reflection finds.
func scatter(t *testing.T, r *rand.Rand, v reflect.Value) {
	t.Helper()
	text := func() string { return nasty[r.IntN(len(nasty))] }
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(time.Unix(r.Int64N(250e9)-60e9, r.Int64N(1e9)*r.Int64N(2)).In(time.FixedZone("", 3600))))
		return
	case *originconn.Explanation:
		if r.IntN(2) == 0 {
			v.Set(reflect.ValueOf(originconn.Explained(policy.CauseName(text()), text(), nil)))
		}
		return
	case http.Header:
		if n := r.IntN(5); n > 0 {
			h := http.Header{}
			for range n - 1 {
				h[text()] = [][]string{nil, {}, {text()}, {text(), text()}}[r.IntN(4)]
			}
			v.Set(reflect.ValueOf(h))
		}
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(text())
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				scatter(t, r, v.Field(i))
			}
		}
	case reflect.Pointer:
		if r.IntN(3) > 0 {
			v.Set(reflect.New(v.Type().Elem()))
			scatter(t, r, v.Elem())
		}
	case reflect.Interface:
		if r.IntN(2) == 0 {
			v.Set(reflect.ValueOf(errors.New(text())))
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			v.SetBytes([]byte(text()))
			return
		}
		if n := r.IntN(4); n > 0 {
			v.Set(reflect.MakeSlice(v.Type(), n-1, n))
			for i := range n - 1 {
				scatter(t, r, v.Index(i))
			}
		}
	case reflect.Bool:
		v.SetBool(r.IntN(2) == 0)
	case reflect.Int, reflect.Int64:
		v.SetInt([]int64{0, -1, 1_000_000, 1_500_000, -2_000_001, r.Int64()}[r.IntN(6)])
	case reflect.Uint8, reflect.Uint16:
		v.SetUint([]uint64{0, 3, 0xff}[r.IntN(3)])
	default:
		t.Fatalf("a %s in an exchange is not filled", v.Type())
	}
}

// TestJSONEncoder compares the encoder with encoding/json for the same exchange, with and
// without what it remembers.
func TestJSONEncoder(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	html, plain := JSONEncoder{EscapeHTML: true}, JSONEncoder{}
	var before *Exchange
	for range 2000 {
		var e Exchange
		scatter(t, r, reflect.ValueOf(&e).Elem())
		if before != nil && len(before.Attempts) > 0 && len(e.Attempts) > 0 && before.Attempts[0] != nil && e.Attempts[0] != nil {
			e.Attempts[0].Handshake, e.Attempts[0].Findings = before.Attempts[0].Handshake, before.Attempts[0].Findings
		}
		before = &e
		for _, c := range []*JSONEncoder{&html, &plain} {
			var want bytes.Buffer
			enc := json.NewEncoder(&want)
			enc.SetEscapeHTML(c.EscapeHTML)
			if err := enc.Encode(shape(&e)); err != nil {
				t.Fatal(err)
			}
			got, err := c.Append([]byte("before "), &e)
			if err != nil || "before "+want.String() != string(got)+"\n" {
				t.Fatalf("EscapeHTML %t, %v\ngot  %s\nwant %s", c.EscapeHTML, err, got, want.String())
			}
		}
		whole, err := json.Marshal(&e)
		if got, _ := html.Append(nil, &e); err != nil || string(got) != string(whole) {
			t.Fatalf("json.Marshal gives\n%s, %v\nwant\n%s", whole, err, got)
		}
	}
	if len(html.handshakes) == 0 || len(html.handshakes) > mostFragments || len(html.findings) == 0 {
		t.Errorf("%d handshakes and %d lists of findings are remembered", len(html.handshakes), len(html.findings))
	}
	if _, err := plain.Append(nil, &Exchange{Start: time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC)}); err == nil {
		t.Error("a time that JSON has not is written")
	}
	if got, err := plain.Append(nil, before); err != nil || !json.Valid(got) {
		t.Errorf("after an error: %s, %v", got, err)
	}
}
