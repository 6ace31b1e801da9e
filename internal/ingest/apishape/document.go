package apishape

import (
	"fmt"
	"slices"
	"strings"

	"github.com/edgesim/edgesim/internal/ingest/tree"
)

// extension is the field of the JSON written here for what the API has no place for: the
// resources that a distribution refers to.
const extension = "_edgesim"

// LooksLike reports whether a tree is a DistributionConfig or one of the API's
// wrappings of it.
func LooksLike(n *tree.Node) bool {
	return n.HasAny("DistributionConfig", "Distribution", "DistributionConfigWithTags", "DistributionList",
		"Origins", "DefaultCacheBehavior", "CallerReference")
}

// Document returns the set of an API document: what get-distribution,
// get-distribution-config and the updates print, what create-distribution accepts, or a
// DistributionConfig alone.
func Document(n *tree.Node, dialect tree.Dialect) (*tree.Set, error) {
	if n.Has("DistributionList") {
		return nil, &tree.Error{File: n.Pos.File, Message: "is a list of distributions, which leaves settings out", Hint: ExportHint}
	}
	set := &tree.Set{Dialect: dialect}
	res := tree.Resource{Type: tree.Distribution, Pos: n.Pos}
	path := ""
	for n.HasAny("Distribution", "DistributionConfig", "DistributionConfigWithTags") {
		var inner *tree.Node
		var name string
		for _, name = range []string{"Distribution", "DistributionConfigWithTags", "DistributionConfig"} {
			if inner = n.Get(name); inner != nil && inner.Kind != tree.Null {
				break
			}
		}
		for _, f := range n.Fields {
			switch {
			case f.Name == "Id" && f.Value.Kind == tree.String:
				res.ID = f.Value.Text
			case f.Name == "DomainName" && f.Value.Kind == tree.String:
				res.DomainName = f.Value.Text
			case f.Name == "ARN" && f.Value.Kind == tree.String:
				res.ARN = f.Value.Text
			case f.Name == "Tags":
				res.Tags = tags(f.Value)
			case f.Name == extension:
				readExtension(set, &res, f.Value)
			case f.Name != name && !slices.Contains(wrapping, f.Name):
				set.Remarks = append(set.Remarks, unknownField(path, f, append([]string{name, "Id", "DomainName", "ARN", "Tags"}, wrapping...)))
			}
		}
		path, n = path+name+".", inner
		if inner.Kind != tree.Object {
			return nil, tree.Errorf(inner.Pos, "%s is %s, want an object", name, inner.Kind)
		}
	}
	if ext := n.Get(extension); ext != nil {
		readExtension(set, &res, ext)
		n = without(n, extension)
	}
	res.Config = n
	if res.Name == "" {
		res.Name = res.ID
	}
	set.Resources = append([]tree.Resource{res}, set.Resources...)
	return set, nil
}

// ExportHint says how to get a file that can be read.
const ExportHint = "export what is deployed: aws cloudfront get-distribution-config --id ID > distribution.json"

// wrapping are the fields around a configuration that are not part of it.
var wrapping = []string{"ETag", "IfMatch", "Location", "VersionId", "ResponseMetadata", "Status", "LastModifiedTime",
	"InProgressInvalidationBatches", "ActiveTrustedSigners", "ActiveTrustedKeyGroups", "AliasICPRecordals"}

func unknownField(path string, f tree.Field, known []string) tree.Remark {
	message := fmt.Sprintf("is not a field edgesim knows (line %d)", f.Pos.Line)
	if near := tree.DidYouMean(f.Name, known); near != "" {
		message += fmt.Sprintf("; did you mean %q?", near)
	}
	return tree.Remark{Pos: f.Pos, Path: path + f.Name, Message: message, Unknown: true}
}

// without returns an object without one member.
func without(n *tree.Node, name string) *tree.Node {
	c := n.Clone()
	c.Fields = slices.DeleteFunc(slices.Clone(n.Fields), func(f tree.Field) bool { return f.Name == name })
	return c
}

