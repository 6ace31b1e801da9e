package tlslegacy

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/edgesim/edgesim/internal/pki"
)

// rogue is a server for the tests that no honest server can serve. It is made
// of this package's own parts, which are the same on both sides, so it proves
// nothing about them: the peers of TestMatrix do that. What it can do is to
// depart from the protocol at any point, also behind the encryption.
type rogue struct {
	net.Conn
	secrets
	in       incoming
	out      outgoing
	messages []byte
	said     []byte // the transcript
	leaf     *pki.Certificate
	// group and scheme are those of the key exchange.
	group, scheme uint16
	// request asks for a client certificate.
	request bool
	// change replaces a message's body before it is sent; nil leaves it out.
	change func(kind uint8, body []byte) []byte
}

// leaves are the certificates of rogue servers, by their kind of key.
var leaves = sync.OnceValues(func() (map[pki.KeyKind]*pki.Certificate, error) {
	out := make(map[pki.KeyKind]*pki.Certificate)
	for _, kind := range []pki.KeyKind{pki.RSA2048, pki.RSA1024, pki.P256, pki.Ed25519} {
		c, err := pki.SelfSign(pki.Template{
			CommonName: "rogue.example.com", KeyKind: kind,
			NotBefore: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2120, 1, 1, 0, 0, 0, 0, time.UTC),
		})
		if err != nil {
			return nil, err
		}
		out[kind] = c
	}
	return out, nil
})

func leafOf(t testing.TB, kind pki.KeyKind) *pki.Certificate {
	t.Helper()
	all, err := leaves()
	if err != nil {
		t.Fatal(err)
	}
	return all[kind]
}

// offer is the documented offer.
func offer() *Config {
	return &Config{
		Versions: []uint16{VersionTLS10, VersionTLS12}, Suites: Suites(), Groups: Groups(), Signatures: Signatures(),
		ServerName: "rogue.example.com",
	}
}

// against runs serve as the server of a connection with this config. The
// returned Conn has not begun its handshake.
func against(t testing.TB, cfg *Config, serve func(*rogue)) *Conn {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	client, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	server, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []net.Conn{client, server} {
		c.SetDeadline(time.Now().Add(time.Minute))
	}
	r := &rogue{
		Conn: server, in: incoming{conn: server}, out: outgoing{conn: server, version: VersionTLS12},
		leaf: leafOf(t, pki.RSA2048), group: groupP256, scheme: 0x0401,
		secrets: secrets{version: VersionTLS12, suite: suiteByID(0x002F)},
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		defer server.Close()
		serve(r)
	}()
	conn := Client(client, cfg)
	t.Cleanup(func() {
		conn.Close()
		<-served
	})
	return conn
}

// use picks another version and suite.
func (r *rogue) use(version, suite uint16) {
	r.version, r.suite, r.out.version = version, suiteByID(suite), version
}

// say sends a message, with the current protection.
func (r *rogue) say(kind uint8, body []byte) error {
	if r.change != nil {
		if body = r.change(kind, body); body == nil {
			return nil
		}
	}
	m := appendVector([]byte{kind}, 3, body)
	r.said = append(r.said, m...)
	return errors.Join(r.out.sealMessage(m), r.out.flush())
}

// send sends a record of any type.
func (r *rogue) send(kind uint8, content ...byte) error {
	return errors.Join(r.out.seal(kind, content), r.out.flush())
}

// hear returns the next message of the client, or the content of another sort
// of record with its type as a negative kind.
func (r *rogue) hear() (kind int, body []byte, err error) {
	for {
		if len(r.messages) >= messageHeaderLen {
			end := messageHeaderLen + int(r.messages[1])<<16 + int(binary.BigEndian.Uint16(r.messages[2:]))
			if len(r.messages) >= end {
				m := r.messages[:end:end]
				r.messages = r.messages[end:]
				r.said = append(r.said, m...)
				return int(m[0]), m[messageHeaderLen:], nil
			}
		}
		kind, content, err := r.in.record()
		if err != nil {
			return 0, nil, err
		}
		if kind != tlsHandshake {
			return -int(kind), bytes.Clone(content), nil
		}
		r.messages = append(r.messages, content...)
	}
}

