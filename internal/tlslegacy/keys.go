package tlslegacy

import (
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"crypto/rc4"
	"fmt"
	"io"
)

// The sizes that RFC 5246 sections 7.4.9 and 8.1, and RFC 6101, prescribe.
const (
	randomLen     = 32
	masterLen     = 48
	verifyDataLen = 12
	gcmSaltLen    = 4
)

// Labels of the pseudorandom function (RFC 5246 sections 6.3, 7.4.9 and 8.1).
const (
	labelMaster         = "master secret"
	labelExtendedMaster = "extended master secret"
	labelKeys           = "key expansion"
	labelClientFinished = "client finished"
	labelServerFinished = "server finished"
)

// secrets are the result of the key exchange of one handshake.
type secrets struct {
	version                    uint16
	suite                      *suite
	clientRandom, serverRandom []byte
	master                     []byte
	// extended means that the master secret is that of RFC 7627.
	extended bool
}

// derive sets the master secret. The transcript includes the ClientKeyExchange; it is only
// used for an extended secret, instead of the randoms.
func (s *secrets) derive(premaster, transcript []byte) {
	if s.extended {
		s.master = expand(s.version, s.suite, premaster, labelExtendedMaster, digest(s.transcriptHash(), transcript), masterLen)
		return
	}
	seed := append(append([]byte(nil), s.clientRandom...), s.serverRandom...)
	s.master = expand(s.version, s.suite, premaster, labelMaster, seed, masterLen)
}

// protections returns the protection of the records that the client and the server send
// (RFC 5246 section 6.3).
func (s *secrets) protections(random io.Reader) (client, server protection, err error) {
	macLen, ivLen := 0, 0
	if s.suite.mac != 0 {
		macLen = s.suite.mac.Size()
	}
	switch {
	case s.suite.bulk == aesGCM:
		ivLen = gcmSaltLen
	case s.suite.bulk == rc4Stream || s.version >= VersionTLS11:
		// A stream has no IV, and from TLS 1.1 on each record has its own.
	case s.suite.bulk == tripleDESCBC:
		ivLen = des.BlockSize
	default:
		ivLen = aes.BlockSize
	}
	seed := append(append([]byte(nil), s.serverRandom...), s.clientRandom...)
	block := &input{rest: expand(s.version, s.suite, s.master, labelKeys, seed, 2*(macLen+s.suite.keyLen+ivLen))}
	clientMAC, serverMAC := block.bytes(macLen), block.bytes(macLen)
	clientKey, serverKey := block.bytes(s.suite.keyLen), block.bytes(s.suite.keyLen)
	clientIV, serverIV := block.bytes(ivLen), block.bytes(ivLen)
	if client, err = s.protection(clientMAC, clientKey, clientIV, random); err != nil {
		return nil, nil, err
	}
	server, err = s.protection(serverMAC, serverKey, serverIV, random)
	return client, server, err
}

// protection returns the protection of one direction with these keys.
func (s *secrets) protection(macKey, key, iv []byte, random io.Reader) (protection, error) {
	if s.suite.bulk == rc4Stream {
		stream, err := rc4.NewCipher(key)
		return &streamProtection{stream: stream, mac: newRecordMAC(s.version, s.suite.mac, macKey)}, err
	}
	block, err := blockCipher(s.suite.bulk, key)
	if err != nil {
		return nil, err
	}
	if s.suite.bulk == aesGCM {
		aead, err := cipher.NewGCM(block)
		return &gcmProtection{aead: aead, salt: iv}, err
	}
	return newCBC(s.version, block, iv, newRecordMAC(s.version, s.suite.mac, macKey), random), nil
}

func blockCipher(b bulk, key []byte) (cipher.Block, error) {
	if b == tripleDESCBC {
		return des.NewTripleDESCipher(key)
	}
	return aes.NewCipher(key)
}

// The senders in the Finished of SSLv3 (RFC 6101 section 5.6.9).
const (
	senderClient = "CLNT"
	senderServer = "SRVR"
)

// finished returns the content of a side's Finished, over all previous messages.
func (s *secrets) finished(transcript []byte, label string) []byte {
	if s.version == VersionSSL30 {
		sender := senderClient
		if label == labelServerFinished {
			sender = senderServer
		}
		return nestedSSL30(s.master, transcript, []byte(sender))
	}
	return expand(s.version, s.suite, s.master, label, digest(s.transcriptHash(), transcript), verifyDataLen)
}

// transcriptHash is the hash of the transcript, from TLS 1.0 on.
func (s *secrets) transcriptHash() crypto.Hash {
	if s.version >= VersionTLS12 {
		return s.suite.prf
	}
	return crypto.MD5SHA1
}

// logKeys writes this handshake's line for Wireshark and similar tools.
func (s *secrets) logKeys(w io.Writer) error {
	if w == nil {
		return nil
	}
	if _, err := fmt.Fprintf(w, "CLIENT_RANDOM %x %x\n", s.clientRandom, s.master); err != nil {
		return fmt.Errorf("writing the TLS key log: %w", err)
	}
	return nil
}
