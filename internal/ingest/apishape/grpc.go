package apishape

import (
	"fmt"
	"slices"

	"github.com/edgesim/edgesim/distribution"
)

// grpcWarnings reports, for every behavior with gRPC, what its target lacks for it. The API
// is not documented to reject these.
func (r *reader) grpcWarnings(d *distribution.Distribution) {
	r.grpcWarning("DefaultCacheBehavior", d, &d.DefaultBehavior)
	for i := range d.Behaviors {
		r.grpcWarning(fmt.Sprintf("CacheBehaviors.Items[%d]", i), d, &d.Behaviors[i])
	}
}

func (r *reader) grpcWarning(path string, d *distribution.Distribution, b *distribution.CacheBehavior) {
	if !b.GRPC {
		return
	}
	path += ".GrpcConfig.Enabled"
	for i := range d.Origins { // an origin group cannot be a target (CF-CONF-102)
		o := &d.Origins[i]
		if o.ID != b.TargetOriginID {
			continue
		}
		if o.ProtocolPolicy == distribution.OriginHTTPOnly {
			r.notice(distribution.NoticeWarning, path, "the origin %q is reached over HTTP only, and gRPC needs HTTPS end to end (CF-GRPC-02); set its OriginProtocolPolicy https-only", o.ID)
		}
		if slices.Contains(r.vpc, fmt.Sprintf("Origins.Items[%d]", i)) {
			r.notice(distribution.NoticeWarning, path, "the origin %q is a VPC origin, which does not support gRPC (CF-GRPC-06, CF-VPC-02)", o.ID)
		}
	}
}
