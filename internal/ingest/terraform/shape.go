package terraform

import (
	"github.com/edgesim/edgesim/internal/ingest/tree"
)

// shape says how a Terraform object becomes an API object.
type shape struct {
	// kind is the type of a whole resource, "" for a part.
	kind   tree.Type
	fields map[string]member
	// finish fills in what the AWS provider fills in; from is the original object.
	finish func(api, from *tree.Node)
}

// member is the API field that an argument becomes.
type member struct {
	name string
	// of is the shape of an object or of the objects in a list; nil for values.
	of *shape
	// single marks a block that occurs once: a list of one becomes its element.
	single bool
	// items wraps a list in {"Items": […]}.
	items bool
}

func to(name string) member                { return member{name: name} }
func one(name string, of *shape) member    { return member{name: name, of: of, single: true} }
func many(name string, of *shape) member   { return member{name: name, of: of} }
func part(fields map[string]member) *shape { return &shape{fields: fields} }

// ignored is an argument without effect on CloudFront, or an attribute that AWS computes.
var ignored = member{}

// shaper converts objects to the API's shape and collects what has no place there.
type shaper struct{ set *tree.Set }

// object translates one object.
func (s *shaper) object(n *tree.Node, sh *shape) *tree.Node {
	if n.Kind != tree.Object {
		return n
	}
	api := tree.NewObject(n.Pos)
	api.Path = n.Path
	for _, f := range n.Fields {
		m, known := sh.fields[f.Name]
		switch {
		case !known:
			s.unknown(f, n, sh)
		case m.name == "" || f.Value.Kind == tree.Null:
		default:
			api.Set(m.name, s.member(f.Value, m))
		}
	}
	if sh.finish != nil {
		sh.finish(api, n)
	}
	return api
}

func (s *shaper) member(v *tree.Node, m member) *tree.Node {
	switch {
	case m.single:
		if v = single(v); v == nil || v.Kind == tree.Null {
			return nil
		}
		return s.object(v, m.of)
	case m.of != nil:
		return s.list(v, m.of)
	case m.items && v.Kind != tree.Unresolved:
		object := tree.NewObject(v.Pos)
		object.Path = v.Path
		return object.Set("Items", v)
	}
	return v
}

// list converts the objects of a list. In JSON, a single one may lack the list around it.
func (s *shaper) list(v *tree.Node, of *shape) *tree.Node {
	if v.Kind == tree.Object {
		v = &tree.Node{Kind: tree.List, Pos: v.Pos, Path: v.Path, Items: []*tree.Node{v}}
	}
	if v.Kind != tree.List {
		return v
	}
	list := tree.NewList(v.Pos)
	list.Path = v.Path
	for _, item := range v.Items {
		list.Items = append(list.Items, s.object(item, of))
	}
	return list
}

// single returns the only block of a list of blocks.
func single(v *tree.Node) *tree.Node {
	if v.Kind != tree.List {
		return v
	}
	if len(v.Items) == 0 {
		return nil
	}
	return v.Items[0]
}

// unknown reports an argument that the resource does not have.
func (s *shaper) unknown(f tree.Field, in *tree.Node, sh *shape) {
	message := "is not an argument that edgesim knows of this block"
	if better := tree.DidYouMean(f.Name, sortedKeys(sh.fields)); better != "" {
		message += "; did you mean " + better + "?"
	}
	path := f.Value.Path
	if path == "" {
		path = in.Path + "." + f.Name
	}
	s.set.Remarks = append(s.set.Remarks, tree.Remark{Pos: f.Pos, Path: path, Message: message, Unknown: true})
}

// shapes are the relevant resources, by type.
var shapes map[string]*shape

func init() {
	shapes = map[string]*shape{
		"aws_cloudfront_distribution":                 distributionShape,
		"aws_cloudfront_cache_policy":                 cachePolicyShape,
		"aws_cloudfront_origin_request_policy":        originRequestPolicyShape,
		"aws_cloudfront_response_headers_policy":      responseHeadersPolicyShape,
		"aws_cloudfront_origin_access_control":        accessControlShape,
		"aws_cloudfront_origin_access_identity":       accessIdentityShape,
		"aws_cloudfront_function":                     functionShape,
		"aws_cloudfront_key_value_store":              keyValueStoreShape,
		"aws_cloudfront_public_key":                   publicKeyShape,
		"aws_cloudfront_key_group":                    keyGroupShape,
		"aws_cloudfront_continuous_deployment_policy": continuousDeploymentShape,
	}
	for _, sh := range shapes {
		for _, name := range []string{"id", "arn", "etag", "tags", "tags_all", "last_modified_time"} {
			sh.fields[name] = ignored
		}
	}
}
