package check

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/edgesim/edgesim/internal/tlswire"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

// askRest asks an origin, once its certificates have been seen, for the others that it has
// for CloudFront's hello, and performs handshakes with the other versions of the documented
// lists, so that the report can say what a run with those would say. All of this runs in
// parallel. A serving edge does none of it: CloudFront does not make such connections.
func (v *visit) askRest(ctx context.Context) {
	h := v.last().Handshake
	if h == nil || len(h.PeerCertificates) == 0 {
		return
	}
	t := v.plan.Target
	t.ConnectTimeout = min(t.ConnectTimeout, briefly)
	var running sync.WaitGroup
	running.Go(func() { v.presented, _ = v.edge.Client.Presented(ctx, t) })
	for _, o := range v.otherOffers() {
		d := &dated{offer: o}
		v.dated = append(v.dated, d)
		running.Go(func() { d.attempt = v.edge.Client.ShakeHands(ctx, withOffer(t, o)) })
	}
	running.Wait()
	for _, d := range v.dated {
		// A refusal for an unknown reason takes a scan.
		if refused(d.attempt.Cause) && !slices.ContainsFunc(v.presented, func(p originconn.Presented) bool { return d.offer.Allows(p.Version) }) {
			running.Go(func() { d.attempt = v.explained(ctx, withOffer(t, d.offer)) })
		}
	}
	running.Wait()
	other := func(p originconn.Presented) bool { return !sameChain(p.Chain, h.PeerCertificates) }
	fails := func(p originconn.Presented) bool { return p.Cause() != nil }
	if !slices.ContainsFunc(v.presented, other) || !slices.ContainsFunc(v.presented, fails) {
		return // one certificate, or none that fails: with less, it is the same
	}
	for _, d := range v.dated {
		running.Go(func() { d.presented, _ = v.edge.Client.Presented(ctx, withOffer(t, d.offer)) })
	}
	running.Wait()
}

// refused reports whether a handshake was refused for an unknown reason.
func refused(c *policy.Cause) bool {
	return c != nil && c.Name == policy.CauseTLSHandshakeFailure && c.Rule == c.Name.Spec().Rule
}

// explained performs a handshake and finds out why it is refused.
func (v *visit) explained(ctx context.Context, t originconn.Target) *originconn.Attempt {
	conn, a := v.edge.Client.Connect(ctx, t)
	if conn != nil {
		conn.Close()
	}
	return a
}

func withOffer(t originconn.Target, o policy.Offer) originconn.Target {
	t.Offer = o
	return t
}

// dated is what was seen with another version of the lists.
type dated struct {
	offer     policy.Offer
	attempt   *originconn.Attempt
	presented []originconn.Presented
}

// otherOffers returns the offers of the other versions of the lists, each once.
func (v *visit) otherOffers() []policy.Offer {
	var all []policy.Offer
	for _, s := range policy.Snapshots() {
		o := policy.OfferFor(v.plan.Origin.SSLProtocols, s)
		if !sameOffer(o, v.plan.Target.Offer) && !slices.ContainsFunc(all, func(other policy.Offer) bool { return sameOffer(o, other) }) {
			all = append(all, o)
		}
	}
	return all
}

func sameOffer(a, b policy.Offer) bool {
	return slices.Equal(a.Versions, b.Versions) && slices.Equal(a.Suites, b.Suites) && slices.Equal(a.Groups, b.Groups)
}

// otherChain is a failing chain that an origin has besides the one that was judged.
type otherChain struct {
	originconn.Presented
	cause *policy.Cause
}

// otherChains returns the failing chains that an origin presents, each once, without the
// one that was shown.
func otherChains(presented []originconn.Presented, shown [][]byte) []otherChain {
	var all []otherChain
	for _, p := range presented {
		cause := p.Cause()
		same := func(other otherChain) bool { return sameChain(other.Chain, p.Chain) && other.cause.Rule == cause.Rule }
		if cause == nil || sameChain(p.Chain, shown) || slices.ContainsFunc(all, same) {
			continue
		}
		all = append(all, otherChain{p, cause})
	}
	return all
}

func sameChain(a, b [][]byte) bool { return slices.EqualFunc(a, b, bytes.Equal) }

// certificateFindings warns of certificates that the origin may present to CloudFront
// instead of the one that was judged.
func (v *visit) certificateFindings() []policy.Finding {
	h := v.last().Handshake
	if h == nil || v.spared {
		return nil
	}
	var found []policy.Finding
	for _, other := range otherChains(v.presented, h.PeerCertificates) {
		deciding, _ := policy.DecidingFinding(other.Findings)
		deciding.Verdict, deciding.Cause, deciding.Inferred = policy.Warn, "", true
		deciding.Subject = fmt.Sprintf("the certificate for %s keys in %s, %s", other.KeyType, tlswire.VersionName(other.Version), deciding.Subject)
		deciding.Observed += "; the origin has several certificates, and which one CloudFront gets is not documented"
		found = append(found, deciding)
	}
	return found
}
