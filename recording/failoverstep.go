package recording

import "github.com/edgesim/edgesim/policy"

// FailoverStep is a member of an origin group that was given up for the next one
// (CF-FAILOVER-03).
type FailoverStep struct {
	// Origin is the id of the member.
	Origin string
	// Status is what it answered; 0 where Cause says why there was no answer.
	Status int
	Cause  *policy.Cause
}

// failoverJSON is the shape of a FailoverStep.
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
