package apishape

import (
	"strings"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/internal/ingest/tree"
)

// distribution reads a distribution with everything it refers to.
func (r *reader) distribution(res *tree.Resource) *distribution.Distribution {
	d := &distribution.Distribution{Name: res.Name, ID: res.ID, DomainName: res.DomainName}
	if d.Name == d.ID {
		d.Name = ""
	}
	for _, f := range res.Tags.Members() {
		d.Tags = append(d.Tags, distribution.Tag{Key: f.Name, Value: f.Value.Text})
	}
	r.config(d, r.object("", res.Config))
	r.validate(d)
	r.warnings(d)
	return d
}

// config reads a DistributionConfig.
func (r *reader) config(d *distribution.Distribution, o *object) {
	r.required(o, "CF-CONF-30", "CallerReference")
	r.required(o, "CF-CONF-31", "Comment")
	r.required(o, "CF-CONF-32", "Enabled")
	d.CallerReference = o.text("CallerReference", "")
	d.Aliases = o.texts("Aliases", limit{}, nil)
	d.Comment = o.text("Comment", "")
	d.Enabled = o.boolean("Enabled", true)
	d.DefaultRootObject = o.text("DefaultRootObject", "")
	d.HTTPVersion = strings.ToLower(o.enum("HttpVersion", distribution.DefaultHTTPVersion, limit{}))
	d.IPv6 = o.boolean("IsIPV6Enabled", false)
	for _, it := range o.items("Origins", limit{}, nil) {
		d.Origins = append(d.Origins, r.origin(r.object(it.path, it.node)))
	}
	for _, it := range o.items("OriginGroups", limit{rule: "CF-CONF-25"}, nil) {
		d.OriginGroups = append(d.OriginGroups, r.originGroup(r.object(it.path, it.node)))
	}
	if b := o.child("DefaultCacheBehavior"); b != nil {
		d.DefaultBehavior = r.behavior(b)
		d.DefaultBehavior.PathPattern = "*"
	} else if !o.node.Has("DefaultCacheBehavior") {
		r.problem(distribution.Problem{Path: o.at("DefaultCacheBehavior"), Rule: "CF-CONF-30", Message: "is required"})
	}
	for _, it := range o.items("CacheBehaviors", limit{}, nil) {
		b := r.object(it.path, it.node)
		pattern := b.text("PathPattern", "")
		behavior := r.behavior(b)
		behavior.PathPattern = pattern
		if b.unresolved("PathPattern") {
			continue // omitted, as reported
		}
		d.Behaviors = append(d.Behaviors, behavior)
	}
	for _, it := range o.items("CustomErrorResponses", limit{rule: "CF-CONF-23"}, nil) {
		d.CustomErrors = append(d.CustomErrors, r.customError(r.object(it.path, it.node)))
	}
	r.viewerSettings(d, o)
	r.keptSettings(d, o)
	o.done()
}

// required demands fields that the API's JSON must have and that the tools of templates
// fill in.
func (r *reader) required(o *object, rule string, names ...string) {
	if !r.strict {
		return
	}
	for _, name := range names {
		if !o.node.Has(name) {
			p := distribution.Problem{Path: o.at(name), Rule: rule, Message: "is required"}
			switch name {
			case "CallerReference":
				p.Fix = `add "CallerReference": "any text that is yours alone"`
			case "Comment":
				p.Fix = `add "Comment": ""`
			case "Enabled":
				p.Fix = `add "Enabled": true`
			}
			r.problem(p)
		}
	}
}

func (r *reader) originGroup(o *object) distribution.OriginGroup {
	g := distribution.OriginGroup{ID: o.text("Id", "")}
	for _, it := range o.items("Members", limit{allowed: "2", rule: "CF-FAILOVER-01"}, nil) {
		member := r.object(it.path, it.node)
		g.Members = append(g.Members, member.text("OriginId", ""))
		member.done()
	}
	codes := limit{allowed: "400, 403, 404, 416, 429, 500, 502, 503, 504", rule: "CF-FAILOVER-02"}
	if criteria := o.child("FailoverCriteria"); criteria != nil {
		g.StatusCodes = criteria.integers("StatusCodes", codes)
		criteria.done()
	}
	g.SelectionCriteria = o.enum("SelectionCriteria", "", limit{allowed: "default, media-quality-based"})
	o.done()
	return g
}

func (r *reader) customError(o *object) distribution.CustomErrorResponse {
	e := distribution.CustomErrorResponse{
		ErrorCode:          int(o.integer("ErrorCode", 0, limit{allowed: "400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504", rule: "CF-CONF-23"})),
		ResponsePagePath:   o.text("ResponsePagePath", ""),
		ErrorCachingMinTTL: o.wholeSeconds("ErrorCachingMinTTL", distribution.DefaultErrorCachingMinTTL, limit{allowed: "0 or more"}),
	}
	codes := limit{allowed: "200, 400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504", rule: "CF-CONF-24"}
	if text := o.textLimit("ResponseCode", "", codes); text != "" && !o.unresolved("ResponseCode") { // a string in the API
		n, ok := (&tree.Node{Kind: tree.Number, Text: text}).Integer()
		switch {
		case ok && n == 0 && !r.strict: // how Terraform writes that there is none
		case !ok || n == 0:
			r.problem(distribution.Problem{Path: o.at("ResponseCode"), Value: text, Allowed: codes.allowed, Rule: codes.rule, Message: "is not a status"})
		}
		e.ResponseCode = int(n)
	}
	o.done()
	return e
}
