package originconn

import (
	"crypto/sha256"
	"crypto/tls"
	"encoding/binary"
	"io"
	"net"
	"strconv"
	"time"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/policy"
)

// Target says where to go and how, complete before any socket is opened.
type Target struct {
	// Host is the origin's domain name.
	Host string
	// Port is the TCP port.
	Port int
	// TLS says whether HTTPS is spoken.
	TLS bool
	// PlainPort is the origin's port for HTTP where HTTPS is spoken at Port. It is
	// asked once when Port does not answer, to say what does; 0 asks nothing.
	PlainPort int
	// SNI is the server name of the ClientHello; "" sends none.
	SNI string
	// AcceptedNames are the names any one of which the certificate must carry.
	AcceptedNames policy.AcceptedNames
	// NamePatterns lets a wildcard among them cover the certificate's names
	// (CF-NAME-08).
	NamePatterns bool
	// Strict says how to judge what the documentation leaves open about chains.
	Strict policy.Strictness
	// Offer is what the ClientHello offers.
	Offer policy.Offer
	// unexplained leaves out why a handshake is refused.
	unexplained bool
	// HTTP2 says that HTTP/2 is spoken, offered by ALPN; it needs TLS. Only gRPC
	// goes to origins so (CF-CONN-18).
	HTTP2 bool
	// ClientCertificate is presented if the origin asks for one (origin mTLS,
	// CF-MTLS-01, CF-MTLS-02); nil presents none.
	ClientCertificate *tls.Certificate
	// IPAddressType limits the address families; "" means ipv4.
	IPAddressType distribution.IPAddressType
	// Attempts is the number of tries, at least 1.
	Attempts int
	// ConnectTimeout bounds one try to connect, the TLS handshake included
	// (that it covers the handshake is inferred).
	ConnectTimeout time.Duration
	// ResponseTimeout bounds the wait for the first packet of the response and
	// every gap between packets.
	ResponseTimeout time.Duration
	// CompletionTimeout bounds the whole of Do and the reading of the body; 0
	// means no bound.
	CompletionTimeout time.Duration
	// KeepaliveTimeout is how long the connection is kept idle afterwards; 0
	// closes it at once.
	KeepaliveTimeout time.Duration

	// made and address are the key and the address if they were made before,
	// see Keyed.
	made, address string
}

// Keyed returns the target prepared for more than one call of Do: the text by
// which connections are kept is made only once. The fields that Do keeps
// connections apart by (Host to IPAddressType) must not be changed in it.
func (t Target) Keyed() Target {
	t.made, t.address = t.key(), t.Address()
	return t
}

// Address returns host:port as configured.
func (t *Target) Address() string {
	if t.address != "" {
		return t.address
	}
	return net.JoinHostPort(t.Host, strconv.Itoa(t.Port))
}

// key identifies connections that may serve the same target.
func (t *Target) key() string {
	if t.made != "" {
		return t.made
	}
	b := make([]byte, 0, 192)
	b = append(b, t.Host...)
	b = strconv.AppendInt(append(b, ':'), int64(t.Port), 10)
	b = append(append(b, '|'), t.IPAddressType...)
	if !t.TLS {
		return string(b)
	}
	b = append(append(b, "|tls|"...), t.SNI...)
	if t.HTTP2 {
		b = append(b, "|h2"...)
	}
	if t.Strict.Superfluous {
		b = append(b, "|superfluous"...)
	}
	if t.Strict.SHA1 {
		b = append(b, "|sha1"...)
	}
	if t.Strict.WideWildcard {
		b = append(b, "|wide"...)
	}
	if t.NamePatterns {
		b = append(b, "|patterns"...)
	}
	for _, name := range t.AcceptedNames {
		b = append(append(b, '|'), name...)
	}
	for _, list := range [][]uint16{t.Offer.Versions, t.Offer.Suites, t.Offer.Groups} {
		b = append(b, '|')
		for _, v := range list {
			b = binary.BigEndian.AppendUint16(b, v)
		}
	}
	if c := t.ClientCertificate; c != nil && len(c.Certificate) > 0 {
		sum := sha256.Sum256(c.Certificate[0])
		b = append(append(b, '|'), sum[:]...)
	}
	return string(b)
}

// Request is what is sent to the origin, complete but for the framing fields
// (Content-Length, Transfer-Encoding), which Do writes from ContentLength.
type Request struct {
	// Method and RequestURI make the request line; RequestURI is sent as it is.
	Method     string
	RequestURI string
	// ViewerURI is the path and query that the viewer asked for. It is not sent:
	// [Client.Answer] may compare it with the recording of a browser.
	ViewerURI string
	// Header are the fields in the order in which they are sent, Host included.
	Header []policy.Field
	// WebSocket says that the request asks for a WebSocket connection, so that
	// the origin may answer with a 101. Its fields are in Header.
	WebSocket bool
	// Body is nil when there is none. Do reads it in a goroutine of its own,
	// which ends before the response's body is closed; it closes Body to end it.
	Body io.ReadCloser
	// ContentLength is the body's length, or -1 for a chunked body.
	ContentLength int64
	// Forced is a failure to play on every attempt; nil for none.
	Forced *Forced
}

// repeatable says whether the request may be sent again after a timeout.
func (r *Request) repeatable() bool { return policy.Repeatable(r.Method, r.Body != nil) }
