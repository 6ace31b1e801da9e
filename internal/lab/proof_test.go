package lab_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/edgesim/edgesim/internal/lab"
)

// How these tests work: each fault has one proof, which talks to the real
// origin with a plain client of the standard library and looks at facts. No
// proof asks edgesim what it thinks.

// noon is the instant at which the certificates of these labs are judged.
var noon = time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)

// The limits of a proof. patience ends what should have been answered; silence is how long
// an origin must be silent to count as silent.
const (
	patience = 30 * time.Second
	silence  = 200 * time.Millisecond
)

// proof shows that one fault is what its title says.
type proof struct {
	fault string
	prove func(t *testing.T, o stand)
}

func proofs() []proof {
	return slices.Concat(healthyProofs, connectProofs, handshakeProofs, chainProofs, responseProofs)
}

func TestFaults(t *testing.T) {
	t.Parallel()
	proved := map[string]bool{}
	for _, p := range proofs() {
		if proved[p.fault] {
			t.Errorf("two proofs of %q", p.fault)
		}
		proved[p.fault] = true
		t.Run(p.fault, func(t *testing.T) {
			t.Parallel()
			p.prove(t, start(t, p.fault))
		})
	}
	for _, f := range lab.Faults() {
		if !proved[f.Name] {
			t.Errorf("no proof of %q", f.Name)
		}
	}
}

// stand is one running origin with the roots its clients trust.
type stand struct {
	lab.Origin
	roots *x509.CertPool
}

// start runs one origin until the end of the test.
func start(t *testing.T, fault string) stand {
	t.Helper()
	l := startLab(t, lab.Config{Only: []string{fault}})
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(l.CAPEM()) {
		t.Fatal("the lab's root is not PEM")
	}
	return stand{Origin: l.Origins()[0], roots: roots}
}

func startLab(t *testing.T, cfg lab.Config) *lab.Lab {
	t.Helper()
	cfg.Now = func() time.Time { return noon }
	l, err := lab.Start(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

// dial connects to the origin.
func (o stand) dial(t *testing.T) *net.TCPConn {
	t.Helper()
	conn, err := (&net.Dialer{Timeout: patience}).DialContext(t.Context(), "tcp", o.Address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	return conn.(*net.TCPConn)
}

// shake tries a handshake in which the client accepts any certificate.
func (o stand) shake(t *testing.T, change func(*tls.Config)) (*tls.Conn, error) {
	t.Helper()
	config := &tls.Config{ServerName: o.Host(), InsecureSkipVerify: true} //nolint:gosec // the proofs look for themselves
	if change != nil {
		change(config)
	}
	conn := tls.Client(o.dial(t), config)
	return conn, conn.HandshakeContext(t.Context())
}

// connect returns a connection on which to send a request.
func (o stand) connect(t *testing.T) net.Conn {
	t.Helper()
	if o.Scheme == "http" {
		return o.dial(t)
	}
	conn, err := o.shake(t, nil)
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

// send connects and sends a request with the method that shows the fault.
func (o stand) send(t *testing.T) net.Conn {
	t.Helper()
	conn := o.connect(t)
	if o.Method == "" {
		write(t, conn, "GET / HTTP/1.1\r\nHost: "+o.Host()+"\r\n\r\n")
	} else {
		write(t, conn, o.Method+" / HTTP/1.1\r\nHost: "+o.Host()+"\r\nContent-Length: 6\r\n\r\na body")
	}
	return conn
}

func write(t *testing.T, conn net.Conn, text string) {
	t.Helper()
	if _, err := io.WriteString(conn, text); err != nil {
		t.Fatal(err)
	}
}

// isSilent fails the test unless nothing comes for a while.
func isSilent(t *testing.T, conn net.Conn) {
	t.Helper()
	if err := conn.SetReadDeadline(time.Now().Add(silence)); err != nil {
		t.Fatal(err)
	}
	n, err := conn.Read(make([]byte, 1))
	var timeout net.Error
	if n != 0 || !errors.As(err, &timeout) || !timeout.Timeout() {
		t.Errorf("got %d bytes and %v, want silence", n, err)
	}
}

// alertOf returns the number of a fatal alert that the peer sent. crypto/tls
// keeps it in an unexported type.
func alertOf(err error) (number uint64, ok bool) {
	var remote *net.OpError
	if !errors.As(err, &remote) || remote.Op != "remote error" {
		return 0, false
	}
	value := reflect.ValueOf(remote.Err)
	if value.Kind() != reflect.Uint8 {
		return 0, false
	}
	return value.Uint(), true
}

// wantAlert fails the test unless err is this alert from the peer.
func wantAlert(t *testing.T, err error, want uint64) {
	t.Helper()
	if got, ok := alertOf(err); !ok || got != want {
		t.Errorf("got %v, want alert %d", err, want)
	}
}
