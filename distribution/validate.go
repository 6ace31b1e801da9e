package distribution

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Validate returns what CloudFront's API would reject, in the order of the
// configuration and then of the policies it uses, and nil for an acceptable
// distribution. Missing settings are judged as they stand: defaults must have
// been filled in before.
func (d *Distribution) Validate() []Problem {
	return append(d.ValidateConfig(), d.validatePolicies()...)
}

// ValidateConfig is [Distribution.Validate] without the policies, which are
// resources of their own.
func (d *Distribution) ValidateConfig() []Problem {
	v := &validator{dist: d}
	v.aliases()
	v.origins()
	v.originGroups()
	v.behavior("DefaultCacheBehavior", &d.DefaultBehavior)
	v.behaviors()
	v.customErrors()
	v.httpVersion()
	v.settings()
	v.viewerCertificate()
	v.geoRestriction()
	return v.problems
}

// validator collects problems in the order of the configuration.
type validator struct {
	dist     *Distribution
	problems []Problem
}

// add records a problem.
func (v *validator) add(p Problem) { v.problems = append(v.problems, p) }

// quota records that a list holds more than AWS allows by default.
func (v *validator) quota(path string, n, most int, rule string) {
	if n > most {
		v.add(Problem{Path: path, Value: strconv.Itoa(n), Allowed: "at most " + strconv.Itoa(most), Rule: rule,
			Message: "is over the default quota", Fix: "ask AWS for a higher quota", Quota: true})
	}
}

// enum records a value that is not one of the allowed ones.
func (v *validator) enum(path, value, rule string, allowed ...string) bool {
	if slices.Contains(allowed, value) {
		return true
	}
	p := Problem{Path: path, Value: value, Allowed: strings.Join(allowed, ", "), Rule: rule, Message: "is not one of the known values"}
	if value == "" {
		p.Message = "is required"
	}
	for _, a := range allowed {
		if value != "" && strings.EqualFold(a, value) {
			p.Fix = fmt.Sprintf("write %q", a)
		}
	}
	v.add(p)
	return false
}

func (v *validator) aliases() {
	v.quota("Aliases.Quantity", len(v.dist.Aliases), quotaAliases, "CF-LIMIT-09")
	seen := map[string]bool{}
	for i, alias := range v.dist.Aliases {
		path := fmt.Sprintf("Aliases.Items[%d]", i)
		name := strings.TrimPrefix(alias, "*.")
		if fixed, message := checkDomainName(name); message != "" {
			p := Problem{Path: path, Value: alias, Rule: "CF-CONF-114", Allowed: `a DNS name, with "*." at most in front`, Message: message}
			if fixed != "" && !strings.HasPrefix(alias, "*.") {
				p.Fix = fmt.Sprintf("write %q", fixed)
			}
			v.add(p)
		}
		if key := strings.ToLower(alias); seen[key] {
			v.add(Problem{Path: path, Value: alias, Message: "is listed twice", Fix: "remove one of the two"})
		} else {
			seen[key] = true
		}
	}
}

func (v *validator) originGroups() {
	v.quota("OriginGroups.Quantity", len(v.dist.OriginGroups), quotaOriginGroups, "CF-LIMIT-07")
	seen := map[string]bool{}
	for i := range v.dist.OriginGroups {
		g := &v.dist.OriginGroups[i]
		path := fmt.Sprintf("OriginGroups.Items[%d]", i)
		_, isOrigin := v.dist.Origin(g.ID)
		switch {
		case g.ID == "":
			v.add(Problem{Path: path + ".Id", Rule: "CF-CONF-25", Message: "is required"})
		case seen[g.ID] || isOrigin:
			v.add(Problem{Path: path + ".Id", Value: g.ID, Rule: "CF-CONF-11", Message: "is used twice", Fix: "give each origin and group its own id"})
		}
		seen[g.ID] = true
		v.groupMembers(path, g)
		if g.SelectionCriteria != "" {
			v.enum(path+".SelectionCriteria", g.SelectionCriteria, "CF-CONF-103", "default", "media-quality-based")
		}
		if len(g.StatusCodes) == 0 {
			v.add(Problem{Path: path + ".FailoverCriteria.StatusCodes", Allowed: joinInts(failoverCodes), Rule: "CF-FAILOVER-02", Message: "lists no status"})
		}
		for j, code := range g.StatusCodes {
			if !slices.Contains(failoverCodes, code) {
				v.add(Problem{Path: fmt.Sprintf("%s.FailoverCriteria.StatusCodes.Items[%d]", path, j), Value: strconv.Itoa(code),
					Allowed: joinInts(failoverCodes), Rule: "CF-FAILOVER-02", Message: "is not a failover status"})
			}
		}
	}
}

