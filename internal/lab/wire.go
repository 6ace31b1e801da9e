package lab

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"time"
)

// handshakeRecord is the content type of a TLS record that holds a hello.
const handshakeRecord = 22

// readHello reads the client's first TLS record and reports whether it was one. Reading all
// of it before closing matters: the kernel sends a reset to a client whose bytes were not
// read.
func readHello(conn net.Conn) bool {
	var header [5]byte
	if _, err := io.ReadFull(conn, header[:]); err != nil || header[0] != handshakeRecord {
		return false
	}
	length := int64(binary.BigEndian.Uint16(header[3:]))
	_, err := io.CopyN(io.Discard, conn, length)
	return err == nil
}

// sendAlert sends a fatal TLS alert.
func sendAlert(conn net.Conn, description byte) {
	_, _ = conn.Write([]byte{21, 3, 3, 0, 2, 2, description}) // a client that left needs none
}

// hold keeps a silent connection open until the client hangs up.
func hold(conn net.Conn) {
	_, _ = io.Copy(io.Discard, conn) // any end is the end
}

// reset ends a connection with a RST instead of a FIN.
func reset(conn *guest) {
	_ = conn.SetLinger(0) // fails only on a closed connection
	_ = conn.Close()
}

// drip writes a text repeatedly, one piece every interval, until the client hangs up or ctx
// ends.
func drip(ctx context.Context, conn net.Conn, text string, interval time.Duration) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		if _, err := io.WriteString(conn, text); err != nil {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// say writes a text. A client that has left needs no answer.
func say(conn net.Conn, text string) {
	_, _ = io.WriteString(conn, text)
}
