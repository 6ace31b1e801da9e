package tlslegacy

import (
	"bytes"
	"crypto/rsa"
	"encoding/binary"
	"errors"
	"io"
	"math/big"
	"testing"
)

// A config that cannot be offered is refused before a byte is sent.
func TestConfigRefused(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		change func(*Config)
	}{
		{"no version", func(c *Config) { c.Versions = nil }},
		{"TLS 1.3", func(c *Config) { c.Versions = []uint16{VersionTLS12, 0x0304} }},
		{"no suite", func(c *Config) { c.Suites = nil }},
		{"a suite of others", func(c *Config) { c.Suites = []uint16{0x1301} }},
		{"no suite for SSLv3", func(c *Config) { c.Versions, c.Suites = []uint16{VersionSSL30}, []uint16{0xC02F} }},
		{"a group of others", func(c *Config) { c.Groups = []uint16{25} }},
		{"no group", func(c *Config) { c.Groups = nil }},
		{"a signature scheme of others", func(c *Config) { c.Signatures = []uint16{0x0804} }},
		{"no signature scheme", func(c *Config) { c.Signatures = nil }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cfg := offer()
			tt.change(cfg)
			heard := make(chan error, 1)
			conn := against(t, cfg, func(r *rogue) {
				_, _, err := r.hear()
				heard <- err
			})
			if err := conn.Handshake(); err == nil {
				t.Error("no error")
			}
			conn.Close()
			if err := <-heard; !errors.Is(err, io.EOF) {
				t.Errorf("the server heard something: %v", err)
			}
		})
	}
}

// TestHello checks the form of the hello: exact lists, the record version, and in SSLv3
// neither extensions nor ECDHE suites.
func TestHello(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name           string
		versions       []uint16
		record, newest uint16
		suites         int
		extensions     bool
	}{
		{"SSLv3", []uint16{VersionSSL30}, 0x0300, VersionSSL30, 4, false},
		{"TLS 1.0", []uint16{VersionTLS10}, 0x0301, VersionTLS10, 16, true},
		{"a hole", []uint16{VersionTLS12, VersionSSL30}, 0x0301, VersionTLS12, 16, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cfg := offer()
			cfg.Versions, cfg.Rand = tt.versions, bytes.NewReader(bytes.Repeat([]byte{42}, randomLen))
			_, record, err := cfg.clientHello()
			if err != nil {
				t.Fatal(err)
			}
			if got := binary.BigEndian.Uint16(record[1:]); got != tt.record {
				t.Errorf("record version %#04x, want %#04x", got, tt.record)
			}
			in := &input{rest: record[recordHeaderLen+messageHeaderLen:]}
			if got := in.u16(); got != tt.newest {
				t.Errorf("version %#04x, want %#04x", got, tt.newest)
			}
			if got := in.bytes(randomLen); !bytes.Equal(got, bytes.Repeat([]byte{42}, randomLen)) {
				t.Errorf("the random %x is not that of the config", got)
			}
			in.vector(1)
			list := in.vector(2)
			for _, want := range cfg.offeredSuites() {
				if got := list.u16(); got != want {
					t.Errorf("suite %#04x, want %#04x", got, want)
				}
			}
			if !list.whole() || len(cfg.offeredSuites()) != tt.suites {
				t.Errorf("other suites than the %d wanted", tt.suites)
			}
			in.vector(1)
			if got := len(in.rest) > 0; got != tt.extensions || in.failed {
				t.Errorf("extensions: %v, want %v", got, tt.extensions)
			}
		})
	}
}

// TestServerKeySizes checks the limits of RSA keys.
func TestServerKeySizes(t *testing.T) {
	t.Parallel()
	for bits, ok := range map[uint]bool{512: false, 1023: false, 1024: true, 4096: true, 8192: true, 8193: false} {
		key := &rsa.PublicKey{N: new(big.Int).Lsh(big.NewInt(1), bits-1), E: 65537}
		if err := checkServerKey(key, staticRSA); (err == nil) != ok {
			t.Errorf("%d bits: %v", bits, err)
		}
	}
}
