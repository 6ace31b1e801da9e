package apishape

import (
	"slices"
	"strings"

	"github.com/edgesim/edgesim/distribution"
)

// validate adds what the API would reject in a distribution.
func (r *reader) validate(d *distribution.Distribution) {
	found := r.joined(d, d.ValidateConfig())
	for i := range found {
		for _, vpc := range r.vpc {
			found[i].Path = strings.Replace(found[i].Path, vpc+".CustomOriginConfig.", vpc+".VpcOriginConfig.", 1)
		}
	}
	r.judged(found)
}

// judged adds problems, except consequences of problems already recorded at or around the
// same place, or of unknown values. A quota is not a mistake: AWS raises it on request, so
// it becomes a warning.
func (r *reader) judged(found []distribution.Problem) {
	recorded := r.problems
	for _, p := range found {
		if follows(p.Path, recorded) {
			continue
		}
		if unknown := r.unknownAt(p.Path); len(unknown) > 0 {
			r.hollow = append(r.hollow, unknown...)
			continue
		}
		if _, given := r.places["ViewerCertificate"]; p.Rule == "CF-CONF-110" && !given {
			// Whoever omits the certificate has it elsewhere, or does so on purpose.
			r.notice(distribution.NoticeWarning, p.Path, "is not given: CloudFront takes alternate domain names only with a certificate that covers them (%s)", p.Rule)
			continue
		}
		if p.Quota {
			r.notice(distribution.NoticeWarning, p.Path, "%s: %s, allowed: %s (%s)", p.Message, p.Value, p.Allowed, p.Rule)
			continue
		}
		r.problem(p)
	}
}

func follows(path string, recorded []distribution.Problem) bool {
	return slices.ContainsFunc(recorded, func(q distribution.Problem) bool {
		return path == q.Path || strings.HasPrefix(path, q.Path+".")
	})
}

// unknownAt returns what is unknown about the value at a path, about what contains it or
// about its parts: then it cannot be judged.
func (r *reader) unknownAt(path string) []distribution.Unresolved {
	var list []distribution.Unresolved
	for _, u := range r.unresolved {
		if path == u.Path || strings.HasPrefix(path, u.Path+".") || strings.HasPrefix(u.Path, path+".") || strings.HasPrefix(u.Path, path+"[") {
			list = append(list, u)
		}
	}
	return list
}
