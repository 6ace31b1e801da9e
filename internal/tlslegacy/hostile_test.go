package tlslegacy

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/edgesim/edgesim/internal/pki"
)

// replace changes one kind of message.
func replace(kind uint8, with func(body []byte) []byte) func(*rogue) {
	return func(r *rogue) {
		r.change = func(k uint8, body []byte) []byte {
			if k == kind {
				return with(body)
			}
			return body
		}
	}
}

// put overwrites bytes of a message.
func put(kind uint8, at int, b ...byte) func(*rogue) {
	return replace(kind, func(body []byte) []byte {
		copy(body[at:], b)
		return body
	})
}

func none([]byte) []byte { return nil }

// ephemeral makes the rogue use ECDHE.
func ephemeral(then func(*rogue)) func(*rogue) {
	return func(r *rogue) {
		r.use(VersionTLS12, 0xC02F)
		if then != nil {
			then(r)
		}
	}
}

// script is a server that sends what a function says, once it has the hello.
func script(answer func(*rogue)) func(*rogue) {
	return func(r *rogue) {
		r.hear()
		answer(r)
		r.drain()
	}
}

// book is a correct server, except for what adjust changes.
func book(adjust func(*rogue)) func(*rogue) {
	return func(r *rogue) {
		adjust(r)
		r.handshake()
		r.drain()
	}
}

// fault is something that a server does wrong in a handshake.
type fault struct {
	name  string
	cfg   func(*Config)
	serve func(*rogue)
	want  Reason
	value uint16
	alert uint8
}

