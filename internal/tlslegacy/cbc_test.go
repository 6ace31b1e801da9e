package tlslegacy

import (
	"bytes"
	"crypto"
	"crypto/aes"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"testing"

	"github.com/edgesim/edgesim/internal/tlswire"
)

// cbcPair returns the two ends of a CBC direction with AES-128.
func cbcPair(t testing.TB, version uint16, h crypto.Hash) (sealer, opener *cbcProtection) {
	t.Helper()
	block, err := aes.NewCipher(make([]byte, 16))
	if err != nil {
		t.Fatal(err)
	}
	iv := make([]byte, aes.BlockSize)
	end := func() *cbcProtection {
		return newCBC(version, block, iv, newRecordMAC(version, h, make([]byte, h.Size())), rand.Reader)
	}
	return end(), end()
}

// pad encrypts a record with a padding of the test's choice. It has one byte
// more than its length says.
func pad(t testing.TB, version uint16, h crypto.Hash, content, padding []byte) (fragment []byte, opener *cbcProtection, info recordInfo) {
	t.Helper()
	sealer, opener := cbcPair(t, version, h)
	info = recordInfo{3, tlsApplicationData, version}
	if sealer.explicitIV() {
		fragment = make([]byte, aes.BlockSize)
	}
	fragment = append(fragment, content...)
	fragment = append(fragment, sealer.mac.of(info, content)...)
	fragment = append(fragment, padding...)
	if len(fragment)%aes.BlockSize != 0 {
		t.Fatalf("%d bytes are not blocks", len(fragment))
	}
	sealer.encrypt.CryptBlocks(fragment, fragment)
	return fragment, opener, info
}

// TestCBCPadding tries every length of padding, and every padding that is
// wrong in one byte. TLS refuses the latter; SSLv3 cannot, but has no padding
// over a block.
func TestCBCPadding(t *testing.T) {
	t.Parallel()
	for _, version := range []uint16{VersionSSL30, VersionTLS10, VersionTLS12} {
		for _, h := range []crypto.Hash{crypto.SHA1, crypto.SHA256, crypto.SHA384} {
			if version == VersionSSL30 && h != crypto.SHA1 {
				continue
			}
			t.Run(fmt.Sprintf("%s/%v", tlswire.VersionName(version), h), func(t *testing.T) {
				t.Parallel()
				for length := range 256 {
					for _, blocks := range []int{0, 1, 20} {
						testPadding(t, version, h, length, blocks*aes.BlockSize)
					}
				}
			})
		}
	}
}

// testPadding tries one length of padding behind about so much content.
func testPadding(t *testing.T, version uint16, h crypto.Hash, length, least int) {
	t.Helper()
	content := pattern(least)
	for (len(content)+h.Size()+length+1)%aes.BlockSize != 0 {
		content = append(content, 'x')
	}
	padding := bytes.Repeat([]byte{byte(length)}, length+1)
	fragment, opener, info := pad(t, version, h, content, padding)
	got, ok := opener.open(info, fragment)
	if legal := version > VersionSSL30 || length < aes.BlockSize; ok != legal || ok && !bytes.Equal(got, content) {
		t.Fatalf("padding %d behind %d: %v with %d bytes", length, len(content), ok, len(got))
	}
	for i := range length {
		if length != 255 && i > 0 && i < length-1 {
			continue // every place once, the ends always
		}
		padding[i] ^= 1
		fragment, opener, info := pad(t, version, h, content, padding)
		padding[i] ^= 1
		if _, ok := opener.open(info, fragment); ok != (version == VersionSSL30 && length < aes.BlockSize) {
			t.Fatalf("padding %d with a wrong byte at %d: %v", length, i, ok)
		}
	}
}

// A MAC that is wrong in any bit is refused, in the right place.
func TestCBCWrongMAC(t *testing.T) {
	t.Parallel()
	for i := range 20 {
		content := pattern(11)
		sealer, opener := cbcPair(t, VersionTLS10, crypto.SHA1)
		info := recordInfo{0, tlsApplicationData, VersionTLS10}
		plain := append(content, sealer.mac.of(info, content)...)
		plain = append(plain, 0)
		plain[len(content)+i] ^= 0x80
		sealer.encrypt.CryptBlocks(plain, plain)
		if _, ok := opener.open(info, plain); ok {
			t.Errorf("a MAC that is wrong in byte %d was believed", i)
		}
	}
}

