package lab

import (
	"context"
	"strings"
	"time"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/policy"
)

// Fault is one origin of the lab: what is wrong with it, and what a viewer gets for it.
type Fault struct {
	// Name is stable and in kebab case, e.g. "expired". It is the origin's id, its path in
	// the demo and the first label of its host name.
	Name string `json:"name"`
	// Title says in one sentence what is wrong with this origin.
	Title string `json:"title"`
	// Cause is the cause that the viewer must get; "" for a healthy origin and for a fault
	// that only shows in the body.
	Cause policy.CauseName `json:"cause,omitempty"`
	// BodyCause is the recorded cause for a body that ends early; the viewer has the status
	// by then. "" for every other origin.
	BodyCause policy.CauseName `json:"bodyCause,omitempty"`
	// Rules are the documented behaviors that it triggers or proves, the deciding one
	// first.
	Rules []policy.RuleID `json:"rules"`
	// Status is the status that the viewer gets.
	Status int `json:"status"`
	// Method is the request method that shows it; "" means GET.
	Method string `json:"method,omitempty"`
	// Scheme is how the edge must reach it: "https" or "http".
	Scheme string `json:"scheme"`
	// Tune sets what the origin's configuration needs to show the fault, e.g. a short
	// timeout, in an otherwise default configuration; nil for nothing.
	Tune func(*distribution.Origin) `json:"-"`

	// domain follows the name in the host name; "" means labDomain.
	domain string
	// start runs the origin on the site. The site ends what it starts.
	start func(ctx context.Context, s *site) error
}

// labDomain is the domain of every origin with an address. RFC 2606 reserves it.
const labDomain = "lab.edgesim.example"

// Host returns the origin's host name: NAME.lab.edgesim.example.
func (f Fault) Host() string {
	if f.domain != "" {
		return f.Name + "." + f.domain
	}
	return f.Name + "." + labDomain
}

// Path returns the path at which [Lab.Distribution] has this origin.
func (f Fault) Path() string { return "/" + f.Name }

// impatience is the timeout of origins that demonstrate a time rule. One second is the
// minimum that CloudFront accepts (CF-CONF-07, CF-CONF-08).
const impatience = time.Second

// hasConnectionTimeout tunes an origin so that the edge gives up connecting
// after one attempt of a second (CF-CONF-06, CF-CONF-07).
func hasConnectionTimeout(o *distribution.Origin) {
	o.ConnectionAttempts = 1
	o.ConnectionTimeout = impatience
}

// faultsNamed returns the faults to run, in the order of the list, each with its index
// there; no names means all. The second result holds the unknown names.
func faultsNamed(names []string) (wanted map[int]Fault, unknown []string) {
	wanted = make(map[int]Fault)
	all := Faults()
	for i, fault := range all {
		if len(names) == 0 {
			wanted[i] = fault
		}
	}
	for _, name := range names {
		found := false
		for i, fault := range all {
			if strings.EqualFold(fault.Name, name) {
				wanted[i], found = fault, true
			}
		}
		if !found {
			unknown = append(unknown, name)
		}
	}
	return wanted, unknown
}