// TestServerFaults has a row for everything that a server can do wrong in a handshake: the
// reason, the value and the alert sent to it.
func TestServerFaults(t *testing.T) {
	t.Parallel()
	runFaults(t, []fault{
		{"plain HTTP", nil, script(func(r *rogue) { io.WriteString(r, "HTTP/1.1 400 Bad Request\r\n\r\n") }), ReasonNotTLS, 0, 0},
		{"SSLv2", nil, script(func(r *rogue) { r.Write([]byte{0x80, 0x2e, 4, 0, 1, 0, 2}) }), ReasonNotTLS, 0, 0},
		{"a version in the hole of the set", nil, book(func(r *rogue) { r.use(VersionTLS11, 0x002F) }), ReasonUnofferedVersion, VersionTLS11, 70},
		{"TLS 1.3", nil, book(put(messageServerHello, 0, 3, 4)), ReasonUnofferedVersion, 0x0304, 70},
		{"SSLv3 unasked", nil, book(func(r *rogue) { r.use(VersionSSL30, 0x002F) }), ReasonUnofferedVersion, VersionSSL30, 70},
		{"a suite that was not offered", nil, book(put(messageServerHello, 35, 0, 0x9c)), ReasonUnofferedSuite, 0x009c, 47},
		{"a suite of ours that was not offered", func(c *Config) { c.Suites = []uint16{0x0035} }, book(func(*rogue) {}), ReasonUnofferedSuite, 0x002F, 47},
		{"GCM in TLS 1.0", nil, book(func(r *rogue) { r.use(VersionTLS10, 0xC02F) }), ReasonSuiteVersion, 0xC02F, 47},
		{"ECDHE in SSLv3", func(c *Config) { c.Versions = append(c.Versions, VersionSSL30) }, book(func(r *rogue) { r.use(VersionSSL30, 0xC014) }), ReasonSuiteVersion, 0xC014, 47},
		{"compression", nil, book(put(messageServerHello, 37, 1)), ReasonUnofferedCompression, 0, 47},
		{"a renegotiation that is none", nil, book(replace(messageServerHello, func(b []byte) []byte {
			return append(b[:38], 0, 6, 0xff, 0x01, 0, 2, 1, 9)
		})), ReasonSecureRenegotiation, 0, 40},
		{"a hello that is too short", nil, book(replace(messageServerHello, func(b []byte) []byte { return b[:20] })), ReasonMalformed, 0, 50},
		{"a hello with bytes behind it", nil, book(replace(messageServerHello, func(b []byte) []byte { return append(b, 0) })), ReasonMalformed, 0, 50},
		{"a session id of 33 bytes", nil, book(replace(messageServerHello, func(b []byte) []byte {
			return append(append(b[:34:34], 33), make([]byte, 36)...)
		})), ReasonMalformed, 0, 50},
		{"no hello", nil, book(replace(messageServerHello, none)), ReasonUnexpectedMessage, 0, 10},
		{"no certificates", nil, book(replace(messageCertificate, func([]byte) []byte { return []byte{0, 0, 0} })), ReasonBadCertificate, 0, 42},
		{"no certificate message", nil, book(replace(messageCertificate, none)), ReasonUnexpectedMessage, 0, 10},
		{"a certificate of no bytes", nil, book(replace(messageCertificate, func([]byte) []byte { return []byte{0, 0, 3, 0, 0, 0} })), ReasonMalformed, 0, 50},
		{"a certificate list with a wrong length", nil, book(put(messageCertificate, 0, 0xff)), ReasonMalformed, 0, 50},
		{"a leaf that is not a certificate", nil, book(replace(messageCertificate, func([]byte) []byte { return []byte{0, 0, 4, 0, 0, 1, 9} })), ReasonBadCertificate, 0, 42},
		{"an ECDSA key under RSA", nil, book(func(r *rogue) { r.leaf = leafOf(t, pki.P256) }), ReasonCertificateKey, 0, 43},
		{"an RSA key under ECDSA", nil, book(func(r *rogue) { r.use(VersionTLS12, 0xC02B) }), ReasonCertificateKey, 0, 43},
		{"an Ed25519 key", nil, book(func(r *rogue) { r.leaf = leafOf(t, pki.Ed25519) }), ReasonCertificateKey, 0, 43},
		{"a key exchange under static RSA", nil, book(func(r *rogue) {
			r.change = func(kind uint8, body []byte) []byte {
				if kind == messageServerHelloDone {
					r.out.sealMessage([]byte{messageServerKeyExchange, 0, 0, 1, 0})
				}
				return body
			}
		}), ReasonUnexpectedMessage, 0, 10},
		{"no key exchange under ECDHE", nil, book(ephemeral(replace(messageServerKeyExchange, none))), ReasonUnexpectedMessage, 0, 10},
		{"P-521", nil, book(ephemeral(put(messageServerKeyExchange, 1, 0, 25))), ReasonUnofferedGroup, 25, 47},
		{"a group of ours that was not offered", func(c *Config) { c.Groups = []uint16{groupX25519} }, book(ephemeral(nil)), ReasonUnofferedGroup, groupP256, 47},
		{"an explicit curve", nil, book(ephemeral(put(messageServerKeyExchange, 0, 1))), ReasonUnofferedGroup, 0, 47},
		{"RSA-PSS", nil, book(ephemeral(put(messageServerKeyExchange, 69, 8, 4))), ReasonUnofferedSignature, 0x0804, 47},
		{"ECDSA from an RSA key", nil, book(ephemeral(put(messageServerKeyExchange, 69, 4, 3))), ReasonUnofferedSignature, 0x0403, 47},
		{"a scheme of ours that was not offered", func(c *Config) { c.Signatures = []uint16{0x0501} }, book(ephemeral(nil)), ReasonUnofferedSignature, 0x0401, 47},
		{"a signature of something else", nil, book(ephemeral(put(messageServerKeyExchange, 100, 1, 2, 3))), ReasonBadSignature, 0, 51},
		{"a share changed on the way", nil, book(ephemeral(put(messageServerKeyExchange, 10, 1, 2, 3))), ReasonBadSignature, 0, 51},
		{"a share that is not a point", nil, book(ephemeral(func(r *rogue) {
			replace(messageServerKeyExchange, func(body []byte) []byte {
				params := bytes.Clone(body[:69])
				params[10] ^= 1
				signature, _ := r.leaf.Key.Sign(nil, digest(schemes[0x0401].hash, r.clientRandom, r.serverRandom, params), schemes[0x0401].hash)
				return appendVector(append(params, 4, 1), 2, signature)
			})(r)
		})), ReasonBadKeyShare, groupP256, 47},
		{"a key exchange cut short", nil, book(ephemeral(replace(messageServerKeyExchange, func(b []byte) []byte { return b[:80] }))), ReasonMalformed, 0, 50},
		{"a certificate request cut short", nil, book(func(r *rogue) {
			r.request = true
			replace(messageCertificateRequest, func(b []byte) []byte { return b[:4] })(r)
		}), ReasonMalformed, 0, 50},
		{"a ServerHelloDone with content", nil, book(replace(messageServerHelloDone, func([]byte) []byte { return []byte{1} })), ReasonMalformed, 0, 50},
		{"a wrong Finished", nil, book(put(messageFinished, 3, 1, 2, 3, 4)), ReasonBadFinished, 0, 51},
		{"a Finished in the clear", nil, book(func(r *rogue) {
			replace(messageFinished, func(body []byte) []byte {
				r.out.protection, r.out.buffer = nil, nil
				return body
			})(r)
		}), ReasonUnexpectedMessage, 0, 10},
		{"a ChangeCipherSpec before its turn", nil, book(func(r *rogue) {
			replace(messageCertificate, func(body []byte) []byte {
				r.send(tlsChangeCipherSpec, 1)
				return body
			})(r)
		}), ReasonUnexpectedMessage, 0, 10},
		{"a ChangeCipherSpec of 2", nil, script(func(r *rogue) { r.send(tlsChangeCipherSpec, 2) }), ReasonMalformed, 0, 50},
		{"a ChangeCipherSpec within a message", nil, script(func(r *rogue) {
			r.send(tlsHandshake, messageServerHello, 0)
			r.send(tlsChangeCipherSpec, 1)
		}), ReasonUnexpectedMessage, 0, 10},
		{"application data in the handshake", nil, script(func(r *rogue) { r.send(tlsApplicationData, 1) }), ReasonUnexpectedMessage, 0, 10},
		{"an alert of no level", nil, script(func(r *rogue) { r.send(tlsAlert, 9, 40) }), ReasonMalformed, 0, 47},
		{"a record of an unknown type", nil, book(func(r *rogue) {
			replace(messageCertificate, func(body []byte) []byte {
				r.send(24, 1)
				return body
			})(r)
		}), ReasonUnexpectedMessage, 0, 10},
		{"a record of another version", nil, book(func(r *rogue) {
			replace(messageCertificate, func(body []byte) []byte {
				r.out.version = VersionTLS10
				return body
			})(r)
		}), ReasonRecordVersion, VersionTLS10, 70},
		{"a record over the limit", nil, script(func(r *rogue) { r.Write([]byte{22, 3, 3, 0x48, 1}) }), ReasonOversize, 0, 22},
		{"a plain record over its limit", nil, script(func(r *rogue) { r.Write([]byte{22, 3, 3, 0x40, 1}) }), ReasonOversize, 0, 22},
		{"a message of 16 MB", nil, script(func(r *rogue) { r.send(tlsHandshake, messageCertificate, 255, 255, 255) }), ReasonOversize, 0, 22},
		{"a handshake over a lower limit", func(c *Config) { c.MaxHandshakeBytes = 200 }, book(func(*rogue) {}), ReasonOversize, 0, 22},
		{"HelloRequests without end", nil, script(func(r *rogue) { repeat(r, tlsHandshake, make([]byte, 4096)...) }), ReasonOversize, 0, 22},
		{"empty records without end", nil, script(func(r *rogue) { repeat(r, tlsHandshake) }), ReasonTooManyUseless, 0, 10},
		{"warnings without end", nil, script(func(r *rogue) { repeat(r, tlsAlert, LevelWarning, 112) }), ReasonTooManyUseless, 0, 10},
		{"half alerts without end", nil, script(func(r *rogue) { repeat(r, tlsAlert, LevelWarning) }), ReasonTooManyUseless, 0, 10},
		{"no shared client signature", func(c *Config) {
			c.Signatures = []uint16{0x0501}
			c.ClientCertificate = func(*CertificateRequest) (*Certificate, error) {
				return &Certificate{Chain: [][]byte{{1}}, Key: leafOf(t, pki.RSA2048).Key}, nil
			}
		}, book(func(r *rogue) { r.request = true }), ReasonNoSharedSignature, 0, 40},
		{"SSLv3 knows fewer alerts", func(c *Config) { c.Versions = []uint16{VersionSSL30} }, book(func(r *rogue) {
			r.use(VersionSSL30, 0x002F)
			put(messageFinished, 3, 1, 2, 3, 4)(r)
		}), ReasonBadFinished, 0, 40},
	})
}

