package lab_test

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
)

var responseProofs = []proof{
	{"slow-first-byte", func(t *testing.T, o stand) { isSilent(t, o.send(t)) }},
	{"slow-post", func(t *testing.T, o stand) { isSilent(t, o.send(t)) }},
	{"trickling-head", func(t *testing.T, o stand) {
		conn, got := o.send(t), ""
		for part := make([]byte, 64); strings.Count(got, "drop") < 3; {
			n, err := conn.Read(part)
			if err != nil {
				t.Fatalf("after %q: %v", got, err)
			}
			got += string(part[:n])
		}
		if !strings.HasPrefix(got, "HTTP/1.1 200 OK\r\n") || strings.Contains(got, "\r\n\r\n") {
			t.Errorf("got %q, want the beginning of a head", got)
		}
	}},
	{"malformed-status-line", func(t *testing.T, o stand) {
		line, _, _ := strings.Cut(all(t, o), "\r\n")
		if line != "HTTP/1.1 fine OK" {
			t.Errorf("got status line %q", line)
		}
	}},
	{"malformed-header", func(t *testing.T, o stand) {
		lines := strings.Split(all(t, o), "\r\n")
		if lines[0] != "HTTP/1.1 200 OK" || strings.Contains(lines[1], ":") || lines[1] == "" {
			t.Errorf("got lines %q", lines)
		}
	}},
	{"headers-too-big", func(t *testing.T, o stand) {
		head, _, complete := strings.Cut(all(t, o), "\r\n\r\n")
		if len(head) <= 32768 || !complete {
			t.Errorf("got a head of %d bytes, complete: %v", len(head), complete)
		}
		if _, err := http.ReadResponse(bufio.NewReader(strings.NewReader(head+"\r\n\r\n")), nil); err != nil { //nolint:bodyclose // it has none
			t.Errorf("apart from its size it is not sound: %v", err)
		}
	}},
	{"hang-up", func(t *testing.T, o stand) {
		if got := all(t, o); got != "" {
			t.Errorf("got %q, want nothing", got)
		}
	}},
	{"reset-before-response", func(t *testing.T, o stand) {
		n, err := o.send(t).Read(make([]byte, 1))
		if n != 0 || !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("got %d bytes and %v, want connection reset", n, err)
		}
	}},
	{"body-cut-short", func(t *testing.T, o stand) {
		response := answer(t, o)
		body, err := io.ReadAll(response.Body)
		if len(body) != 21 || response.ContentLength != 1000 || !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("got %d of %d bytes and %v", len(body), response.ContentLength, err)
		}
	}},
	{"chunks-cut-short", func(t *testing.T, o stand) {
		response := answer(t, o)
		body, err := io.ReadAll(response.Body)
		if len(body) != 20 || response.ContentLength != -1 || !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("got %d bytes and %v", len(body), err)
		}
	}},
	{"stalled-body", func(t *testing.T, o stand) {
		conn := o.send(t)
		var got bytes.Buffer
		for !strings.HasSuffix(got.String(), "bytes,\n") {
			if _, err := io.CopyN(&got, conn, 1); err != nil {
				t.Fatal(err)
			}
		}
		if !strings.Contains(got.String(), "\r\nContent-Length: 1000\r\n") {
			t.Errorf("got %q", got.String())
		}
		isSilent(t, conn)
	}},
	{"own-503", func(t *testing.T, o stand) {
		response := answer(t, o)
		body, err := io.ReadAll(response.Body)
		if response.StatusCode != 503 || !strings.Contains(string(body), "maintenance") || err != nil {
			t.Errorf("got %d with %q and %v", response.StatusCode, body, err)
		}
	}},
}

// all returns everything that the origin answers until it hangs up.
func all(t *testing.T, o stand) string {
	t.Helper()
	got, err := io.ReadAll(o.send(t))
	if err != nil {
		t.Fatal(err)
	}
	return string(got)
}

// answer returns the response of the origin.
func answer(t *testing.T, o stand) *http.Response {
	t.Helper()
	response, err := http.ReadResponse(bufio.NewReader(o.send(t)), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = response.Body.Close() })
	if response.StatusCode != o.Status {
		t.Errorf("got status %d, want %d", response.StatusCode, o.Status)
	}
	return response
}
