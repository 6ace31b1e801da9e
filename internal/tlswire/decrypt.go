package tlswire

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"hash"

	"golang.org/x/crypto/chacha20poly1305"
)

// Decrypt adds to a TLS 1.3 flight what its encrypted records say: the
// certificates, whether a client certificate was asked for, and an alert. It
// needs the server's handshake traffic secret, which the client itself has; it
// is for explaining a handshake that a TLS library broke off without telling
// what it had received. Without a ServerHello, or with a wrong secret, it adds
// nothing.
func (f *Flight) Decrypt(stream, secret []byte) {
	if f.ServerHello == nil || f.ServerHello.Version != versionTLS13 || f.NotTLS != nil {
		return
	}
	aead, iv, err := keys13(f.ServerHello.Suite, secret)
	if err != nil {
		return
	}
	var handshake []byte
	var sequence uint64
	for len(stream) >= recordHeaderLen {
		size := int(stream[3])<<8 | int(stream[4])
		if size > MaxRecord || len(stream) < recordHeaderLen+size {
			break
		}
		header, payload := stream[:recordHeaderLen], stream[recordHeaderLen:recordHeaderLen+size]
		stream = stream[recordHeaderLen+size:]
		if header[0] != recordApplicationData {
			continue
		}
		plain, err := aead.Open(nil, nonce13(iv, sequence), payload, header)
		if err != nil {
			break // from here on other keys are in use
		}
		sequence++
		kind, content := inner13(plain)
		switch {
		case kind == recordHandshake && len(handshake)+len(content) <= MaxMessage+messageHeaderLen:
			handshake = append(handshake, content...)
		case kind == recordAlert && len(content) == 2 && f.Alert == nil:
			f.Alert = &Alert{Level: content[0], Description: content[1]}
		}
	}
	f.messages13(handshake)
}

// messages13 reads the messages of the server's encrypted flight.
func (f *Flight) messages13(handshake []byte) {
	for len(handshake) >= messageHeaderLen {
		size := int(handshake[1])<<16 | int(handshake[2])<<8 | int(handshake[3])
		if len(handshake) < messageHeaderLen+size {
			return
		}
		kind, body := handshake[0], handshake[messageHeaderLen:messageHeaderLen+size]
		handshake = handshake[messageHeaderLen+size:]
		switch kind {
		case messageCertificateRequest:
			f.CertificateRequested = true
		case messageCertificate:
			f.Certificates = certificates13(body)
		}
	}
}

// certificates13 reads the body of a Certificate message of TLS 1.3 (RFC 8446
// section 4.4.2): a context, then certificates with extensions of their own.
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

// keys13 derives the key and the nonce base of a traffic secret (RFC 8446
// section 7.3).
func keys13(suite uint16, secret []byte) (cipher.AEAD, []byte, error) {
	var newHash func() hash.Hash = sha256.New
	keyLength := 16
	switch suite {
	case 0x1302:
		newHash, keyLength = sha512.New384, 32
	case 0x1303:
		keyLength = 32
	}
	key, err := expand13(newHash, secret, "key", keyLength)
	if err != nil {
		return nil, nil, err
	}
	iv, err := expand13(newHash, secret, "iv", 12)
	if err != nil {
		return nil, nil, err
	}
	if suite == 0x1303 {
		aead, err := chacha20poly1305.New(key)
		return aead, iv, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, nil, err
	}
	aead, err := cipher.NewGCM(block)
	return aead, iv, err
}

// expand13 is HKDF-Expand-Label with an empty context (RFC 8446 section 7.1).
func expand13(newHash func() hash.Hash, secret []byte, label string, length int) ([]byte, error) {
	var info builder
	info.u16(uint16(length))
	info.vector(1, func(b *builder) { *b = append(*b, "tls13 "+label...) })
	info = append(info, 0)
	return hkdf.Expand(newHash, secret, string(info), length)
}

// nonce13 is the nonce of the n-th record (RFC 8446 section 5.3).
func nonce13(iv []byte, n uint64) []byte {
	nonce := make([]byte, len(iv))
	binary.BigEndian.PutUint64(nonce[len(nonce)-8:], n)
	for i := range nonce {
		nonce[i] ^= iv[i]
	}
	return nonce
}

// inner13 takes the padding off a decrypted record (RFC 8446 section 5.4).
func inner13(plain []byte) (kind byte, content []byte) {
	for len(plain) > 0 {
		last := plain[len(plain)-1]
		plain = plain[:len(plain)-1]
		if last != 0 {
			return last, plain
		}
	}
	return 0, nil
}
