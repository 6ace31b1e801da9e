package edge

import (
	"net/http"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

// grpc reports whether a request goes to the origin as a gRPC call, and why not if it is
// one but does not.
func (l *Location) grpc(v *ViewerRequest, b *distribution.CacheBehavior, o *distribution.Origin, secure bool) (bool, []policy.Finding) {
	if !policy.AsksForGRPC(v.Method, v.Header) {
		return false, nil
	}
	return policy.JudgeGRPC(policy.GRPCFacts{
		Behavior: b, Scheme: v.Scheme, Proto: v.Proto, OriginTLS: secure, OriginMTLS: l.ClientCertificates[o.ID] != nil,
	})
}

// plannedCall records that a request is a gRPC call.
func (x *exchange) plannedCall(p *Plan) {
	if p.GRPC {
		x.exchange.GRPC = &recording.GRPC{}
	}
}

// called records how a gRPC call ended, once its response has ended: from the trailer, or
// from the head of a response that has nothing else.
func (x *exchange) called() {
	call := x.exchange.GRPC
	if call == nil {
		return
	}
	x.exchange.Response.Trailer = x.trailer
	for _, fields := range []http.Header{x.trailer, x.exchange.Response.Header} {
		if len(fields["Grpc-Status"]) > 0 {
			call.Status, call.Message = fields.Get("Grpc-Status"), fields.Get("Grpc-Message")
			return
		}
	}
}
