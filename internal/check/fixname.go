package check

import (
	"slices"

	"github.com/edgesim/edgesim/policy"
)

// distributionName stands in for a software if the requested name is the distribution's
// own: no one can get a certificate for that, so the name has to change, regardless of the
// software.
const distributionName = "distribution-name"

// awsHost reports whether the origin is asked with a viewer's Host that is one of AWS's
// names.
func awsHost(k *caseOf) bool {
	return k.plan.HostForwarded && policy.NamedByAWS(k.viewers[0].Host)
}

// certifiable returns the name to get a certificate for: the viewer's Host before the
// origin's own name, and neither if it is one of AWS's.
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

// namesDistribution reports whether a case fails because of the distribution's own name.
func namesDistribution(k *caseOf) bool {
	switch {
	case !awsHost(k):
		return false
	case k.visit.cause.Name == policy.CauseTLSHandshakeFailure:
		return anyWorks(k.visit.tries)
	}
	return k.visit.cause.Name == policy.CauseCertNameMismatch
}

// anyWorks reports whether another setting was found to work.
func anyWorks(tries []Try) bool {
	return slices.ContainsFunc(tries, func(t Try) bool { return t.Works })
}

// unreachedHint returns what is known about an origin that could not be connected to,
// beyond its settings, e.g. that --connect leads elsewhere; "" if there is nothing.
func unreachedHint(cause *policy.Cause) string {
	if cause.Stage == policy.StageResolve || cause.Stage == policy.StageDial {
		return cause.Hint
	}
	return ""
}