// Every length of content costs the same number of compressions as any other
// in a record of one size: that is what burn is for.
func TestCBCSameWork(t *testing.T) {
	t.Parallel()
	for _, h := range []crypto.Hash{crypto.SHA1, crypto.SHA256, crypto.SHA384} {
		m := newRecordMAC(VersionTLS12, h, make([]byte, h.Size()))
		for length := range 1000 {
			// The blocks of the hash, from its definition: the key's block, the
			// header, the content, a byte of 0x80 and the length of the whole.
			want, size, bits := 0, h.New().BlockSize(), 8
			if size == 128 {
				bits = 16
			}
			for filled := 0; filled < size+13+length+1+bits; filled += size {
				want++
			}
			if got := m.blocks(length); got != want {
				t.Fatalf("%v: %d blocks for %d bytes, want %d", h, got, length, want)
			}
		}
	}
}

// TestExpand checks the pseudorandom function of TLS 1.2 with the vector for P_SHA256 that
// was published on the TLS working group's list. The peers test the other forms.
func TestExpand(t *testing.T) {
	t.Parallel()
	secret, _ := hex.DecodeString("9bbe436ba940f017b17652849a71db35")
	seed, _ := hex.DecodeString("a0ba9f936cda311827a6f796ffd5198c")
	const want = "e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e90d35c9c9a46b4e14baf9af0fa022f7077def17abfd3797c0564bab4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff70187347b66"
	got := expand(VersionTLS12, &suite{prf: crypto.SHA256}, secret, "test label", seed, len(want)/2)
	if hex.EncodeToString(got) != want {
		t.Errorf("got %x", got)
	}
}

// pattern is content in which places differ.
func pattern(size int) []byte {
	out := make([]byte, size)
	for i := range out {
		out[i] = byte(i * 7)
	}
	return out
}

// protections returns both ends of one direction of every suite and version.
func eachProtection(f func(name string, version uint16, seal, open protection)) {
	for i := range suites {
		for version := suites[i].oldest; version <= VersionTLS12; version++ {
			s := &secrets{
				version: version, suite: &suites[i], master: make([]byte, masterLen),
				clientRandom: make([]byte, randomLen), serverRandom: make([]byte, randomLen),
			}
			seal, _, err := s.protections(rand.Reader)
			if err != nil {
				panic(err)
			}
			open, _, err := s.protections(rand.Reader)
			if err != nil {
				panic(err)
			}
			f(tlswire.SuiteName(suites[i].id)+"/"+tlswire.VersionName(version), version, seal, open)
		}
	}
}

// What is sealed opens to the same, but not under another sequence number or type, or with
// any bit changed.
func TestProtections(t *testing.T) {
	t.Parallel()
	eachProtection(func(name string, version uint16, seal, open protection) {
		for sequence, size := range []int{0, 1, 15, 16, 17, 100, maxPlaintext} {
			info := recordInfo{uint64(sequence), tlsApplicationData, version}
			content := pattern(size)
			sealed, err := seal.seal([]byte("before"), info, content)
			if err != nil || !bytes.HasPrefix(sealed, []byte("before")) {
				t.Fatalf("%s: %v", name, err)
			}
			got, ok := open.open(info, sealed[6:])
			if !ok || !bytes.Equal(got, content) {
				t.Fatalf("%s: %d bytes do not come back", name, size)
			}
		}
	})
	for _, wrong := range []func(info *recordInfo, sealed []byte){
		func(info *recordInfo, _ []byte) { info.sequence++ },
		func(info *recordInfo, _ []byte) { info.kind = tlsHandshake },
		func(_ *recordInfo, sealed []byte) { sealed[len(sealed)/2] ^= 0x10 },
		func(_ *recordInfo, sealed []byte) { sealed[len(sealed)-1] ^= 0x10 },
	} {
		eachProtection(func(name string, version uint16, seal, open protection) {
			info := recordInfo{9, tlsApplicationData, version}
			sealed, _ := seal.seal(nil, info, pattern(100))
			wrong(&info, sealed)
			if _, ok := open.open(info, sealed); ok {
				t.Errorf("%s: a wrong record was opened", name)
			}
		})
	}
}
