package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strconv"
	"time"
)

// viewer is one kept-alive HTTP/1.1 connection that requests one URL repeatedly. Once open,
// it allocates nothing, so that it can run in the same process as what it measures.
type viewer struct {
	conn    net.Conn
	host    string
	reader  *bufio.Reader
	request []byte
}

// openViewer connects. The certificate of an HTTPS address is not checked: it is the
// bench's own origin.
func openViewer(ctx context.Context, address string) (*viewer, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", u.Host)
	if err != nil {
		return nil, err
	}
	if u.Scheme == "https" {
		conn = tls.Client(conn, &tls.Config{ServerName: originHost, InsecureSkipVerify: true})
	}
	return viewerOn(conn, u.Host, u.Path), nil
}

// viewerOn sends requests over an open connection.
func viewerOn(conn net.Conn, host, path string) *viewer {
	v := &viewer{conn: conn, host: host, reader: bufio.NewReaderSize(conn, 32<<10)}
	v.wants(path)
	return v
}

// wants makes it request another path from now on.
func (v *viewer) wants(path string) {
	v.request = append(v.request[:0], "GET "+path+" HTTP/1.1\r\nHost: "+v.host+"\r\n\r\n"...) // as wrk sends it
}

func (v *viewer) close() error { return v.conn.Close() }

// ask sends the request, reads the complete answer, and returns its status and the length
// of its body.
func (v *viewer) ask() (status, length int, err error) {
	if _, err := v.conn.Write(v.request); err != nil {
		return 0, 0, err
	}
	status, length, err = v.head()
	if err != nil {
		return status, 0, err
	}
	if n, err := v.reader.Discard(length); err != nil {
		return status, n, fmt.Errorf("the body ended after %d of %d bytes: %w", n, length, err)
	}
	return status, length, nil
}

var (
	errNoHTTP   = errors.New("not an answer of HTTP/1.1")
	errNoLength = errors.New("an answer without a Content-Length, which every file of the origin has")

	lengthField = []byte("Content-Length:")
)

// head reads a status line and the fields, of which it needs one.
func (v *viewer) head() (status, length int, err error) {
	line, err := v.reader.ReadSlice('\n')
	if err != nil {
		return 0, 0, err
	}
	if len(line) < len("HTTP/1.1 200") || line[8] != ' ' {
		return 0, 0, errNoHTTP
	}
	if status = digits(line[9:12]); status < 0 {
		return 0, 0, errNoHTTP
	}
	length = -1
	for {
		line, err := v.reader.ReadSlice('\n')
		if err != nil {
			return 0, 0, err
		}
		line = bytes.TrimSpace(line)
		switch {
		case len(line) == 0 && length < 0:
			return status, 0, errNoLength
		case len(line) == 0:
			return status, length, nil
		case len(line) > len(lengthField) && bytes.EqualFold(line[:len(lengthField)], lengthField):
			length = digits(bytes.TrimSpace(line[len(lengthField):]))
		}
	}
}

// digits parses a number without allocating; -1 if it is not one.
func digits(text []byte) int {
	n := 0
	for _, c := range text {
		if c < '0' || c > '9' || n > 1<<40 {
			return -1
		}
		n = 10*n + int(c-'0')
	}
	if len(text) == 0 {
		return -1
	}
	return n
}

// fetchOnce sends one request, on its own connection.
func fetchOnce(ctx context.Context, address string) (status, length int, err error) {
	v, err := openViewer(ctx, address)
	if err != nil {
		return 0, 0, err
	}
	defer v.close()
	if deadline, ok := ctx.Deadline(); ok {
		v.conn.SetDeadline(deadline)
	}
	status, length, err = v.ask()
	if errors.Is(err, io.EOF) {
		err = fmt.Errorf("the connection was closed before the answer to GET %s: %w", strconv.Quote(address), err)
	}
	return status, length, err
}

// waitUntil sleeps, unless ctx ends first.
func waitUntil(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
