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

// judged adds problems, but for what follows from a mistake already recorded at
// the same place or around it, or from a value that is not known. A quota is no
// mistake: AWS raises it on request, and so a warning it is.
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
			// Who leaves the certificate out has it elsewhere, or means to.
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

// unknownAt returns what is not known of the value at a path, of what is around
// it or in it: then it cannot be judged.
func (r *reader) unknownAt(path string) []distribution.Unresolved {
	var list []distribution.Unresolved
	for _, u := range r.unresolved {
		if path == u.Path || strings.HasPrefix(path, u.Path+".") || strings.HasPrefix(u.Path, path+".") || strings.HasPrefix(u.Path, path+"[") {
			list = append(list, u)
		}
	}
	return list
}
