package check

import (
	"context"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/internal/tlswire"
	"github.com/edgesim/edgesim/policy"
)

// Try is another setting that was tried with the origin after a failure, so that advice is
// proven before it is given.
type Try struct {
	// Setting is what would be changed in the distribution.
	Setting string `json:"setting"`
	// Works means that the origin would then be reached.
	Works bool `json:"works"`
	// Observed describes the result; Rule is what failed.
	Observed string        `json:"observed"`
	Rule     policy.RuleID `json:"rule,omitempty"`

	// guessed means that the viewer's name was taken from the certificate, as the
	// configuration has none.
	guessed bool
	// policy is the origin request policy that decides about Host, if that was tried after
	// an answer.
	policy string
}

// try finds out whether another setting would work where this one fails. Each try uses one
// connection of its own, and none sends more than a GET for "/".
func (v *visit) try(ctx context.Context, c *Config) []Try {
	secure, name := v.plan.Target.TLS, v.cause.Name
	var tries []Try
	add := func(t *Try) {
		if t != nil && ctx.Err() == nil {
			tries = append(tries, *t)
		}
	}
	unreached := name == policy.CauseConnectRefused || name == policy.CauseConnectTimeout || name == policy.CauseConnectReset
	switch {
	case fromHereOnly(v.cause) != "":
	case secure && name == policy.CauseTLSProtocolMismatch:
		add(v.tryVersions(ctx))
	case secure && (name == policy.CauseCertNameMismatch || name == policy.CauseTLSHandshakeFailure):
		add(v.tryHost(ctx, c))
		if v.cause.Stage == policy.StageVerify && len(tries) == 0 {
			add(v.tryHTTP(ctx))
		}
	case secure && (unreached || v.cause.Stage == policy.StageVerify || name == policy.CauseTLSNotTLS):
		add(v.tryHTTP(ctx))
	case unreached:
		add(v.tryHTTPS(ctx))
	}
	return tries
}

// tryHost performs a handshake as if the behavior treated Host the other way.
func (v *visit) tryHost(ctx context.Context, c *Config) *Try {
	name, request := "AllViewer", *v.request
	if v.plan.HostForwarded {
		name = "AllViewerExceptHostHeader"
	} else if request.Host = v.otherName(c); request.Host == "" {
		return nil
	}
	b := *v.plan.Behavior
	b.ForwardedValues = nil
	b.CachePolicy, _ = distribution.ManagedCachePolicy("CachingDisabled")
	b.OriginRequestPolicy, _ = distribution.ManagedOriginRequestPolicy(name)
	t := &Try{Setting: "origin request policy " + name + ", which sends the origin's own name"}
	if !v.plan.HostForwarded {
		t.Setting = "origin request policy " + name + ", with viewers at " + request.Host
		t.guessed = c.Host == "" && len(v.edge.Distribution.Aliases) == 0
	}
	return v.tryPlan(ctx, t, v.edge.PlanRequest(&request, &b, v.plan.Origin, edge.NewID()))
}

// tryAnswer asks again, as if the behavior treated Host the other way, after the origin
// refused: an application that routes by Host may know only the viewer's name, and a
// platform only its own. If the configuration names no viewer's Host, there is nothing to
// try.
func (v *visit) tryAnswer(ctx context.Context, c *Config) []Try {
	switch v.status {
	case http.StatusBadRequest, http.StatusForbidden, http.StatusNotFound, http.StatusMisdirectedRequest:
	default:
		return nil
	}
	if v.plan.Origin.Kind != distribution.OriginCustom || c.Host == "" && len(v.edge.Distribution.Aliases) == 0 {
		return nil
	}
	t := Try{policy: "AllViewer"}
	if v.plan.HostForwarded {
		t.policy = "AllViewerExceptHostHeader"
	}
	b := *v.plan.Behavior
	b.ForwardedValues = nil
	b.CachePolicy, _ = distribution.ManagedCachePolicy("CachingDisabled")
	b.OriginRequestPolicy, _ = distribution.ManagedOriginRequestPolicy(t.policy)
	t.Setting = "origin request policy " + t.policy
	p := v.edge.PlanRequest(v.request, &b, v.plan.Origin, edge.NewID())
	host := p.Request.Header[0]
	if p.HostForwarded == v.plan.HostForwarded || strings.EqualFold(host.Value, v.plan.Request.Header[0].Value) {
		return nil
	}
	// Only Host may make the difference.
	p.Request = v.plan.Request
	p.Request.Header = append([]policy.Field{host}, v.plan.Request.Header[1:]...)
	p.Target.Attempts, p.Target.ConnectTimeout, p.Target.ResponseTimeout = 1, min(p.Target.ConnectTimeout, briefly), briefly
	result := v.edge.Client.Do(ctx, p.Target, &p.Request)
	if result.Response == nil {
		t.Observed, t.Rule = result.Cause.Detail, result.Cause.Rule
		return []Try{t}
	}
	_, _ = io.CopyN(io.Discard, result.Response.Body, bodyLimit)
	result.Response.Body.Close()
	t.Works = result.Response.Status < 400
	t.Observed = fmt.Sprintf("with Host: %s it answers %d", host.Value, result.Response.Status)
	return []Try{t}
}