// groupMembers checks the primary and the secondary (CF-FAILOVER-01, CF-CONF-25).
func (v *validator) groupMembers(path string, g *OriginGroup) {
	if len(g.Members) != 2 {
		v.add(Problem{Path: path + ".Members.Quantity", Value: strconv.Itoa(len(g.Members)), Allowed: "2", Rule: "CF-FAILOVER-01",
			Message: "an origin group has a primary and a secondary"})
	}
	for j, id := range g.Members {
		member := fmt.Sprintf("%s.Members.Items[%d].OriginId", path, j)
		if _, ok := v.dist.Origin(id); !ok {
			v.add(Problem{Path: member, Value: id, Allowed: v.originIDs(), Rule: "CF-CONF-25", Message: "names no origin of this distribution"})
		}
		if j > 0 && id == g.Members[0] {
			v.add(Problem{Path: member, Value: id, Rule: "CF-CONF-25", Message: "is the primary again", Fix: "name a second origin"})
		}
	}
}

func (v *validator) customErrors() {
	for i, e := range v.dist.CustomErrors {
		path := fmt.Sprintf("CustomErrorResponses.Items[%d]", i)
		if !slices.Contains(customErrorCodes, e.ErrorCode) {
			v.add(Problem{Path: path + ".ErrorCode", Value: strconv.Itoa(e.ErrorCode), Allowed: joinInts(customErrorCodes), Rule: "CF-CONF-23",
				Message: "has no custom error responses"})
		}
		if e.ResponseCode != 0 && !slices.Contains(customResponseCodes, e.ResponseCode) {
			v.add(Problem{Path: path + ".ResponseCode", Value: strconv.Itoa(e.ResponseCode), Allowed: joinInts(customResponseCodes), Rule: "CF-CONF-24",
				Message: "is not a status the viewer may get"})
		}
		switch {
		case e.ResponseCode != 0 && e.ResponsePagePath == "":
			v.add(Problem{Path: path + ".ResponsePagePath", Rule: "CF-CONF-105", Message: "is required beside ResponseCode"})
		case e.ResponseCode == 0 && e.ResponsePagePath != "":
			v.add(Problem{Path: path + ".ResponseCode", Allowed: joinInts(customResponseCodes), Rule: "CF-CONF-105", Message: "is required beside ResponsePagePath"})
		}
		if e.ResponsePagePath != "" && e.ResponsePagePath[0] != '/' {
			v.add(Problem{Path: path + ".ResponsePagePath", Value: e.ResponsePagePath, Rule: "CF-CONF-106", Message: "does not start with a slash", Fix: fmt.Sprintf("write %q", "/"+e.ResponsePagePath)})
		}
		if e.ErrorCachingMinTTL < 0 {
			v.add(Problem{Path: path + ".ErrorCachingMinTTL", Value: strconv.FormatInt(int64(e.ErrorCachingMinTTL), 10), Allowed: "0 or more", Message: "is out of range"})
		}
	}
}

func (v *validator) httpVersion() {
	v.enum("HttpVersion", v.dist.HTTPVersion, "CF-CONF-127", "http1.1", "http2", "http3", "http2and3")
}

// originIDs lists the origins' ids for a message.
func (v *validator) originIDs() string {
	ids := make([]string, 0, len(v.dist.Origins))
	for i := range v.dist.Origins {
		ids = append(ids, v.dist.Origins[i].ID)
	}
	return strings.Join(ids, ", ")
}

// joinInts formats a list of status codes.
func joinInts(list []int) string {
	parts := make([]string, len(list))
	for i, n := range list {
		parts[i] = strconv.Itoa(n)
	}
	return strings.Join(parts, ", ")
}
