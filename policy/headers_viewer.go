package policy

import (
	"fmt"
	"slices"
	"strings"
)

// ViewerTLS is what is known of a viewer's TLS connection.
type ViewerTLS struct {
	// Version and CipherSuite are the wire numbers.
	Version, CipherSuite uint16
	// Resumed says that the connection resumed an earlier session.
	Resumed bool
}

// headerOrderLimit is where CloudFront-Viewer-Header-Order is truncated (CF-HDR-10).
const headerOrderLimit = 7680

// viewerAddress is CloudFront-Viewer-Address, ip:port (CF-HDR-06). That an IPv6 address has
// no brackets there is inferred.
func viewerAddress(f *RequestFacts) (string, bool) {
	if strings.HasPrefix(f.RemoteAddr, "[") {
		return strings.NewReplacer("[", "", "]", "").Replace(f.RemoteAddr), true
	}
	return f.RemoteAddr, f.RemoteAddr != ""
}

// viewerTLS is CloudFront-Viewer-TLS: version, cipher and kind of handshake (CF-HDR-13).
// Whether the connection served an earlier request ("connectionReused") is not known here.
func viewerTLS(f *RequestFacts) (string, bool) {
	if f.TLS == nil {
		return "", false
	}
	handshake := "fullHandshake"
	if f.TLS.Resumed {
		handshake = "sessionResumed"
	}
	return tlsVersionName(f.TLS.Version) + ":" + OpenSSLName(f.TLS.CipherSuite) + ":" + handshake, true
}

func tlsVersionName(version uint16) string {
	switch version {
	case VersionTLS13:
		return "TLSv1.3"
	case 0x0303:
		return "TLSv1.2"
	case 0x0302:
		return "TLSv1.1"
	case 0x0301:
		return "TLSv1"
	}
	return fmt.Sprintf("0x%04x", version)
}

// opensslNames are the suites that viewers may use here, in the spelling that CloudFront
// shares with OpenSSL.
var opensslNames = map[uint16]string{
	0x1301: "TLS_AES_128_GCM_SHA256", 0x1302: "TLS_AES_256_GCM_SHA384", 0x1303: "TLS_CHACHA20_POLY1305_SHA256",
	0xC02B: "ECDHE-ECDSA-AES128-GCM-SHA256", 0xC02C: "ECDHE-ECDSA-AES256-GCM-SHA384",
	0xC02F: "ECDHE-RSA-AES128-GCM-SHA256", 0xC030: "ECDHE-RSA-AES256-GCM-SHA384",
	0xCCA8: "ECDHE-RSA-CHACHA20-POLY1305", 0xCCA9: "ECDHE-ECDSA-CHACHA20-POLY1305",
	0xC023: "ECDHE-ECDSA-AES128-SHA256", 0xC027: "ECDHE-RSA-AES128-SHA256",
	0xC009: "ECDHE-ECDSA-AES128-SHA", 0xC00A: "ECDHE-ECDSA-AES256-SHA",
	0xC013: "ECDHE-RSA-AES128-SHA", 0xC014: "ECDHE-RSA-AES256-SHA",
	0x009C: "AES128-GCM-SHA256", 0x009D: "AES256-GCM-SHA384", 0x003C: "AES128-SHA256",
	0xC024: "ECDHE-ECDSA-AES256-SHA384", 0xC028: "ECDHE-RSA-AES256-SHA384", 0x0004: "RC4-MD5",
	0x002F: "AES128-SHA", 0x0035: "AES256-SHA", 0xC012: "ECDHE-RSA-DES-CBC3-SHA", 0x000A: "DES-CBC3-SHA",
}

// OpenSSLName returns the name of a viewer's cipher suite as CloudFront writes it
// in headers and logs, or its number if no viewer can negotiate the suite here.
func OpenSSLName(suite uint16) string {
	if name, ok := opensslNames[suite]; ok {
		return name
	}
	return fmt.Sprintf("0x%04x", suite)
}

// viewerHeaderOrder is CloudFront-Viewer-Header-Order (CF-HDR-10). If the order is unknown,
// the names are in alphabetical order, Host first.
func viewerHeaderOrder(f *RequestFacts) (string, bool) {
	var names []string
	for i := range f.Fields {
		names = append(names, f.Fields[i].Name)
	}
	if f.Fields == nil {
		for name, values := range f.Header {
			for range values {
				names = append(names, name)
			}
		}
		slices.Sort(names)
		names = append([]string{"Host"}, names...)
	}
	order := strings.Join(names, ":")
	return order[:min(len(order), headerOrderLimit)], true
}

// viewerHeaderCount is the number of the viewer's fields, including Host (CF-HDR-11).
func viewerHeaderCount(f *RequestFacts) int {
	if f.Fields != nil {
		return len(f.Fields)
	}
	n := 1 // Host is kept separately
	for _, values := range f.Header {
		n += len(values)
	}
	return n
}

// unknownFingerprint omits a field: the bytes of the viewer's ClientHello are not available
// (CF-HDR-12, see the table of what is not simulated).
func unknownFingerprint(*RequestFacts) (string, bool) { return "", false }

// percentEncode escapes the bytes outside ASCII (CF-HDR-09).
func percentEncode(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if s[i] < 0x80 {
			b.WriteByte(s[i])
		} else {
			fmt.Fprintf(&b, "%%%02X", s[i])
		}
	}
	return b.String()
}