// hello reads the client's hello and answers it.
func (r *rogue) hello() error {
	_, body, err := r.hear()
	if err != nil {
		return err
	}
	r.clientRandom, r.serverRandom = body[2:2+randomLen], bytes.Repeat([]byte{7}, randomLen)
	r.in.version = r.version
	answer := binary.BigEndian.AppendUint16(nil, r.version)
	answer = append(append(answer, r.serverRandom...), 0)
	answer = binary.BigEndian.AppendUint16(answer, r.suite.id)
	answer = append(answer, 0)
	if r.version > VersionSSL30 {
		answer = appendVector(answer, 2, []byte{0xff, 0x01, 0, 1, 0})
	}
	return r.say(messageServerHello, answer)
}

// flight sends everything up to ServerHelloDone.
func (r *rogue) flight() (share func(point []byte) ([]byte, error), err error) {
	if err := r.hello(); err != nil {
		return nil, err
	}
	if err := r.say(messageCertificate, (&Certificate{Chain: [][]byte{r.leaf.DER}}).marshal()); err != nil {
		return nil, err
	}
	if r.suite.exchange != staticRSA {
		body, secret, err := r.offerShare()
		if err != nil {
			return nil, err
		}
		if err := r.say(messageServerKeyExchange, body); err != nil {
			return nil, err
		}
		share = secret
	}
	if r.request {
		body := []byte{1, 1}
		if r.version >= VersionTLS12 {
			body = append(body, 0, 2, 4, 1)
		}
		if err := r.say(messageCertificateRequest, append(body, 0, 0)); err != nil {
			return nil, err
		}
	}
	return share, r.say(messageServerHelloDone, []byte{})
}

// offerShare makes a signed ServerKeyExchange.
func (r *rogue) offerShare() ([]byte, func([]byte) ([]byte, error), error) {
	private, err := curveOf(r.group).GenerateKey(rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	body := appendVector([]byte{curveTypeNamed, byte(r.group >> 8), byte(r.group)}, 1, private.PublicKey().Bytes())
	h := schemes[r.scheme].hash
	signature, err := r.leaf.Key.Sign(rand.Reader, digest(h, r.clientRandom, r.serverRandom, body), h)
	body = binary.BigEndian.AppendUint16(body, r.scheme)
	return appendVector(body, 2, signature), func(point []byte) ([]byte, error) {
		theirs, err := private.Curve().NewPublicKey(point)
		if err != nil {
			return nil, err
		}
		return private.ECDH(theirs)
	}, err
}

// handshake performs a correct handshake, except for what change changes.
func (r *rogue) handshake() error {
	share, err := r.flight()
	if err != nil {
		return err
	}
	for {
		kind, body, err := r.hear()
		if err != nil {
			return err
		}
		if kind != messageClientKeyExchange {
			continue // an empty Certificate, or the warning in its place
		}
		if err := r.agree(share, body); err != nil {
			return err
		}
		break
	}
	client, server, err := r.protections(rand.Reader)
	if err != nil {
		return err
	}
	if kind, _, err := r.hear(); err != nil || kind != -tlsChangeCipherSpec {
		return errors.Join(err, errors.New("no ChangeCipherSpec"))
	}
	r.in.protection = client
	want := r.finished(r.said, labelClientFinished)
	if kind, body, err := r.hear(); err != nil || kind != messageFinished || !bytes.Equal(body, want) {
		return errors.Join(err, errors.New("no Finished, or a wrong one"))
	}
	if err := r.out.changeCipherSpec(server); err != nil {
		return err
	}
	return r.say(messageFinished, r.finished(r.said, labelServerFinished))
}

func (r *rogue) agree(share func([]byte) ([]byte, error), body []byte) error {
	var premaster []byte
	var err error
	switch {
	case share != nil:
		premaster, err = share(body[1:])
	case r.version > VersionSSL30:
		body = body[2:]
		fallthrough
	default:
		//lint:ignore SA1019 the padding is what these versions prescribe.
		premaster, err = rsa.DecryptPKCS1v15(nil, r.leaf.Key.(*rsa.PrivateKey), body)
	}
	r.derive(premaster, r.said)
	return err
}

// drain reads what the client still sends, in the clear or not.
func (r *rogue) drain() { io.Copy(io.Discard, r.Conn) }