// runFaults makes a handshake with each server.
func runFaults(t *testing.T, tests []fault) {
	t.Helper()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cfg := offer()
			if tt.cfg != nil {
				tt.cfg(cfg)
			}
			conn := against(t, cfg, tt.serve)
			err := conn.Handshake()
			var fault *ProtocolError
			if !errors.As(err, &fault) || fault.Reason != tt.want || fault.Value != tt.value {
				t.Fatalf("got %v (%#v), want %v", err, fault, tt.want)
			}
			if fault.Detail == "" {
				t.Error("no detail")
			}
			told := conn.ConnectionState().AlertSent
			if got := fault.Alert; got != tt.alert && cfg.Versions[0] != VersionSSL30 {
				t.Errorf("got alert %d, want %d", got, tt.alert)
			}
			if (told != nil) != (tt.alert != 0) || told != nil && (told.Description != tt.alert || told.Level != LevelFatal || told.Received) {
				t.Errorf("the server was told %v, want alert %d", told, tt.alert)
			}
			if again := conn.Handshake(); again != err {
				t.Errorf("got another error the second time: %v", again)
			}
			if _, err := conn.Read(make([]byte, 1)); !errors.As(err, &fault) {
				t.Errorf("reading after it gives %v", err)
			}
		})
	}
}

