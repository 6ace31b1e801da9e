package originconn

import (
	"bufio"
	"io"
	"reflect"
	"strings"
	"testing"
)

// FuzzPlainHead compares the fast parser of response heads with http.ReadResponse: what the
// former accepts, the latter must read the same, including the body.
func FuzzPlainHead(f *testing.F) {
	for _, seed := range plainSeeds {
		f.Add(seed)
	}
	f.Fuzz(comparePlainHead)
}

var plainSeeds = []string{
	"HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 404 Not Found\r\nset-cookie: a\r\nSet-Cookie: b\r\ncontent-length:0\r\n\r\n",
	"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort",
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
	"HTTP/1.1 200 OK\r\nA : b\r\nContent-Length: 0\r\n\r\n",
	"HTTP/1.1 200 OK\r\nA: b\r\n folded\r\nContent-Length: 0\r\n\r\n",
	"HTTP/1.1 200 OK\r\nA: b\rc\r\nContent-Length: 0\r\n\r\n",
	"HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n",
	"HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 200 OK\r\nPragma: no-cache\r\nContent-Length: 0\r\n\r\n",
	"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
	"HTTP/1.1 200 OK\r\n: x\r\nContent-Length: 0\r\n\r\n",
	"HTTP/1.1 200 \r\nContent-Length: +1\r\n\r\nx",
	"HTTP/1.1 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\n",
}

func comparePlainHead(t *testing.T, stream string) {
	got, taken := readPlain(stream, "GET")
	if !taken {
		return
	}
	var want responseHead
	if err := anyHead(bufio.NewReader(strings.NewReader(stream)), "GET", &want); err != nil {
		t.Fatalf("taken, though http.ReadResponse says %v: %q", err, stream)
	}
	gotBody, gotErr := io.ReadAll(got.body)
	wantBody, wantErr := io.ReadAll(want.body)
	if string(gotBody) != string(wantBody) || (gotErr == nil) != (wantErr == nil) {
		t.Errorf("body %q (%v), want %q (%v)", gotBody, gotErr, wantBody, wantErr)
	}
	if !strings.HasPrefix(stream, got.raw) || !strings.HasSuffix(got.raw, "\r\n\r\n") {
		t.Errorf("the head of %q is given as %q", stream, got.raw)
	}
	got.body, want.body, got.raw = nil, nil, ""
	if !reflect.DeepEqual(got, want) {
		t.Errorf("of %q got %+v, want %+v", stream, got, want)
	}
}

// readPlain reports whether the fast parser accepts a head.
func readPlain(stream, method string) (head responseHead, taken bool) {
	_ = plainHead(bufio.NewReader(strings.NewReader(stream)), method, &head)
	return head, head.raw != ""
}

// TestPlainHead says which heads take the short way.
func TestPlainHead(t *testing.T) {
	t.Parallel()
	for i, stream := range plainSeeds {
		comparePlainHead(t, stream)
		_, taken := readPlain(stream, "GET")
		if want := i < 2 || i == 3 || i == len(plainSeeds)-1; taken != want {
			t.Errorf("%q: taken = %t, want %t", stream, taken, want)
		}
	}
	if _, taken := readPlain(plainSeeds[0], "HEAD"); taken {
		t.Error("the response to a HEAD has no body, whatever its length says")
	}
}
