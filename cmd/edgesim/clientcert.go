package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/policy"
)

// readClientCertificate reads the certificate that the edge presents to origins that
// request one, rejects what CloudFront would not accept, and stores it for the named
// origins, or for all.
func (s *settings) readClientCertificate(certFile, keyFile string, origins []string) error {
	if certFile == "" && keyFile == "" {
		return nil
	}
	if certFile == "" || keyFile == "" {
		return usage{err: errors.New("--client-certificate and --client-key go together")}
	}
	pair, err := tls.LoadX509KeyPair(certFile, keyFile)
	if err != nil {
		return usage{err: fmt.Errorf("--client-certificate: %w", err), hint: "both files are PEM; the certificate file has the leaf first"}
	}
	var chain []*x509.Certificate
	for i, der := range pair.Certificate {
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			return usage{err: fmt.Errorf("--client-certificate: certificate %d: %w", i, err)}
		}
		chain = append(chain, cert)
	}
	for _, f := range policy.JudgeClientCertificate(chain) {
		if f.Verdict == policy.Fail {
			return usage{err: fmt.Errorf("--client-certificate: %s; allowed: %s (%s)", f.Observed, f.Expected, f.Rule), hint: f.Hint}
		}
	}
	s.clientCertificates = map[string]*tls.Certificate{}
	for _, o := range s.distribution.Origins {
		if len(origins) == 0 || slices.Contains(origins, o.ID) {
			s.clientCertificates[o.ID] = &pair
		}
	}
	if len(origins) == 0 {
		s.certificateForAll = &pair
	}
	for _, id := range origins {
		if _, ok := s.distribution.Origin(id); !ok {
			return usage{err: fmt.Errorf("client-certificate-origins: there is no origin %q", id), hint: "the origins are " + strings.Join(originIDs(s), ", ")}
		}
	}
	return s.refuseGRPCWithCertificate()
}

// refuseGRPCWithCertificate rejects a client certificate if gRPC is enabled, as in a
// distribution's file (CF-CONF-28, CF-GRPC-06).
func (s *settings) refuseGRPCWithCertificate() error {
	d := s.distribution
	for _, b := range append([]distribution.CacheBehavior{d.DefaultBehavior}, d.Behaviors...) {
		members := []string{b.TargetOriginID}
		if group, ok := d.OriginGroup(b.TargetOriginID); ok {
			members = group.Members
		}
		for _, id := range members {
			if b.GRPC && s.clientCertificates[id] != nil {
				return usage{
					err:  fmt.Errorf("--client-certificate: the behavior %q has gRPC, which is not supported with origin mTLS, and goes to the origin %q (CF-CONF-28)", b.PathPattern, id),
					hint: "name the origins that get it with --client-certificate-origins, or turn GrpcConfig off",
				}
			}
		}
	}
	return nil
}

func originIDs(s *settings) []string {
	var ids []string
	for _, o := range s.distribution.Origins {
		ids = append(ids, o.ID)
	}
	return ids
}
