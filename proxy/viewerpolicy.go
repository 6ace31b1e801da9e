package proxy

import (
	"crypto/tls"
	"errors"
	"slices"
	"sync"

	"github.com/edgesim/edgesim/policy"
)

// offers are the TLS configurations by security policy, one for each.
type offers struct {
	mu     sync.Mutex
	byName map[offerName]*tls.Config
}

type offerName struct {
	policy string
	http2  bool
}

// errNoOffer ends a handshake with a viewer that supports nothing in its security policy.
var errNoOffer = errors.New("the security policy of the distribution has none of the viewer's cipher suites")

// configFor is the TLS configuration's GetConfigForClient: it returns what the security
// policy of the SNI's distribution allows.
func (s *Server) configFor(hello *tls.ClientHelloInfo) (*tls.Config, error) {
	p := s.config.ViewerPolicy(hello.ServerName)
	// HTTP/2 needs TLS 1.2 (CF-VIEW-47).
	name := offerName{p.Name, p.HTTP2 && slices.ContainsFunc(hello.SupportedVersions, func(v uint16) bool { return v >= tls.VersionTLS12 && v <= tls.VersionTLS13 })}
	if !sharesSuite(hello, &p) {
		s.logger.Debugf("TLS handshake with %s: %v", hello.Conn.RemoteAddr(), errNoOffer)
		return nil, errNoOffer
	}
	s.offers.mu.Lock()
	defer s.offers.mu.Unlock()
	if made := s.offers.byName[name]; made != nil {
		return made, nil
	}
	made := s.tls.Clone()
	made.GetConfigForClient = nil
	made.MinVersion, made.CipherSuites = max(p.Versions[0], tls.VersionTLS10), spoken(p.Suites)
	// CF-VIEW-39, CF-VIEW-40
	made.CurvePreferences = []tls.CurveID{tls.X25519MLKEM768, tls.SecP256r1MLKEM768, tls.CurveP256, tls.X25519, tls.CurveP384}
	if !name.http2 {
		made.NextProtos = []string{"http/1.1"}
	}
	if s.offers.byName == nil {
		s.offers.byName = map[offerName]*tls.Config{}
	}
	s.offers.byName[name] = made
	return made, nil
}

// sharesSuite reports whether a viewer supports a suite of the policy: crypto/tls cannot be
// told which TLS 1.3 suites to leave out.
func sharesSuite(hello *tls.ClientHelloInfo, p *policy.ViewerPolicy) bool {
	has := func(suite uint16) bool { return slices.Contains(hello.CipherSuites, suite) }
	return slices.ContainsFunc(p.TLS13, has) || slices.ContainsFunc(p.Suites, has)
}

// spoken returns the suites that crypto/tls supports, which excludes RC4-MD5 and the two
// with CBC and SHA-384. It is never nil, which would mean crypto/tls's own choice.
func spoken(suites []uint16) []uint16 {
	all := []uint16{}
	for _, known := range slices.Concat(tls.CipherSuites(), tls.InsecureCipherSuites()) {
		if slices.Contains(suites, known.ID) {
			all = append(all, known.ID)
		}
	}
	return all
}
