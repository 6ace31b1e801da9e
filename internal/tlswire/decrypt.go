package tlswire

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"fmt"

	"golang.org/x/crypto/chacha20poly1305"
)

// The TLS 1.3 suites whose records can be decrypted here.
const (
	suiteAES128GCM13 = 0x1301
	suiteAES256GCM13 = 0x1302
	suiteChaCha13    = 0x1303
)

// Handshake message types that are encrypted in TLS 1.3 (RFC 8446 section 4).
const (
	messageEncryptedExtensions = 8
	messageCertificateVerify   = 15
	messageFinished            = 20
)

// Decrypt adds to a TLS 1.3 flight what its encrypted records contain: the certificates,
// whether a client certificate was requested, and an alert. It needs the server's handshake
// traffic secret, which the client itself has; it is for explaining a handshake that a TLS
// library aborted without reporting what it had received. Without a ServerHello, or with a
// wrong secret, it adds nothing. A [FlightReader] does the same by itself for a hello of
// ours.
func (f *Flight) Decrypt(stream, secret []byte) {
	if f.ServerHello == nil || f.ServerHello.Version != versionTLS13 || f.NotTLS != nil {
		return
	}
	o, err := newOpener(f.ServerHello.Suite, secret)
	if err != nil {
		return
	}
	for len(stream) >= recordHeaderLen && !o.ended {
		size := int(stream[3])<<8 | int(stream[4])
		if size > MaxRecord || len(stream) < recordHeaderLen+size {
			break
		}
		if stream[0] == recordApplicationData {
			o.record(f, stream[:recordHeaderLen], stream[recordHeaderLen:recordHeaderLen+size])
		}
		stream = stream[recordHeaderLen+size:]
	}
}

// opener decrypts the records of the server's first flight in TLS 1.3.
type opener struct {
	aead     cipher.AEAD
	iv       []byte
	sequence uint64
	// handshake holds the bytes of an incomplete message.
	handshake []byte
	// ended is set after the last record that this key opens.
	ended bool
}

// newOpener derives the key and the nonce base of a traffic secret (RFC 8446
// section 7.3).
func newOpener(suite uint16, secret []byte) (*opener, error) {
	keyLength := 32
	switch suite {
	case suiteAES128GCM13:
		keyLength = 16
	case suiteAES256GCM13, suiteChaCha13:
	default:
		return nil, fmt.Errorf("records of %s cannot be read", SuiteName(suite))
	}
	key, err := expand13(hash13(suite), secret, "key", nil, keyLength)
	if err != nil {
		return nil, err
	}
	iv, err := expand13(hash13(suite), secret, "iv", nil, 12)
	if err != nil {
		return nil, err
	}
	if suite == suiteChaCha13 {
		aead, err := chacha20poly1305.New(key)
		return &opener{aead: aead, iv: iv}, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(block)
	return &opener{aead: aead, iv: iv}, err
}

// record opens one record and notes its contents.
func (o *opener) record(f *Flight, header, payload []byte) {
	plain, err := o.aead.Open(nil, o.nonce(), payload, header)
	if err != nil {
		o.ended = true // from here on other keys are used
		return
	}
	o.sequence++
	kind, content := innerPlaintext(plain)
	switch {
	case kind == recordAlert && len(content) == 2 && f.Alert == nil:
		f.Alert = &Alert{Level: content[0], Description: content[1]}
	case kind == recordHandshake:
		o.messages(f, content)
	}
}

// messages notes the contents of the messages that this content completes.
func (o *opener) messages(f *Flight, content []byte) {
	o.handshake = append(o.handshake, content...)
	for len(o.handshake) >= messageHeaderLen {
		size := int(o.handshake[1])<<16 | int(o.handshake[2])<<8 | int(o.handshake[3])
		if size > MaxMessage {
			f.Malformed = fmt.Sprintf("a handshake message says it has %d bytes", size)
			o.ended = true
			return
		}
		if len(o.handshake) < messageHeaderLen+size {
			return
		}
		kind, body := o.handshake[0], o.handshake[messageHeaderLen:messageHeaderLen+size]
		o.handshake = o.handshake[messageHeaderLen+size:]
		switch kind {
		case messageEncryptedExtensions:
			f.SupportedGroups = encryptedGroups(body)
		case messageCertificateRequest:
			f.CertificateRequested = true
		case messageCertificate:
			f.Certificates = certificates13(body)
		case messageCertificateVerify:
			in := input(body)
			f.Signature = uint16(in.u16())
		case messageFinished:
			f.Done, o.ended = true, true
		}
	}
}

// nonce returns the nonce of the next record (RFC 8446 section 5.3).
func (o *opener) nonce() []byte {
	nonce := make([]byte, len(o.iv))
	binary.BigEndian.PutUint64(nonce[len(nonce)-8:], o.sequence)
	for i := range nonce {
		nonce[i] ^= o.iv[i]
	}
	return nonce
}

// certificates13 parses the body of a TLS 1.3 Certificate message (RFC 8446 section 4.4.2):
// a context, then certificates, each with extensions.
func certificates13(body []byte) [][]byte {
	in := input(body)
	in.bytes(in.u8()) // request context, empty from a server
	list := input(in.bytes(in.u24()))
	var certificates [][]byte
	for len(list) > 0 && !list.failed() {
		der := list.bytes(list.u24())
		list.bytes(list.u16()) // extensions
		if !list.failed() && len(der) > 0 {
			certificates = append(certificates, der)
		}
	}
	return certificates
}

// encryptedGroups parses the groups in a server's EncryptedExtensions (RFC 8446 section
// 4.2.7).
func encryptedGroups(body []byte) []uint16 {
	in := input(body)
	extensions := input(in.bytes(in.u16()))
	for len(extensions) > 0 && !extensions.failed() {
		number, data := extensions.u16(), extensions.bytes(extensions.u16())
		if number != extSupportedGroups {
			continue
		}
		list := input(data.bytes(data.u16()))
		var groups []uint16
		for len(list) > 1 {
			groups = append(groups, uint16(list.u16()))
		}
		return groups
	}
	return nil
}

// innerPlaintext removes the padding of a decrypted record (RFC 8446 section 5.4).
func innerPlaintext(plain []byte) (kind byte, content []byte) {
	for len(plain) > 0 {
		last := plain[len(plain)-1]
		plain = plain[:len(plain)-1]
		if last != 0 {
			return last, plain
		}
	}
	return 0, nil
}
