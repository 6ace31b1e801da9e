package edge

import (
	"crypto/tls"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

// Plan describes how the edge will handle one request. It is complete and made
// without any I/O, so that it can be shown as well as executed.
type Plan struct {
	Behavior *distribution.CacheBehavior
	Origin   *distribution.Origin
	// Choice is Origin with the changes made by a function.
	Choice policy.OriginChoice
	// HostForwarded reports whether the origin receives the viewer's Host, which is
	// then also sent as the SNI (CF-NAME-04).
	HostForwarded bool
	// GRPC reports whether the request is a gRPC call and is forwarded as one.
	GRPC bool
	// Target is the destination, and Request is the request to send.
	Target  originconn.Target
	Request originconn.Request
	// Changes are the changes that the settings make to the viewer's request.
	// policy.AllChanges adds what stays unchanged and what the edge always writes.
	Changes []policy.Change
	// Findings are the problems and remarks found during planning.
	Findings []policy.Finding
}

// PlanRequest builds the origin request for a viewer request and determines its
// destination, for the first location. The plan does not include the request body.
func (e *Edge) PlanRequest(v *ViewerRequest, b *distribution.CacheBehavior, o *distribution.Origin, id string) Plan {
	return e.plan(e.first(), v, b, policy.OriginChoice{Origin: o}, id, "", &policy.ChangeLog{})
}

// PlanChoice is like [Edge.PlanRequest], but for a given location, and for an
// origin whose names and settings a function may have changed.
func (e *Edge) PlanChoice(l *Location, v *ViewerRequest, b *distribution.CacheBehavior, choice policy.OriginChoice, id string) Plan {
	return e.plan(l, v, b, choice, id, "", &policy.ChangeLog{})
}

// plan is PlanRequest; for the request of a custom error page, errorURI is what the viewer
// asked for. Changes made by settings are added to log, which may be nil.
func (e *Edge) plan(l *Location, v *ViewerRequest, b *distribution.CacheBehavior, choice policy.OriginChoice, id, errorURI string, log *policy.ChangeLog) Plan {
	o := choice.Origin
	secure := policy.OriginOverHTTPS(o, v.Scheme)
	webSocket, findings := l.webSocket(v, b, o)
	grpc, more := l.grpc(v, b, o, secure)
	facts := e.facts(l, v, b)
	facts.ID, facts.Origin, facts.ErrorURI, facts.WebSocket, facts.GRPC, facts.Log = id, o, errorURI, webSocket, grpc, log
	facts.HostChosen = choice.Host
	request := policy.BuildRequest(facts)
	return Plan{
		Behavior: b, Origin: o, Choice: choice, HostForwarded: request.HostForwarded, GRPC: grpc,
		Target:  e.chosenTarget(l, targetKey{o, secure, grpc}, choice, v.Host, request.HostForwarded),
		Request: originconn.Request{Method: request.Method, RequestURI: request.URI, ViewerURI: v.URI, Header: request.Header, WebSocket: webSocket},
		Changes: log.List(), Findings: append(findings, more...),
	}
}

// webSocket reports whether a request sets up a WebSocket, and why not if it wants to but
// cannot.
func (l *Location) webSocket(v *ViewerRequest, b *distribution.CacheBehavior, o *distribution.Origin) (bool, []policy.Finding) {
	if !policy.AsksForWebSocket(v.Method, v.Proto, v.Header) {
		return false, policy.JudgeNoWebSocket(v.Proto, v.Header)
	}
	return policy.JudgeWebSocket(policy.WebSocketFacts{Behavior: b, OriginMTLS: l.ClientCertificates[o.ID] != nil})
}

// facts returns what the rules need to know about a viewer's request before an origin is
// chosen.
func (e *Edge) facts(l *Location, v *ViewerRequest, b *distribution.CacheBehavior) policy.RequestFacts {
	return policy.RequestFacts{
		Method: v.Method, Host: v.Host, URI: v.URI, Proto: v.Proto, Header: v.Header, Fields: v.Fields, RemoteAddr: v.RemoteAddr,
		Scheme: v.Scheme, TLS: viewerTLS(v.TLS), Geography: e.Geography, EdgeHost: host(),
		DefaultRootObject: l.Distribution.DefaultRootObject, Behavior: b,
	}
}

// viewerTLS returns what the rules need to know about a viewer's connection.
func viewerTLS(state *tls.ConnectionState) *policy.ViewerTLS {
	if state == nil {
		return nil
	}
	return &policy.ViewerTLS{Version: state.Version, CipherSuite: state.CipherSuite, Resumed: state.DidResume}
}

// targetKey is what a target depends on if Host is not forwarded.
type targetKey struct {
	origin *distribution.Origin
	secure bool
	http2  bool
}

// targetFor returns the target for one request. If Host is not forwarded, it is the same
// for all requests and made once.
func (e *Edge) targetFor(l *Location, key targetKey, host string, forwarded bool) originconn.Target {
	if forwarded {
		return e.target(l, key, host, true)
	}
	if made, ok := l.targets.Load(key); ok {
		return *made.(*originconn.Target)
	}
	t := e.target(l, key, host, false).Keyed()
	l.targets.Store(key, &t)
	return t
}

// chosenTarget is targetFor for an origin whose names and settings a function may have
// changed (CF-NAME-06 to CF-NAME-09).
func (e *Edge) chosenTarget(l *Location, key targetKey, c policy.OriginChoice, host string, forwarded bool) originconn.Target {
	if !c.Changed && c.Host == "" && c.SNI == "" && c.Names == nil && !c.NoClientCertificate {
		return e.targetFor(l, key, host, forwarded)
	}
	if c.Host != "" {
		host, forwarded = c.Host, true
	}
	t := e.target(l, key, host, forwarded) // for this request alone, so it is not kept
	if c.SNI != "" && key.secure {
		t.SNI = policy.SNI(c.SNI, "", false)
	}
	if c.Names != nil && key.secure {
		t.AcceptedNames, t.NamePatterns = c.Names, true
	}
	if c.NoClientCertificate {
		t.ClientCertificate = nil
	}
	return t
}

// target returns where and how to reach an origin.
func (e *Edge) target(l *Location, key targetKey, host string, forwarded bool) originconn.Target {
	o := key.origin
	t := originconn.Target{
		Host: o.DomainName, Port: o.HTTPPort, TLS: key.secure, HTTP2: key.http2, IPAddressType: o.IPAddressType,
		Attempts: o.ConnectionAttempts, ConnectTimeout: o.ConnectionTimeout, ResponseTimeout: o.ResponseTimeout,
		CompletionTimeout: o.ResponseCompletionTimeout, KeepaliveTimeout: o.KeepaliveTimeout,
	}
	if key.secure {
		t.Port, t.PlainPort = o.HTTPSPort, o.HTTPPort
		t.SNI = policy.SNI(o.DomainName, host, forwarded)
		t.AcceptedNames = policy.NamesFor(o.DomainName, host, forwarded)
		if e.HostOnly && forwarded && len(t.AcceptedNames) > 1 {
			t.AcceptedNames = t.AcceptedNames[1:]
		}
		t.Strict = e.Strict
		t.ClientCertificate = l.ClientCertificates[o.ID]
		t.Offer = policy.OfferFor(o.SSLProtocols, e.snapshot())
	}
	return t
}

func (e *Edge) snapshot() policy.Snapshot {
	if e.Snapshot.Name == "" {
		return policy.CurrentSnapshot()
	}
	return e.Snapshot
}

// PolicyName returns the name of the snapshot of the documented lists that the edge
// offers to origins.
func (e *Edge) PolicyName() string { return e.snapshot().Name }