// repeat sends a record until the client has had enough.
func repeat(r *rogue, kind uint8, content ...byte) {
	go r.drain() // or the client's reset would hide that it answered
	for r.send(kind, content...) == nil {
	}
}

// After the handshake a server can do less, but can still try.
func TestServerFaultsAfterHandshake(t *testing.T) {
	t.Parallel()
	const suite = 0x002F
	tests := []struct {
		name    string
		version uint16
		serve   func(*rogue)
		want    Reason
		alert   uint8
	}{
		{"empty records without end", VersionTLS12, func(r *rogue) { repeat(r, tlsApplicationData) }, ReasonTooManyUseless, 10},
		{"warnings without end", VersionTLS12, func(r *rogue) { repeat(r, tlsAlert, LevelWarning, 90) }, ReasonTooManyUseless, 10},
		{"renegotiation without end", VersionTLS12, func(r *rogue) { repeat(r, tlsHandshake, 0, 0, 0, 0) }, ReasonRenegotiation, 40},
		{"renegotiation in SSLv3", VersionSSL30, func(r *rogue) { r.send(tlsHandshake, 0, 0, 0, 0) }, ReasonRenegotiation, 40},
		{"a message that nobody asked for", VersionTLS12, func(r *rogue) { r.send(tlsHandshake, 4, 0, 0, 0) }, ReasonUnexpectedMessage, 10},
		{"a HelloRequest with content", VersionTLS12, func(r *rogue) { r.send(tlsHandshake, 0, 0, 0, 1) }, ReasonUnexpectedMessage, 10},
		{"a message with content", VersionTLS12, func(r *rogue) { r.send(tlsHandshake, 4, 0, 0, 1) }, ReasonUnexpectedMessage, 10},
		{"ChangeCipherSpec", VersionTLS12, func(r *rogue) { r.send(tlsChangeCipherSpec, 1) }, ReasonUnexpectedMessage, 10},
		{"a record that does not decrypt", VersionTLS12, func(r *rogue) {
			r.out.seal(tlsApplicationData, []byte("hello"))
			r.out.buffer[len(r.out.buffer)-40] ^= 1
			r.out.flush()
		}, ReasonBadRecord, 20},
		{"a record said twice", VersionTLS12, func(r *rogue) {
			r.out.seal(tlsApplicationData, []byte("hello"))
			r.out.buffer = append(r.out.buffer, r.out.buffer...)
			r.out.flush()
		}, ReasonBadRecord, 20},
		{"a record in the clear", VersionTLS12, func(r *rogue) { r.Write([]byte("\x17\x03\x03\x00\x05hello")) }, ReasonBadRecord, 20},
		{"a record of too much content", VersionTLS12, func(r *rogue) { r.send(tlsApplicationData, make([]byte, maxPlaintext+1)...) }, ReasonOversize, 22},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cfg := offer()
			cfg.Versions = []uint16{tt.version}
			told := make(chan uint8, 1)
			conn := against(t, cfg, func(r *rogue) {
				r.use(tt.version, suite)
				if err := r.handshake(); err != nil {
					t.Error(err)
					return
				}
				heard := make(chan struct{})
				go func() {
					defer close(heard)
					for {
						kind, body, err := r.hear()
						if err != nil {
							return
						}
						if kind == -tlsAlert && body[0] == LevelFatal {
							told <- body[1]
							return
						}
					}
				}()
				tt.serve(r)
				<-heard
			})
			_, err := io.Copy(io.Discard, conn)
			var fault *ProtocolError
			if !errors.As(err, &fault) || fault.Reason != tt.want {
				t.Fatalf("got %v, want %v", err, tt.want)
			}
			if got := conn.ConnectionState().AlertSent; got == nil || got.Description != tt.alert {
				t.Errorf("the server was told %v, want alert %d", got, tt.alert)
			}
			if _, err := conn.Write([]byte("x")); !errors.As(err, &fault) {
				t.Errorf("writing after it gives %v", err)
			}
			if tt.name != "a record in the clear" && !flooding(tt.name) {
				if got := <-told; got != tt.alert {
					t.Errorf("the server heard alert %d, want %d", got, tt.alert)
				}
			}
		})
	}
}

