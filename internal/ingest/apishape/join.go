package apishape

import (
	"fmt"
	"slices"
	"strings"

	"github.com/edgesim/edgesim/distribution"
)

// joined handles behaviors whose target is not an origin or group. If the target or the id
// of an origin is unknown, they may still belong together: then the unknown value decides,
// and nothing is rejected.
func (r *reader) joined(d *distribution.Distribution, found []distribution.Problem) []distribution.Problem {
	if r.m.opts.AssumeUnresolved {
		return found
	}
	open := map[string]bool{}
	judge := func(path, target string) {
		_, origin := d.Origin(target)
		_, group := d.OriginGroup(target)
		if origin || group {
			return
		}
		if r.decides(path) {
			open[path] = true
			return
		}
		for i := range d.Origins {
			if r.decides(fmt.Sprintf("Origins.Items[%d].Id", i)) {
				open[path] = true
			}
		}
		for i := range d.OriginGroups {
			if r.decides(fmt.Sprintf("OriginGroups.Items[%d].Id", i)) {
				open[path] = true
			}
		}
	}
	judge("DefaultCacheBehavior.TargetOriginId", d.DefaultBehavior.TargetOriginID)
	for i := range d.Behaviors {
		judge(fmt.Sprintf("CacheBehaviors.Items[%d].TargetOriginId", i), d.Behaviors[i].TargetOriginID)
	}
	return slices.DeleteFunc(found, func(p distribution.Problem) bool {
		return p.Rule == "CF-CONF-11" && strings.HasSuffix(p.Path, ".TargetOriginId") && open[p.Path]
	})
}

// decides marks the unresolved value at a path as required for serving, and reports whether
// there is one.
func (r *reader) decides(path string) bool {
	for i := range r.unresolved {
		if r.unresolved[i].Path == path {
			r.unresolved[i].Decides = true
			return true
		}
	}
	return false
}
