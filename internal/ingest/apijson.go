package ingest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/edgesim/edgesim/distribution"
)

// looksLikeAPI reports whether a tree is a DistributionConfig or one of the
// API's wrappings of it.
func looksLikeAPI(n *node) bool {
	return n.hasAny("DistributionConfig", "Distribution", "DistributionConfigWithTags", "DistributionList",
		"Origins", "DefaultCacheBehavior", "CallerReference")
}

// readAPI reads a DistributionConfig, bare or as the API wraps it.
func readAPI(tree *node, opts Options) (*distribution.Distribution, error) {
	if tree.has("DistributionList") {
		return nil, &Error{Message: "is a list of distributions, which leaves settings out", Hint: exportHint}
	}
	r := &reader{custom: opts.Policies}
	d := &distribution.Distribution{}
	r.config(d, r.unwrap(tree, d))
	r.validate(d)
	if len(r.problems) > 0 {
		return nil, &distribution.InvalidError{Problems: r.problems}
	}
	r.warnings(d)
	d.Notices = r.notices
	return d, selected(d, opts.DistributionID)
}

// validate adds what the API would reject, but for what follows from a mistake
// already recorded at the same place or above it. A quota is no mistake: AWS
// raises it on request, and so a warning it is.
func (r *reader) validate(d *distribution.Distribution) {
	recorded := r.problems
	for _, p := range d.Validate() {
		for _, vpc := range r.vpc {
			p.Path = strings.Replace(p.Path, vpc+".CustomOriginConfig.", vpc+".VpcOriginConfig.", 1)
		}
		follows := slices.ContainsFunc(recorded, func(q distribution.Problem) bool {
			return p.Path == q.Path || strings.HasPrefix(p.Path, q.Path+".")
		})
		switch {
		case follows:
		case p.Quota:
			r.notice(distribution.NoticeWarning, p.Path, "%s: %s, allowed: %s (%s)", p.Message, p.Value, p.Allowed, p.Rule)
		default:
			r.problem(p)
		}
	}
}

// unwrap returns the DistributionConfig inside the API's wrappings: what
// get-distribution, get-distribution-config and the updates print, and what
// create-distribution takes.
func (r *reader) unwrap(tree *node, d *distribution.Distribution) *object {
	o := r.object("", tree)
	for {
		if !o.node.hasAny("Distribution", "DistributionConfig", "DistributionConfigWithTags") {
			return o
		}
		var inner *object
		for _, name := range []string{"Distribution", "DistributionConfigWithTags", "DistributionConfig"} {
			if inner == nil && o.node.has(name) {
				inner = r.object(o.at(name), o.take(name))
			}
		}
		if id := o.text("Id", ""); id != "" {
			d.ID = id
		}
		if name := o.text("DomainName", ""); name != "" {
			d.DomainName = name
		}
		o.known("ETag", "IfMatch", "Location", "VersionId", "ResponseMetadata", "Tags", "ARN", "Status", "LastModifiedTime",
			"InProgressInvalidationBatches", "ActiveTrustedSigners", "ActiveTrustedKeyGroups", "AliasICPRecordals")
		o.done()
		if strings.HasSuffix(inner.path, "DistributionConfig") {
			inner.path = "" // paths are those of the configuration
		}
		o = inner
	}
}

