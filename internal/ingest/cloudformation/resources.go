package cloudformation

import (
	"fmt"
	"strings"

	"github.com/edgesim/edgesim/internal/ingest/tree"
)

// kinds are the types of resources that are read: their type in a set, the property with
// the configuration ("" means all of them), and its shape.
var kinds = map[string]struct {
	is     tree.Type
	config string
	shape  *shape
}{
	"AWS::CloudFront::Distribution":                   {tree.Distribution, "DistributionConfig", distributionShape},
	"AWS::CloudFront::CachePolicy":                    {tree.CachePolicy, "CachePolicyConfig", cachePolicyShape},
	"AWS::CloudFront::OriginRequestPolicy":            {tree.OriginRequestPolicy, "OriginRequestPolicyConfig", originRequestPolicyShape},
	"AWS::CloudFront::ResponseHeadersPolicy":          {tree.ResponseHeadersPolicy, "ResponseHeadersPolicyConfig", responseHeadersPolicyShape},
	"AWS::CloudFront::OriginAccessControl":            {tree.OriginAccessControl, "OriginAccessControlConfig", accessControlShape},
	"AWS::CloudFront::CloudFrontOriginAccessIdentity": {tree.OriginAccessIdentity, "CloudFrontOriginAccessIdentityConfig", accessIdentityShape},
	"AWS::CloudFront::Function":                       {tree.Function, "", functionShape},
	"AWS::CloudFront::KeyValueStore":                  {tree.KeyValueStore, "", storeShape},
	"AWS::CloudFront::PublicKey":                      {tree.PublicKey, "PublicKeyConfig", publicKeyShape},
	"AWS::CloudFront::KeyGroup":                       {tree.KeyGroup, "KeyGroupConfig", keyGroupShape},
	"AWS::CloudFront::ContinuousDeploymentPolicy":     {tree.ContinuousDeploymentPolicy, "ContinuousDeploymentPolicyConfig", continuousPolicyShape},
	"AWS::CloudFront::DistributionTenant":             {tree.DistributionTenant, "", tenantShape},
	"AWS::CloudFront::ConnectionGroup":                {tree.ConnectionGroup, "", connectionGroupShape},
}

// addResources adds every resource of the template to the set, and those of the
// stacks inside it.
func (e *evaluator) addResources() {
	for _, f := range e.res.Members() {
		kind := f.Value.Get("Type").AnyText()
		known, ok := kinds[kind]
		switch {
		case strings.HasPrefix(f.Name, "Fn::ForEach::"):
			e.remark(tree.Remark{Pos: f.Pos, Path: "Resources." + f.Name, Message: "the loop could not be unrolled", Blocking: true,
				Missing: []tree.Missing{{What: "what the loop runs over is not known"}}})
		case kind == "AWS::CloudFormation::Stack":
			if e.exists(f) {
				if nested := e.stack(f.Name); nested != nil {
					nested.addResources()
				}
			}
		case ok && f.Value.Kind == tree.Object && e.exists(f):
			r := tree.Resource{Type: known.is, Name: e.name + f.Name, Pos: f.Pos}
			if e.configure(&r, f, known.config, known.shape) {
				e.set.Add(r)
			}
		}
	}
}

// exists evaluates the condition of a resource. An undecided one keeps the resource, and
// must be decided before anything is served.
func (e *evaluator) exists(f tree.Field) bool {
	condition := f.Value.Get("Condition")
	if condition == nil {
		return true
	}
	t := e.condition(condition.AnyText(), condition.Pos)
	if t.is == unsure && strings.HasPrefix(f.Value.Get("Type").AnyText(), "AWS::CloudFront::Distribution") {
		e.remark(tree.Remark{Pos: condition.Pos, Path: "Resources." + f.Name + ".Condition", Blocking: true, Missing: t.missing,
			Message: fmt.Sprintf("whether there is a %s depends on what is not known: it is taken to be there", f.Name)})
	}
	return t.is != no
}

