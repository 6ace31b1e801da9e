package tlslegacy

import "testing"

// extended puts one more extension into the ServerHello, or, of the one for
// renegotiation, in its place.
func extended(number uint16, content ...byte) func(*rogue) {
	return replace(messageServerHello, func(body []byte) []byte {
		var list []byte
		if number != extRenegotiationInfo {
			list = []byte{0xff, 0x01, 0, 1, 0}
		}
		list = appendVector(append(list, byte(number>>8), byte(number)), 2, content)
		return appendVector(body[:38:38], 2, list)
	})
}

// TestExtensionsRefused has a row for each way in which a server answers what it was not
// asked (RFC 5246 section 7.4.1.4).
func TestExtensionsRefused(t *testing.T) {
	t.Parallel()
	runFaults(t, []fault{
		{"an extension that nobody knows", nil, book(extended(0xabcd)), ReasonUnofferedExtension, 0xabcd, 110},
		{"a session ticket unasked", nil, book(extended(35)), ReasonUnofferedExtension, 35, 110},
		{"ALPN unasked", nil, book(extended(16, 0, 3, 2, 'h', '2')), ReasonUnofferedExtension, 16, 110},
		{"an extended master secret unasked", nil, book(extended(23)), ReasonUnofferedExtension, 23, 110},
		{"signature algorithms", nil, book(extended(13, 0, 2, 4, 1)), ReasonUnofferedExtension, 13, 110},
		{"supported_versions", nil, book(extended(43, 3, 3)), ReasonUnofferedExtension, 43, 110},
		{"a server name unasked", func(c *Config) { c.ServerName = "" }, book(extended(0)), ReasonUnofferedExtension, 0, 110},
		{"point formats unasked", func(c *Config) { c.Groups, c.Suites = nil, []uint16{0x002F} }, book(extended(11, 1, 0)), ReasonUnofferedExtension, 11, 110},
		{"an extension in SSLv3", func(c *Config) { c.Versions = []uint16{VersionSSL30} }, book(func(r *rogue) {
			r.use(VersionSSL30, 0x002F)
			extended(0xff01, 0)(r)
		}), ReasonUnofferedExtension, 0xff01, 40},
		{"a server name with content", nil, book(extended(0, 0)), ReasonMalformed, 0, 50},
		{"an extended master secret with content", func(c *Config) { c.ExtendedMasterSecret = true }, book(extended(23, 0)), ReasonMalformed, 0, 50},
		{"point formats without uncompressed", nil, book(extended(11, 1, 1)), ReasonMalformed, 0, 50},
		{"point formats of none", nil, book(extended(11, 0)), ReasonMalformed, 0, 50},
		{"point formats with a wrong length", nil, book(extended(11, 2, 0)), ReasonMalformed, 0, 50},
		{"an extension twice", nil, book(func(r *rogue) {
			replace(messageServerHello, func(b []byte) []byte { return append(b[:38], 0, 8, 0, 0, 0, 0, 0, 0, 0, 0) })(r)
		}), ReasonMalformed, 0, 50},
		{"an unknown extension twice", nil, book(func(r *rogue) {
			replace(messageServerHello, func(b []byte) []byte { return append(b[:38], 0, 8, 0xab, 0xcd, 0, 0, 0xab, 0xcd, 0, 0) })(r)
		}), ReasonMalformed, 0, 50},
		{"a renegotiation with a wrong length", nil, book(extended(0xff01, 2, 0)), ReasonMalformed, 0, 50},
	})
}

// What a server may answer: what it was asked for, once, in the right form, and the groups
// that some load balancers send.
func TestExtensionsTolerated(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]func(*rogue){
		"the name acknowledged": extended(extServerName),
		"point formats":         extended(extECPointFormats, 3, 2, 1, 0),
		"groups":                extended(extSupportedGroups, 0, 2, 0, 23),
		"no extensions":         replace(messageServerHello, func(body []byte) []byte { return body[:38] }),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn := against(t, offer(), func(r *rogue) {
				answer(r)
				r.handshake()
				r.drain()
			})
			if err := conn.Handshake(); err != nil {
				t.Error(err)
			}
		})
	}
}