// config reads a DistributionConfig.
func (r *reader) config(d *distribution.Distribution, o *object) {
	d.Aliases = o.texts("Aliases", limit{}, nil)
	d.Comment = o.text("Comment", "")
	d.Enabled = o.boolean("Enabled", true)
	d.DefaultRootObject = o.text("DefaultRootObject", "")
	d.HTTPVersion = strings.ToLower(o.text("HttpVersion", distribution.DefaultHTTPVersion))
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
	} else if !o.node.has("DefaultCacheBehavior") {
		r.problem(distribution.Problem{Path: o.at("DefaultCacheBehavior"), Message: "is required"})
	}
	for _, it := range o.items("CacheBehaviors", limit{}, nil) {
		b := r.object(it.path, it.node)
		pattern := b.text("PathPattern", "")
		behavior := r.behavior(b)
		behavior.PathPattern = pattern
		d.Behaviors = append(d.Behaviors, behavior)
	}
	for _, it := range o.items("CustomErrorResponses", limit{rule: "CF-CONF-23"}, nil) {
		d.CustomErrors = append(d.CustomErrors, r.customError(r.object(it.path, it.node)))
	}
	r.unsimulatedConfig(o)
	r.originMTLS(o)
	o.known("CallerReference", "PriceClass")
	o.done()
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
		for _, it := range criteria.items("StatusCodes", codes, nil) {
			if n, ok := it.node.integer(); ok {
				g.StatusCodes = append(g.StatusCodes, int(n))
			} else {
				r.wrongType(it.path, it.node, kindNumber, codes)
			}
		}
		criteria.done()
	}
	if s := o.text("SelectionCriteria", "default"); s != "default" {
		r.notice(distribution.NoticeUnsimulated, o.at("SelectionCriteria"), "selection by %q is not simulated: the primary is asked first", s)
	}
	o.done()
	return g
}

func (r *reader) customError(o *object) distribution.CustomErrorResponse {
	e := distribution.CustomErrorResponse{
		ErrorCode:          int(o.integer("ErrorCode", 0, limit{allowed: "400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504", rule: "CF-CONF-23"})),
		ResponsePagePath:   o.text("ResponsePagePath", ""),
		ErrorCachingMinTTL: o.integer("ErrorCachingMinTTL", distribution.DefaultErrorCachingMinTTL, limit{allowed: "0 or more"}),
	}
	codes := limit{allowed: "200, 400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504", rule: "CF-CONF-24"}
	if text := o.textLimit("ResponseCode", "", codes); text != "" { // a string in the API
		n, ok := (&node{kind: kindNumber, text: text}).integer()
		if !ok || n == 0 {
			r.problem(distribution.Problem{Path: o.at("ResponseCode"), Value: text, Allowed: codes.allowed, Rule: codes.rule, Message: "is not a status"})
		}
		e.ResponseCode = int(n)
	}
	o.done()
	return e
}

// originMTLS refuses origin mTLS where it is documented as unsupported: with
// gRPC and with Lambda@Edge on the origin's side (CF-CONF-28).
func (r *reader) originMTLS(config *object) {
	var origins []string
	for _, n := range listOf(config.node.get("Origins")) {
		if n.get("CustomOriginConfig").has("OriginMtlsConfig") && n.has("Id") {
			origins = append(origins, n.get("Id").text)
		}
	}
	check := func(path string, b *node) {
		if !b.has("TargetOriginId") || !slices.Contains(origins, b.get("TargetOriginId").text) {
			return
		}
		p := distribution.Problem{Path: path, Rule: "CF-CONF-28", Allowed: "an origin without OriginMtlsConfig"}
		if enabled := b.get("GrpcConfig").get("Enabled"); enabled != nil && enabled.text == "true" {
			p.Path, p.Value, p.Message = path+".GrpcConfig.Enabled", "true", "gRPC is not supported with origin mTLS"
			r.problem(p)
		}
		for _, f := range listOf(b.get("LambdaFunctionAssociations")) {
			if f.has("EventType") && strings.HasPrefix(f.get("EventType").text, "origin-") {
				p.Path, p.Value, p.Message = path+".LambdaFunctionAssociations", f.get("EventType").text, "Lambda@Edge on the origin's side is not supported with origin mTLS"
				r.problem(p)
			}
		}
	}
	check("DefaultCacheBehavior", config.node.get("DefaultCacheBehavior"))
	for i, b := range listOf(config.node.get("CacheBehaviors")) {
		check(fmt.Sprintf("CacheBehaviors.Items[%d]", i), b)
	}
}

// listOf returns the elements of a Quantity/Items object without judging it.
func listOf(n *node) []*node {
	if items := n.get("Items"); items != nil {
		return items.items
	}
	return nil
}