// configure evaluates the configuration of a resource. It returns false if there is none,
// which CloudFormation rejects.
func (e *evaluator) configure(r *tree.Resource, f tree.Field, config string, s *shape) bool {
	path := e.name + f.Name
	properties := e.value(f.Value.Get("Properties"))
	if properties != nil && properties.Kind == tree.Object {
		r.Tags = tagsOf(properties.Get("Tags"))
	}
	n := properties
	if config != "" && properties != nil && properties.Kind == tree.Object {
		for _, p := range properties.Fields {
			if p.Name != config && p.Name != "Tags" {
				e.remark(tree.Remark{Pos: p.Pos, Path: path + "." + p.Name, Unknown: true, Message: fmt.Sprintf("is not a property CloudFormation has there (line %d)", p.Pos.Line)})
			}
		}
		n = properties.Get(config)
	}
	if n == nil && config != "" {
		e.remark(tree.Remark{Pos: f.Pos, Path: path + ".Properties." + config, Message: "is required", Refused: true})
		return false
	}
	if n == nil {
		n = tree.NewObject(f.Pos)
	}
	r.Config = e.rename(n, s, path)
	switch {
	case r.Config.Kind != tree.Object:
	case r.Type == tree.Distribution:
		older(r.Config)
	case r.Type == tree.ContinuousDeploymentPolicy:
		traffic(r.Config)
	}
	return true
}

// tagsOf turns CloudFormation's list of tags into an object.
func tagsOf(n *tree.Node) *tree.Node {
	if n == nil || n.Kind != tree.List {
		return nil
	}
	out := tree.NewObject(n.Pos)
	for _, it := range n.Items {
		if key, value := it.Get("Key").AnyText(), it.Get("Value"); key != "" && value != nil {
			out.Set(key, tree.NewString(value.AnyText(), value.Pos))
		}
	}
	return out
}

// older rewrites the properties of the earliest API version that CloudFormation still
// accepts: CNAMEs, and one origin in CustomOrigin or S3Origin.
func older(config *tree.Node) {
	move := func(from, to string, change func(n *tree.Node) *tree.Node) {
		for i, f := range config.Fields {
			if f.Name == from {
				config.Fields[i].Name, config.Fields[i].Value = to, change(f.Value)
			}
		}
	}
	move("CNAMEs", "Aliases", func(n *tree.Node) *tree.Node { return n })
	origin := func(id, kind string) func(n *tree.Node) *tree.Node {
		return func(n *tree.Node) *tree.Node {
			o, inner := tree.NewObject(n.Pos), tree.NewObject(n.Pos)
			o.Set("Id", tree.NewString(id, n.Pos))
			o.Set("DomainName", n.Get("DNSName"))
			for _, f := range n.Members() {
				if f.Name != "DNSName" {
					inner.Set(f.Name, f.Value)
				}
			}
			o.Set(kind, inner)
			return tree.NewList(n.Pos, o)
		}
	}
	if !config.Has("Origins") {
		move("CustomOrigin", "Origins", origin("custom-origin", "CustomOriginConfig"))
		move("S3Origin", "Origins", origin("s3-origin", "S3OriginConfig"))
	}
}

// traffic gathers the properties that CloudFormation also accepts outside TrafficConfig.
func traffic(config *tree.Node) {
	if config.Has("TrafficConfig") || !config.HasAny("Type", "SingleHeaderPolicyConfig", "SingleWeightPolicyConfig") {
		return
	}
	t := tree.NewObject(config.Pos)
	var rest []tree.Field
	for _, f := range config.Fields {
		switch f.Name {
		case "Type":
			t.Set("Type", f.Value)
		case "SingleHeaderPolicyConfig":
			t.Set("SingleHeaderConfig", f.Value)
		case "SingleWeightPolicyConfig":
			t.Set("SingleWeightConfig", f.Value)
		default:
			rest = append(rest, f)
		}
	}
	config.Fields = append(rest, tree.Field{Name: "TrafficConfig", Pos: config.Pos, Value: t})
}
