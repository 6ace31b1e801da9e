package check

import (
	"slices"

	"github.com/edgesim/edgesim/policy"
)

// distributionName stands in for a software where the name asked for is
// the distribution's own: nobody gets a certificate for that, so the name has to
// change, whatever the software.
const distributionName = "distribution-name"

// awsHost says whether the origin is asked under a viewer's Host that is one of
// AWS's names.
func awsHost(k *caseOf) bool {
	return k.plan.HostForwarded && policy.NamedByAWS(k.viewers[0].Host)
}

// certifiable is the name for which to get a certificate: the viewer's Host
// before the origin's own name, and neither where it is one of AWS's.
func certifiable(k *caseOf) string {
	names := k.plan.Target.AcceptedNames
	for i := len(names) - 1; i >= 0; i-- {
		if !policy.NamedByAWS(names[i]) {
			return names[i]
		}
	}
	if awsHost(k) {
		return "YOUR-ALIAS"
	}
	return k.origin.DomainName // of a load balancer: its fixes say what to do
}

// namesDistribution says whether a case fails by the distribution's own name.
func namesDistribution(k *caseOf) bool {
	switch {
	case !awsHost(k):
		return false
	case k.visit.cause.Name == policy.CauseTLSHandshakeFailure:
		return anyWorks(k.visit.tries)
	}
	return k.visit.cause.Name == policy.CauseCertNameMismatch
}

// anyWorks says whether another setting was found to do.
func anyWorks(tries []Try) bool {
	return slices.ContainsFunc(tries, func(t Try) bool { return t.Works })
}

// unreachedHint is what is known of an origin that could not be connected to
// beyond what its settings tell, e.g. that --connect leads elsewhere; "" if it is
// nothing.
func unreachedHint(cause *policy.Cause) string {
	if cause.Stage == policy.StageResolve || cause.Stage == policy.StageDial {
		return cause.Hint
	}
	return ""
}