// tags turns {"Items": [{"Key", "Value"}]}, or that list itself, into an object.
func tags(n *tree.Node) *tree.Node {
	if items := n.Get("Items"); items != nil {
		n = items
	}
	if n.Kind != tree.List {
		return nil
	}
	out := tree.NewObject(n.Pos)
	for _, it := range n.Items {
		if key := it.Get("Key").StringText(); key != "" {
			value := it.Get("Value")
			if value == nil {
				value = tree.NewString("", it.Pos)
			}
			out.Set(key, value)
		}
	}
	return out
}

// apiNames are the API's names of the resources other than distributions: the wrapper, and
// the configuration inside it.
var apiNames = []struct {
	kind            tree.Type
	wrapper, config string
}{
	{tree.CachePolicy, "CachePolicy", "CachePolicyConfig"},
	{tree.OriginRequestPolicy, "OriginRequestPolicy", "OriginRequestPolicyConfig"},
	{tree.ResponseHeadersPolicy, "ResponseHeadersPolicy", "ResponseHeadersPolicyConfig"},
	{tree.OriginAccessControl, "OriginAccessControl", "OriginAccessControlConfig"},
	{tree.OriginAccessIdentity, "CloudFrontOriginAccessIdentity", "CloudFrontOriginAccessIdentityConfig"},
	{tree.KeyGroup, "KeyGroup", "KeyGroupConfig"},
	{tree.PublicKey, "PublicKey", "PublicKeyConfig"},
	{tree.ContinuousDeploymentPolicy, "ContinuousDeploymentPolicy", "ContinuousDeploymentPolicyConfig"},
}

// ResourceOf returns the resource that an API document holds, in the form that
// get-cache-policy, get-key-group and the like print, and remarks on unknown parts. It
// returns false if there is none.
func ResourceOf(n *tree.Node, file string) (tree.Resource, []tree.Remark, bool) {
	for _, name := range apiNames {
		if !n.HasAny(name.wrapper, name.config) {
			continue
		}
		var remarks []tree.Remark
		outer := n
		if inner := n.Get(name.wrapper); inner != nil && inner.Kind == tree.Object {
			remarks = append(remarks, unknownBeside(n, file, name.wrapper, "ETag", "ResponseMetadata")...)
			outer = inner
		}
		remarks = append(remarks, unknownBeside(outer, file, name.config, "Id", "LastModifiedTime", "ETag", "ResponseMetadata", "S3CanonicalUserId", "CreatedTime")...)
		config := outer.Get(name.config)
		if config == nil {
			config = tree.NewObject(outer.Pos)
		}
		id := outer.Get("Id").StringText()
		address := id
		if address == "" {
			address = config.Get("Name").StringText()
		}
		if address == "" {
			address = strings.TrimPrefix(file+"."+name.config, ".")
		}
		return tree.Resource{Type: name.kind, Name: address, ID: id, Pos: n.Pos, Config: config}, remarks, true
	}
	return tree.Resource{}, nil, false
}

func unknownBeside(n *tree.Node, path string, known ...string) []tree.Remark {
	var list []tree.Remark
	for _, f := range n.Fields {
		if !slices.Contains(known, f.Name) {
			list = append(list, unknownField(strings.TrimPrefix(path+".", "."), f, known))
		}
	}
	return list
}

// readExtension reads the extension of JSON written here.
func readExtension(set *tree.Set, res *tree.Resource, n *tree.Node) {
	res.Name = n.Get("Name").StringText()
	if t := n.Get("Tags"); t != nil {
		res.Tags = tags(t)
	}
	if list := n.Get("Resources"); list != nil {
		for _, it := range list.Items {
			set.Add(tree.Resource{Type: tree.Type(it.Get("Type").StringText()), Name: it.Get("Name").StringText(), ID: it.Get("Id").StringText(),
				ARN: it.Get("ARN").StringText(), Pos: it.Pos, Config: objectOr(it.Get("Config"), it.Pos)})
		}
	}
	set.Told = n.Get("Told")
	if b := n.Get("Backends"); b != nil {
		set.Backends = map[string]tree.Backend{}
		for _, f := range b.Fields {
			set.Backends[f.Name] = tree.Backend(f.Value.Text)
		}
	}
}

func objectOr(n *tree.Node, pos tree.Position) *tree.Node {
	if n == nil {
		return tree.NewObject(pos)
	}
	return n
}
