package main

import (
	"context"
	"fmt"
	"time"

	"github.com/edgesim/edgesim/internal/pki"
	"github.com/edgesim/edgesim/policy"
)

// tlsReport is the section about TLS toward the origin: edgesim's two TLS clients compared
// with the standard library's, and the scan compared with other scanners.
type tlsReport struct {
	Origin string        `json:"origin"`
	Rounds int           `json:"rounds"`
	Turn   time.Duration `json:"turnNanoseconds"`
	// Handshakes are full and resumed handshakes, a cell for each certificate and version.
	// Requests are exchanges over a kept-alive connection.
	Handshakes []tlsCell `json:"handshakes"`
	Requests   []tlsCell `json:"requests"`
	Scans      []scanRow `json:"scans"`
}

// tlsCell is one setting with the figures of all subjects in it.
type tlsCell struct {
	// Certificate is the kind of the origin's key.
	Certificate string `json:"certificate"`
	// Version is the one that every subject negotiated.
	Version string `json:"version"`
	// Body is the length of the body; 0 for handshakes.
	Body     int          `json:"bodyBytes,omitempty"`
	Subjects []tlsFigures `json:"subjects"`
}

// tlsFigures are the medians of one subject in one cell; ratios are medians of the rounds'
// ratios to std. CPU is that of this process in microseconds, which is only the client's,
// and 0 if unknown.
type tlsFigures struct {
	Subject   string  `json:"subject"`
	Agreed    string  `json:"agreed"` // suite and group
	Rate      float64 `json:"perSecond"`
	RateRatio float64 `json:"perSecondToStd"`
	CPU       float64 `json:"cpuMicroseconds,omitempty"`
	CPURatio  float64 `json:"cpuToStd,omitempty"`
	Errors    int64   `json:"errors"`
}

// The subjects of this section besides nameStd.
const (
	nameTransport = "std, http.Transport"
	nameResumed   = "std, resumed"
	nameFirst     = "first road"
	nameLegacy    = "legacy road"
)

// tlsOrigin is an origin with one kind of key.
type tlsOrigin struct {
	kind    pki.KeyKind
	address string
	child   *child
}

// tls measures the section.
func (b *bench) tls(ctx context.Context) (*tlsReport, error) {
	origins, err := b.site.tlsOrigins(ctx)
	defer func() {
		for _, o := range origins {
			o.child.stop()
		}
	}()
	if err != nil {
		return nil, fmt.Errorf("TLS origin: %w", err)
	}
	r := &tlsReport{Origin: b.site.originKind, Rounds: b.plan.tlsRounds, Turn: b.plan.tlsTurn}
	for _, o := range origins {
		for _, version := range []uint16{policy.VersionTLS12, policy.VersionTLS13} {
			end := &tlsEnd{site: b.site, address: o.address, version: version}
			b.say("TLS handshakes, %s, %s", o.kind, policy.VersionName(version))
			if err := b.tlsCell(ctx, &r.Handshakes, tlsCell{Certificate: o.kind.String()}, end, handshakers(end)); err != nil {
				return nil, err
			}
		}
	}
	for _, body := range []int{allBodies[0], allBodies[len(allBodies)-1]} {
		for _, version := range []uint16{policy.VersionTLS12, policy.VersionTLS13} {
			end := &tlsEnd{site: b.site, address: origins[0].address, version: version}
			b.say("TLS requests of %s, %s", sizeName(body), policy.VersionName(version))
			c := tlsCell{Certificate: origins[0].kind.String(), Body: body}
			if err := b.tlsCell(ctx, &r.Requests, c, end, askers(end, body)); err != nil {
				return nil, err
			}
		}
	}
	r.Scans, err = b.scans(ctx, origins)
	return r, err
}

// tlsOrigins starts one origin for each kind of key. Even with an error it returns those
// that run, and the caller stops them.
func (s *site) tlsOrigins(ctx context.Context) ([]tlsOrigin, error) {
	var origins []tlsOrigin
	for _, kind := range []pki.KeyKind{pki.P256, pki.RSA2048} {
		name := "tls-" + kind.String()
		certFile, keyFile, err := s.issue(name, kind)
		if err != nil {
			return origins, err
		}
		child, address, err := s.originWith(ctx, name, certFile, keyFile)
		if child != nil {
			origins = append(origins, tlsOrigin{kind, address, child})
		}
		if err != nil {
			return origins, err
		}
	}
	return origins, nil
}

// tlsCell lets the workers of a cell take turns, and appends the result.
func (b *bench) tlsCell(ctx context.Context, to *[]tlsCell, c tlsCell, end *tlsEnd, starts []startWorker) error {
	var workers []*worker
	defer func() {
		for _, w := range workers {
			w.close()
		}
	}()
	for _, start := range starts {
		w, err := start(ctx)
		if err != nil {
			return err
		}
		workers = append(workers, w)
	}
	rounds, err := b.takeTurns(ctx, workers)
	if err != nil {
		return err
	}
	c.Version = policy.VersionName(end.version)
	for _, w := range workers {
		f := summarize(w.name, rounds)
		c.Subjects = append(c.Subjects, tlsFigures{w.name, w.agreed, f.Rate, f.RateRatio, f.CPU, f.CPURatio, f.Errors})
	}
	*to = append(*to, c)
	return nil
}
