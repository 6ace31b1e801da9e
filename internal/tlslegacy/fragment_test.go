package tlslegacy_test

import (
	"bytes"
	"crypto/tls"
	"io"
	"net"
	"testing"
	"time"

	"github.com/edgesim/edgesim/internal/tlslegacy"
	"github.com/edgesim/edgesim/internal/tlswire"
)

// refragmenter splits or joins the records that a server sends in the clear. Encrypted ones
// are not changed.
type refragmenter struct {
	net.Conn
	// size is the most bytes that a record gets; 0 joins as many records as
	// fit into one.
	size   int
	out    bytes.Buffer
	opaque bool
}

func (c *refragmenter) Read(p []byte) (int, error) {
	for c.out.Len() == 0 {
		if err := c.next(); err != nil {
			return 0, err
		}
	}
	return c.out.Read(p)
}

// next reads records from the server and puts others into out.
func (c *refragmenter) next() error {
	kind, version, content, err := c.record()
	if err != nil {
		return err
	}
	if kind == 20 {
		c.opaque = true
	}
	if c.opaque || kind != 22 {
		c.put(kind, version, content)
		return nil
	}
	for c.size == 0 && !endsFlight(content) {
		_, _, more, err := c.record()
		if err != nil {
			return err
		}
		content = append(content, more...)
	}
	for len(content) > 0 {
		n := len(content)
		if c.size > 0 {
			n = min(n, c.size)
		}
		c.put(kind, version, content[:n])
		content = content[n:]
	}
	return nil
}

// endsFlight reports whether the messages end with a ServerHelloDone.
func endsFlight(messages []byte) bool { return bytes.HasSuffix(messages, []byte{14, 0, 0, 0}) }

func (c *refragmenter) put(kind byte, version, content []byte) {
	c.out.WriteByte(kind)
	c.out.Write(version)
	c.out.Write([]byte{byte(len(content) >> 8), byte(len(content))})
	c.out.Write(content)
}

func (c *refragmenter) record() (kind byte, version, content []byte, err error) {
	header := make([]byte, 5)
	if _, err := io.ReadFull(c.Conn, header); err != nil {
		return 0, nil, nil, err
	}
	content = make([]byte, int(header[3])<<8|int(header[4]))
	_, err = io.ReadFull(c.Conn, content)
	return header[0], header[1:3], content, err
}

// trickle gives one byte at every read.
type trickle struct{ net.Conn }

func (c trickle) Read(p []byte) (int, error) { return c.Conn.Read(p[:min(1, len(p))]) }

// TestFragmentation checks that it makes no difference how a server splits its messages
// into records, or the network its records into segments.
func TestFragmentation(t *testing.T) {
	t.Parallel()
	cfg := serverConfig(t)
	cfg.ClientAuth = tls.RequestClientCert
	address := listen(t, cfg, echo)
	for _, version := range allVersions[1:] {
		for name, wrap := range map[string]func(net.Conn) net.Conn{
			"records of one byte":    func(c net.Conn) net.Conn { return &refragmenter{Conn: c, size: 1} },
			"records of seven bytes": func(c net.Conn) net.Conn { return &refragmenter{Conn: c, size: 7} },
			"one record":             func(c net.Conn) net.Conn { return &refragmenter{Conn: c} },
			"reads of one byte":      func(c net.Conn) net.Conn { return trickle{c} },
		} {
			t.Run(tlswire.VersionName(version)+"/"+name, func(t *testing.T) {
				t.Parallel()
				raw, err := net.Dial("tcp", address)
				if err != nil {
					t.Fatal(err)
				}
				raw.SetDeadline(time.Now().Add(patience))
				conn := tlslegacy.Client(wrap(raw), only(version, 0xC014))
				defer conn.Close()
				exchangeEcho(t, conn, 40_000)
			})
		}
	}
}
