package main

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"testing"
	"time"
)

// canned answers every request with the same bytes.
type canned struct {
	net.Conn
	answer []byte
	rest   []byte
}

func (c *canned) Write(p []byte) (int, error) {
	c.rest = c.answer
	return len(p), nil
}

func (c *canned) Read(p []byte) (int, error) {
	if len(c.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(p, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}

func cannedViewer(answer string) *viewer {
	conn := &canned{answer: []byte(answer)}
	return &viewer{conn: conn, reader: bufio.NewReaderSize(conn, 4<<10), request: []byte("GET / HTTP/1.1\r\n\r\n")}
}

func TestAsk(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, answer   string
		status, length int
		fails          bool
	}{
		{"fine", "HTTP/1.1 200 OK\r\nServer: x\r\ncontent-length:  5 \r\n\r\nhello", 200, 5, false},
		{"empty", "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", 502, 0, false},
		{"cut short", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello", 200, 5, true},
		{"no length", "HTTP/1.1 200 OK\r\n\r\nhello", 200, 0, true},
		{"no HTTP", "SSH-2.0-OpenSSH_9.2 Debian\r\n", 0, 0, true},
		{"nothing", "", 0, 0, true},
	}
	for _, test := range tests {
		status, length, err := cannedViewer(test.answer).ask()
		if status != test.status || length != test.length && !test.fails || (err != nil) != test.fails {
			t.Errorf("%s: got %d, %d, %v", test.name, status, length, err)
		}
	}
}

// TestAskAllocatesNothing is the basis for counting allocations: all allocations of this
// process are the subject's.
func TestAskAllocatesNothing(t *testing.T) {
	v := cannedViewer("HTTP/1.1 200 OK\r\nServer: x\r\nContent-Length: 3000\r\n\r\n" + string(bytes.Repeat([]byte("x"), 3000)))
	var latencies histogram
	got := testing.AllocsPerRun(100, func() {
		if _, _, err := v.ask(); err != nil {
			t.Fatal(err)
		}
		latencies.note(time.Millisecond)
	})
	if got != 0 {
		t.Errorf("got %v allocations per request, want 0", got)
	}
}
