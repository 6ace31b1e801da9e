package originconn

import (
	"errors"
	"io"
	"net"
	"sync/atomic"
	"syscall"
	"time"
)

// wire is a TCP connection to an origin that enforces timeouts: once gap is set, each read
// and write of the socket gets its own deadline, which is how the response timeout counts
// (CF-TIME-01: until the first packet, and again between packets). During the handshake it
// keeps a copy of what the origin sent.
type wire struct {
	net.Conn
	// gap is the longest wait for one read or write; 0 leaves deadlines alone.
	gap time.Duration
	// until caps every wait; zero means no cap.
	until time.Time
	// sending is true while a request body is being sent: the response timeout
	// starts after it, so reads are not timed.
	sending atomic.Bool
	// slow, if set, is called once, when a read has waited for slowAfter.
	slow func()
	// transcript holds the first bytes received while recording is true.
	transcript []byte
	recording  bool
	// records follows the TLS records; ahead holds those received but not yet read, and is
	// nil except while a long body flows.
	records records
	ahead   *readAhead
	// counted means that it is one of aheadsInUse.
	counted atomic.Bool
	// probe checks the idle socket; made when first needed.
	probe *probe
}

// transcriptLimit bounds the copy of a handshake: more than any documented chain needs,
// little enough for a hostile one.
const transcriptLimit = 256 << 10

// slowAfter is how long an origin may take before its exchange is watched for a viewer that
// leaves. Most answer sooner and are spared the cost of watching.
const slowAfter = 20 * time.Millisecond

// Read reads within the response timeout, once there is one.
func (w *wire) Read(p []byte) (int, error) {
	if w.ahead != nil {
		return w.readOn(p)
	}
	n, err := w.receive(p)
	w.records.pass(p[:n])
	return n, err
}

// receive reads from the socket.
func (w *wire) receive(p []byte) (int, error) {
	if w.gap > 0 && !w.sending.Load() {
		deadline := w.next()
		if w.slow != nil {
			if n, err, done := w.readSoon(p, deadline); done {
				return n, err
			}
		}
		w.Conn.SetReadDeadline(deadline)
	}
	n, err := w.Conn.Read(p)
	if w.recording && n > 0 {
		w.transcript = append(w.transcript, p[:min(n, transcriptLimit-len(w.transcript))]...)
	}
	return n, err
}

// Write writes within the response timeout, once there is one.
func (w *wire) Write(p []byte) (int, error) {
	if w.gap > 0 {
		w.Conn.SetWriteDeadline(w.next())
	}
	return w.Conn.Write(p)
}

// readSoon reads what comes within slowAfter, and reports whether that settled it.
func (w *wire) readSoon(p []byte, deadline time.Time) (n int, err error, done bool) {
	soon := deadline.Add(slowAfter - w.gap)
	if soon.After(deadline) {
		soon = deadline
	}
	w.Conn.SetReadDeadline(soon)
	if n, err = w.Conn.Read(p); n > 0 || !isTimeout(err) || !soon.Before(deadline) {
		return n, err, true
	}
	slow := w.slow
	w.slow = nil
	slow()
	return 0, nil, false
}

// next is the deadline of a wait that starts now.
func (w *wire) next() time.Time {
	deadline := time.Now().Add(w.gap)
	if !w.until.IsZero() && w.until.Before(deadline) {
		return w.until
	}
	return deadline
}

// peerActed reports whether the origin sent something or closed while the connection was
// idle. Either makes it unfit for another request. Connections that are not sockets cannot
// be asked and count as quiet.
func (w *wire) peerActed() bool {
	if w.probe == nil {
		sc, ok := w.Conn.(syscall.Conn)
		if !ok {
			return false
		}
		raw, err := sc.SyscallConn()
		if err != nil {
			return true
		}
		w.probe = newProbe(raw)
	}
	w.Conn.SetReadDeadline(time.Time{}) // an expired one would make the probe fail
	return w.probe.readable()
}

// errHeadTooBig ends the reading of a response head that exceeds the limit.
var errHeadTooBig = errors.New("response head over the limit")

// headTap copies what is read while a response head is being parsed, to keep it as sent,
// and stops it at a limit.
type headTap struct {
	r     io.Reader
	on    bool
	limit int
	buf   []byte
	// err is the first read error of the connection, which distinguishes a broken
	// connection from a malformed response.
	err error
}

// Read reads from the connection, and fails where the head goes beyond the limit.
func (h *headTap) Read(p []byte) (int, error) {
	if h.on && len(h.buf) > h.limit+len(p) {
		h.err = errHeadTooBig
		return 0, h.err
	}
	n, err := h.r.Read(p)
	if h.on {
		h.buf = append(h.buf, p[:n]...)
	}
	if err != nil && h.err == nil {
		h.err = err
	}
	return n, err
}

// start begins a new head; pending are bytes already buffered above.
func (h *headTap) start(limit int, pending []byte) {
	h.on, h.limit, h.err = true, limit, nil
	h.buf = append(h.buf[:0], pending...)
}

// stop ends it and returns the head as sent, given how many bytes after it are buffered
// above. The result is valid until the next head.
func (h *headTap) stop(after int) []byte {
	h.on = false
	return h.buf[:max(0, len(h.buf)-after)]
}
