package distribution

import "fmt"

// Validate returns what CloudFront's API would reject in a cache policy; paths
// begin with the given one.
func (p *CachePolicy) Validate(path string) []Problem {
	v := &validator{}
	v.cachePolicy(path, p)
	return v.problems
}

// Validate returns what CloudFront's API would reject in an origin request policy.
func (p *OriginRequestPolicy) Validate(path string) []Problem {
	v := &validator{}
	v.originRequestPolicy(path, p)
	return v.problems
}

// Validate returns what CloudFront's API would reject in a response headers policy.
func (p *ResponseHeadersPolicy) Validate(path string) []Problem {
	v := &validator{}
	v.responseHeadersPolicy(path, p)
	return v.problems
}

// validatePolicies validates the policies of all behaviors, each at its first use.
func (d *Distribution) validatePolicies() []Problem {
	v := &validator{dist: d}
	seen := map[any]bool{}
	behavior := func(path string, b *CacheBehavior) {
		if p := b.CachePolicy; p != nil && !seen[p] {
			seen[p] = true
			v.cachePolicy(path+".CachePolicy", p)
		}
		if p := b.OriginRequestPolicy; p != nil && !seen[p] {
			seen[p] = true
			v.originRequestPolicy(path+".OriginRequestPolicy", p)
		}
		if p := b.ResponseHeadersPolicy; p != nil && !seen[p] {
			seen[p] = true
			v.responseHeadersPolicy(path+".ResponseHeadersPolicy", p)
		}
	}
	behavior("DefaultCacheBehavior", &d.DefaultBehavior)
	for i := range d.Behaviors {
		behavior(fmt.Sprintf("CacheBehaviors.Items[%d]", i), &d.Behaviors[i])
	}
	return v.problems
}
