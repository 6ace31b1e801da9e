package edge

import (
	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

// Plan is what the edge intends to do for one request: complete, and made
// without any I/O, so that it can be shown as well as carried out.
type Plan struct {
	Behavior *distribution.CacheBehavior
	Origin   *distribution.Origin
	// HostForwarded says that the origin gets the viewer's Host, and so is
	// asked for under that name in the SNI, too (CF-NAME-04).
	HostForwarded bool
	// Target says where to go, Request what to send there.
	Target  originconn.Target
	Request originconn.Request
}

// PlanRequest builds the origin request for a viewer's request and says where
// it goes. The request's body is not part of the plan.
func (e *Edge) PlanRequest(v *ViewerRequest, b *distribution.CacheBehavior, o *distribution.Origin, id string) Plan {
	request := policy.BuildRequest(policy.RequestFacts{
		Method: v.Method, Host: v.Host, URI: v.URI, Proto: v.Proto, Header: v.Header, RemoteAddr: v.RemoteAddr,
		ID: id, EdgeHost: host(), DefaultRootObject: e.Distribution.DefaultRootObject, Behavior: b, Origin: o,
	})
	secure := o.ProtocolPolicy == distribution.OriginHTTPSOnly ||
		o.ProtocolPolicy == distribution.OriginMatchViewer && v.Scheme == "https" // CF-CONN-03 to CF-CONN-06
	return Plan{
		Behavior: b, Origin: o, HostForwarded: request.HostForwarded,
		Target:  e.target(o, secure, v.Host, request.HostForwarded),
		Request: originconn.Request{Method: request.Method, RequestURI: request.URI, Header: request.Header},
	}
}

// target says where and how an origin is reached.
func (e *Edge) target(o *distribution.Origin, secure bool, host string, forwarded bool) originconn.Target {
	t := originconn.Target{
		Host: o.DomainName, Port: o.HTTPPort, TLS: secure, IPAddressType: o.IPAddressType,
		Attempts: o.ConnectionAttempts, ConnectTimeout: o.ConnectionTimeout, ResponseTimeout: o.ResponseTimeout,
		CompletionTimeout: o.ResponseCompletionTimeout, KeepaliveTimeout: o.KeepaliveTimeout,
	}
	if secure {
		t.Port = o.HTTPSPort
		t.SNI = policy.SNI(o.DomainName, host, forwarded)
		t.AcceptedNames = policy.NamesFor(o.DomainName, host, forwarded)
		t.ClientCertificate = e.ClientCertificates[o.ID]
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
