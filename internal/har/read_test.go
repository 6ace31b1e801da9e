package har_test

import (
	"bytes"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/edgesim/edgesim/internal/har"
	"github.com/edgesim/edgesim/recording"
)

// TestBrowsers reads archives as Chrome and Firefox write them.
func TestBrowsers(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		file    string
		skipped int
		want    []string
	}{
		{"chrome.har", 1, []string{
			`har-000001 2026-01-02T12:00:00.123Z GET https www.example.com /a%20b?x=1 HTTP/2.0 "" 200 "<p>hi</p>" 9 map[Content-Type:[text/html]] map[Accept:[*/*]]`,
			`har-000002 2026-01-02T12:00:01Z POST http localhost:8080 / HTTP/1.1 "a=b&c" 404 "\xff\xfe" 2 map[X-A:[1 2]] map[Content-Type:[text/plain]]`,
			`har-000004 2026-01-02T12:00:02Z GET https www.example.com /gone HTTP/3.0 "x=1+2&y=" 0 "" 0 map[] map[]`,
		}},
		{"firefox.har", 0, []string{
			`har-000001 2026-01-02T10:00:00.5Z GET https www.example.com /big.bin HTTP/2.0 "" 200 "" 1048576 (cut) map[Content-Type:[application/octet-stream]] map[Cookie:[a=b]]`,
		}},
	} {
		t.Run(row.file, func(t *testing.T) {
			t.Parallel()
			f, err := os.Open("testdata/" + row.file)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			var got []string
			skipped, err := har.Read(f, func(e *recording.Exchange) error {
				cut := ""
				if e.Response.Truncated {
					cut = "(cut) "
				}
				got = append(got, fmt.Sprintf("%s %s %s %s %s %s %s %q %d %q %d %s%v %v", e.ID, e.Start.Format(time.RFC3339Nano), e.Viewer.Method, e.Viewer.Scheme,
					e.Viewer.Host, e.Viewer.URI, e.Viewer.Proto, e.Viewer.Body, e.Response.Status, e.Response.Body, e.Response.BodyBytes, cut, e.Response.Header, e.Viewer.Header))
				return nil
			})
			if err != nil || len(skipped) != row.skipped || !reflect.DeepEqual(got, row.want) {
				t.Errorf("got %v, %v\n%s\nwant %d skipped\n%s", skipped, err, strings.Join(got, "\n"), row.skipped, strings.Join(row.want, "\n"))
			}
		})
	}
}

// TestBroken checks that errors say where.
func TestBroken(t *testing.T) {
	t.Parallel()
	const head = `{"log":{"version":"1.2","entries":[`
	const good = `{"startedDateTime":"2026-01-02T12:00:00Z","request":{"method":"GET","url":"http://a/"},"response":{"status":200}}`
	for _, row := range []struct{ text, want string }{
		{"", "reading the archive: unexpected EOF"},
		{"[]", "reading the archive: [ stands where { was expected"},
		{"{}", `reading the archive: it has no "log": this is not an HTTP Archive`},
		{`{"log":{}}`, `reading the archive: its log has no "entries": this is not an HTTP Archive`},
		{head + good, "reading entry 1: unexpected EOF"},
		{head + good + `,{"request":3}]}}`, "reading entry 2, request: a number stands where a struct was expected"},
		{head + `{"request":{"method":"GET","url":"http:///x"}}]}}`, `reading entry 1, request.url: "http:///x" has no host`},
		{head + `{"request":{"method":"GET","url":"http://%zz/"}}]}}`, `reading entry 1, request.url: parse "http://%zz/": invalid URL escape "%zz"`},
		{head + `{"request":{"method":"GET","url":"http://a/"}}]}}`, `reading entry 1, startedDateTime: "" is not a time like 2026-01-02T15:04:05.000Z`},
		{head + strings.Replace(good, "GET", "", 1) + "]}}", "reading entry 1, request.method: it is empty"},
		{head + strings.Replace(good, `200`, `200,"content":{"text":"a","encoding":"base64"}`, 1) + "]}}", "reading entry 1, response.content: illegal base64 data at input byte 0"},
		{head + `{"_edgesim":{}}]}}`, "reading entry 1, _edgesim.id: it is empty"},
		{head + `{"_edgesim":{"id":3}}]}}`, "reading entry 1, _edgesim: json: cannot unmarshal number into Go struct field exchangeJSON.id of type string"},
	} {
		t.Run(row.text, func(t *testing.T) {
			t.Parallel()
			_, err := har.Read(strings.NewReader(row.text), func(*recording.Exchange) error { return nil })
			if err == nil || err.Error() != row.want {
				t.Errorf("got %v, want %s", err, row.want)
			}
		})
	}
}

// FuzzRead reads foreign bytes; what it accepts it must be able to write and
// read again.
func FuzzRead(f *testing.F) {
	for _, name := range []string{"testdata/chrome.har", "testdata/firefox.har"} {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	for _, e := range samples(f) {
		f.Add(archive(f, e))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var read []*recording.Exchange
		_, err := har.Read(bytes.NewReader(data), func(e *recording.Exchange) error {
			read = append(read, e)
			return nil
		})
		if err != nil {
			return
		}
		n := 0
		if _, err := har.Read(bytes.NewReader(archive(t, read...)), func(e *recording.Exchange) error {
			if e.ID != read[n].ID || !bytes.Equal(e.Response.Body, read[n].Response.Body) {
				t.Errorf("exchange %d changed on its way", n)
			}
			n++
			return nil
		}); err != nil || n != len(read) {
			t.Errorf("got %d of %d back: %v", n, len(read), err)
		}
	})
}

// An archive of what an edge recorded opens in the developer tools of browsers.
func ExampleWriter() {
	w := har.NewWriter(os.Stdout, har.Creator{Name: "edgesim", Version: "v1.0.0"})
	if err := w.Close(); err != nil {
		panic(err)
	}
	// Output:
	// {"log":{"version":"1.2","creator":{"name":"edgesim","version":"v1.0.0"},"pages":[],"entries":[
	// ]}}
}
