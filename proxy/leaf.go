package proxy

import (
	"container/list"
	"crypto"
	"crypto/tls"
	"net"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/edgesim/edgesim/internal/pki"
)

const (
	// maxLeaves limits the cache of certificates.
	maxLeaves = 1000
	// leafLife is how long a certificate is valid: less than the 397 days that browsers
	// accept from a CA.
	leafLife = 90 * 24 * time.Hour
	// leafRenewal is how long before it expires a certificate is replaced.
	leafRenewal = 24 * time.Hour
	// clockSkew is how far a viewer's clock may be behind ours.
	clockSkew = time.Hour
	// maxCommonName is the longest CN that X.509 allows (RFC 5280 appendix A).
	maxCommonName = 64
)

// certificate is the TLS configuration's GetCertificate. It returns a certificate for the
// SNI; without SNI, for the host of the CONNECT; without either, for this machine. An
// invalid name gets no certificate, which crypto/tls answers with the alert
// unrecognized_name.
func (s *Server) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	cert, err := s.certificateFor(hello, false)
	if cert == nil || err != nil || hello.SupportsCertificate(cert) == nil {
		return cert, err
	}
	return s.certificateFor(hello, true) // viewers that support only RSA get an RSA certificate
}

// certificateFor returns a certificate with a P-256 or an RSA key.
func (s *Server) certificateFor(hello *tls.ClientHelloInfo, rsa bool) (*tls.Certificate, error) {
	name := hello.ServerName
	if t, ok := hello.Conn.(*tunnelConn); ok && name == "" {
		name = hostOf(t.host)
	}
	if name == "" {
		local := localName(hello.Conn.LocalAddr())
		local.rsa = rsa
		return s.leaves.get(local)
	}
	if addr, err := netip.ParseAddr(name); err == nil {
		return s.leaves.get(leafName{ip: addr.Unmap().WithZone(""), rsa: rsa})
	}
	name = strings.ToLower(name)
	if !isDNSName(name) {
		s.logger.Debugf("TLS handshake with %s: no certificate for %q, which is not a host name", hello.Conn.RemoteAddr(), name)
		return nil, nil
	}
	return s.leaves.get(leafName{dns: name, rsa: rsa})
}

// hostOf removes the port and brackets.
func hostOf(hostport string) string {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = strings.Trim(hostport, "[]")
	}
	return strings.TrimSuffix(host, ".")
}

// isDNSName reports whether a lower-case name is valid in a certificate.
func isDNSName(name string) bool {
	if len(name) > 253 {
		return false
	}
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for _, c := range []byte(label) {
			if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
				return false
			}
		}
	}
	return true
}

// leafName is what a certificate is for: a DNS name, an address, or, with local, this
// machine, reached at ip.
type leafName struct {
	dns   string
	ip    netip.Addr
	local bool
	// rsa asks for an RSA key, which all such certificates share.
	rsa bool
}

func localName(addr net.Addr) leafName {
	name := leafName{local: true}
	if tcp, ok := addr.(*net.TCPAddr); ok {
		name.ip = tcp.AddrPort().Addr().Unmap().WithZone("")
	}
	return name
}

// template returns the certificate to mint, without dates.
func (n leafName) template() pki.Template {
	t := pki.Template{CommonName: n.dns}
	if n.dns != "" {
		t.DNSNames = []string{n.dns}
	}
	if n.local {
		t.CommonName = "localhost"
		t.DNSNames = []string{"localhost"}
		t.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}
	}
	if n.ip.IsValid() && !(n.local && n.ip.IsLoopback()) {
		t.IPAddresses = append(t.IPAddresses, n.ip.AsSlice())
	}
	if t.CommonName == "" {
		t.CommonName = n.ip.String()
	}
	if len(t.CommonName) > maxCommonName {
		t.CommonName = ""
	}
	return t
}

// leaves is the cache of minted certificates. It is limited, evicts the least recently
// used, and mints each certificate once, no matter how many viewers ask for it at a time.
type leaves struct {
	ca    *CA
	now   func() time.Time
	limit int
	// rsaKey returns the RSA key, made when the first viewer needs it.
	rsaKey func() (crypto.Signer, error)

	mu     sync.Mutex
	byName map[leafName]*list.Element // of *leaf
	recent *list.List                 // the most recently used first
}

// leaf is one certificate, minted by the first call of mint.
type leaf struct {
	name leafName
	mint func() (*tls.Certificate, error)
}

func newLeaves(ca *CA, now func() time.Time, limit int) *leaves {
	return &leaves{ca: ca, now: now, limit: limit, rsaKey: sync.OnceValues(func() (crypto.Signer, error) { return pki.NewKey(pki.RSA2048) }), byName: map[leafName]*list.Element{}, recent: list.New()}
}

// get returns the certificate for a name.
func (l *leaves) get(name leafName) (*tls.Certificate, error) {
	element := l.find(name)
	cert, err := element.Value.(*leaf).mint()
	if err == nil && l.now().Before(cert.Leaf.NotAfter.Add(-leafRenewal)) {
		return cert, nil
	}
	l.remove(element)
	if err != nil {
		return nil, err
	}
	return l.find(name).Value.(*leaf).mint()
}

// find returns the cache entry for a name, adding one if needed.
func (l *leaves) find(name leafName) *list.Element {
	l.mu.Lock()
	defer l.mu.Unlock()
	if element, ok := l.byName[name]; ok {
		l.recent.MoveToFront(element)
		return element
	}
	element := l.recent.PushFront(&leaf{name: name, mint: sync.OnceValues(func() (*tls.Certificate, error) {
		t := name.template()
		if name.rsa {
			key, err := l.rsaKey()
			if err != nil {
				return nil, err
			}
			t.Key = key
		}
		return l.ca.leaf(t, l.now())
	})})
	l.byName[name] = element
	if l.recent.Len() > l.limit {
		l.drop(l.recent.Back())
	}
	return element
}

// remove removes an entry, unless it is already gone.
func (l *leaves) remove(element *list.Element) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.byName[element.Value.(*leaf).name] == element {
		l.drop(element)
	}
}

func (l *leaves) drop(element *list.Element) {
	l.recent.Remove(element)
	delete(l.byName, element.Value.(*leaf).name)
}
