package policy

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/edgesim/edgesim/distribution"
)

// AsksForGRPC reports whether a viewer's request is a gRPC call, by its method
// and its Content-Type (CF-GRPC-01). gRPC-Web does not count: it is designed for
// HTTP/1.1.
func AsksForGRPC(method string, h http.Header) bool {
	values := h["Content-Type"]
	if method != http.MethodPost || len(values) == 0 {
		return false
	}
	rest, ok := strings.CutPrefix(values[0], "application/grpc")
	return ok && (rest == "" || rest[0] == '+' || rest[0] == ';')
}

// GRPCFacts is what decides whether a gRPC call is forwarded to an origin as
// gRPC.
type GRPCFacts struct {
	Behavior *distribution.CacheBehavior
	// Scheme and Proto are the viewer's.
	Scheme, Proto string
	// OriginTLS says that the edge connects to the origin over HTTPS.
	OriginTLS bool
	// OriginMTLS says that the edge has a client certificate for the origin.
	OriginMTLS bool
}

// JudgeGRPC decides whether a call is forwarded as gRPC, over HTTP/2, and if not,
// why. In that case it is forwarded as an ordinary request over HTTP/1.1, whose
// response has no trailers; that the edge does not refuse it is inferred.
func JudgeGRPC(f GRPCFacts) (ok bool, findings []Finding) {
	finding := Finding{Verdict: Fail, Subject: "gRPC", Inferred: true}
	switch {
	case !f.Behavior.GRPC:
		finding.Rule, finding.Observed = "CF-GRPC-01", fmt.Sprintf("gRPC is not enabled on the behavior %q", f.Behavior.PathPattern)
		finding.Expected, finding.Hint = "GrpcConfig.Enabled true", "set GrpcConfig.Enabled on the behavior, with all methods and HTTP/2"
	case f.Scheme != "https":
		finding.Rule, finding.Observed, finding.Expected = "CF-GRPC-02", "the viewer came over HTTP", "HTTPS end to end"
	case !strings.HasPrefix(f.Proto, "HTTP/2"):
		finding.Rule, finding.Observed, finding.Expected = "CF-GRPC-04", "the viewer came over "+f.Proto, "HTTP/2"
	case !f.OriginTLS:
		finding.Rule, finding.Observed, finding.Expected = "CF-GRPC-02", "the origin is reached over HTTP", "HTTPS end to end"
		finding.Hint = "set the origin protocol policy to https-only, and serve gRPC over TLS"
	case f.OriginMTLS:
		finding.Rule, finding.Observed, finding.Expected = "CF-GRPC-06", "origin mTLS is on", "an origin without a client certificate"
	default:
		return true, nil
	}
	finding.Observed += ", so the call went on as an ordinary request over HTTP/1.1"
	return false, append(findings, finding)
}
