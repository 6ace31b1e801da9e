package recording

import "github.com/edgesim/edgesim/policy"

// FailoverStep is a member of an origin group that the edge gave up on before
// trying the next one (CF-FAILOVER-03).
type FailoverStep struct {
	// Origin is the id of the member.
	Origin string
	// Status is the status it returned; 0 if there was no response, in which case
	// Cause says why.
	Status int
	Cause  *policy.Cause
}

// failoverJSON is the JSON form of a FailoverStep.
type failoverJSON struct {
	Origin string     `json:"origin"`
	Status int        `json:"status,omitempty"`
	Cause  *causeJSON `json:"cause,omitempty"`
}

func encodeFailover(steps []FailoverStep) []failoverJSON {
	var all []failoverJSON
	for _, s := range steps {
		all = append(all, failoverJSON{s.Origin, s.Status, encodeCause(s.Cause)})
	}
	return all
}

func decodeFailover(all []failoverJSON) []FailoverStep {
	var steps []FailoverStep
	for _, j := range all {
		steps = append(steps, FailoverStep{j.Origin, j.Status, decodeCause(j.Cause)})
	}
	return steps
}