// otherName returns a viewer's name for which Host could be forwarded: the requested one,
// an alias, or one that the certificate covers.
func (v *visit) otherName(c *Config) string {
	if c.Host != "" {
		return c.Host
	}
	d := v.edge.Distribution
	if len(d.Aliases) > 0 {
		return v.request.Host
	}
	if h := v.last().Handshake; h != nil && len(h.PeerCertificates) > 0 {
		if leaf, err := x509.ParseCertificate(h.PeerCertificates[0]); err == nil {
			for _, name := range leaf.DNSNames {
				if !strings.HasPrefix(name, "*") {
					return name
				}
			}
		}
	}
	return ""
}

// tryVersions performs a handshake with every version that can be configured.
func (v *visit) tryVersions(ctx context.Context) *Try {
	all := []distribution.SSLProtocol{distribution.TLSv1, distribution.TLSv11, distribution.TLSv12}
	missing := slices.DeleteFunc(slices.Clone(all), func(p distribution.SSLProtocol) bool { return slices.Contains(v.plan.Origin.SSLProtocols, p) })
	if len(missing) == 0 {
		return nil
	}
	o := *v.plan.Origin
	o.SSLProtocols = all
	return v.tryPlan(ctx, &Try{Setting: "OriginSslProtocols TLSv1, TLSv1.1, TLSv1.2"}, v.edge.PlanRequest(v.request, v.plan.Behavior, &o, edge.NewID()))
}

// tryHTTPS performs a handshake on the HTTPS port of an origin that is asked over HTTP.
func (v *visit) tryHTTPS(ctx context.Context) *Try {
	o := *v.plan.Origin
	o.ProtocolPolicy = distribution.OriginHTTPSOnly
	if len(o.SSLProtocols) == 0 {
		o.SSLProtocols = []distribution.SSLProtocol{distribution.TLSv12}
	}
	setting := fmt.Sprintf("OriginProtocolPolicy https-only (port %d)", o.HTTPSPort)
	return v.tryPlan(ctx, &Try{Setting: setting}, v.edge.PlanRequest(v.request, v.plan.Behavior, &o, edge.NewID()))
}

// tryPlan performs a handshake with another plan.
func (v *visit) tryPlan(ctx context.Context, t *Try, p edge.Plan) *Try {
	p.Target.ConnectTimeout = min(p.Target.ConnectTimeout, briefly)
	conn, a := v.edge.Client.Connect(ctx, p.Target)
	if conn != nil {
		conn.Close()
	}
	if p.Target.Port != v.plan.Target.Port && a.Address == v.last().Address {
		return nil // --connect sends both ports to the same place: it says nothing
	}
	if a.Cause != nil {
		t.Observed, t.Rule = a.Cause.Detail, a.Cause.Rule
		return t
	}
	t.Works, t.Observed = true, "the handshake succeeds with "+tlswire.VersionName(a.Handshake.Version)
	if p.Target.SNI != "" {
		t.Observed += " for the name " + p.Target.SNI
	}
	return t
}

// tryHTTP asks over plain HTTP if HTTPS does not get through.
func (v *visit) tryHTTP(ctx context.Context) *Try {
	port := v.plan.Origin.HTTPPort
	if port == v.plan.Target.Port {
		return nil
	}
	t := &Try{Setting: fmt.Sprintf("OriginProtocolPolicy http-only (port %d)", port)}
	header, status, a := v.askPlain(ctx, port)
	if a.Address == v.last().Address {
		return nil
	}
	if a.Cause != nil {
		t.Observed, t.Rule = a.Cause.Detail, a.Cause.Rule
		return t
	}
	if v.software == nil {
		v.software = softwareByHeader(header)
	}
	t.Works, t.Observed = true, fmt.Sprintf("port %d answers HTTP with status %d", port, status)
	if to := header.Get("Location"); to != "" {
		t.Observed += " and Location " + printable(to)
	}
	return t
}