// flooding reports whether the rogue of a row reads nothing while it sends.
func flooding(name string) bool { return name[len(name)-3:] == "end" }

// A server that asks for a renegotiation once and then continues is served; also if it asks
// later.
func TestRenegotiationRefused(t *testing.T) {
	t.Parallel()
	warnings := make(chan []byte, 3)
	conn := against(t, offer(), func(r *rogue) {
		if r.handshake() != nil {
			return
		}
		for range 3 {
			r.send(tlsHandshake, 0, 0)
			r.send(tlsHandshake, 0, 0)
			if kind, body, _ := r.hear(); kind == -tlsAlert {
				warnings <- body
			}
			r.send(tlsApplicationData, 'x')
		}
		r.send(tlsAlert, LevelWarning, alertCloseNotify)
	})
	got, err := io.ReadAll(conn)
	if err != nil || string(got) != "xxx" {
		t.Errorf("got %q, %v", got, err)
	}
	for range 3 {
		if got := <-warnings; !bytes.Equal(got, []byte{LevelWarning, alertNoRenegotiation}) {
			t.Errorf("the server was told %v", got)
		}
	}
	if !conn.ConnectionState().RenegotiationRequested {
		t.Error("the request was not noted")
	}
}

// What is tolerated: empty records and warnings between others, alerts split in two,
// several messages in a record.
func TestTolerated(t *testing.T) {
	t.Parallel()
	conn := against(t, offer(), func(r *rogue) {
		r.change = func(kind uint8, body []byte) []byte {
			if kind != messageFinished {
				r.send(tlsHandshake, 0, 0, 0, 0, 0, 0, 0, 0) // two HelloRequests
				r.send(tlsHandshake)
				r.send(tlsAlert, LevelWarning)
				r.send(tlsAlert, 112, LevelWarning, 90)
			}
			return body
		}
		if err := r.handshake(); err != nil {
			t.Error(err)
		}
		for _, b := range []byte("hello") {
			for range maxUselessRecords {
				r.send(tlsApplicationData)
			}
			r.send(tlsApplicationData, b)
		}
		r.send(tlsAlert, LevelWarning, alertCloseNotify)
	})
	got, err := io.ReadAll(conn)
	if err != nil || string(got) != "hello" {
		t.Errorf("got %q, %v", got, err)
	}
	if got := conn.ConnectionState().AlertReceived; got == nil || got.Description != 112 {
		t.Errorf("got alert %v, want the first warning", got)
	}
}
