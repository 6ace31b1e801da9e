package terraform

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/edgesim/edgesim/internal/ingest/tree"
)

// nodeOf converts a value to a node at a position.
func nodeOf(v cty.Value, pos tree.Position, path string) *tree.Node {
	n := bareNode(v, pos, path)
	n.Path = path
	return n
}

func bareNode(v cty.Value, pos tree.Position, path string) *tree.Node {
	bare, _ := v.Unmark()
	if !bare.IsKnown() || bare.Type().IsSetType() && !bare.IsWhollyKnown() {
		return unresolvedNode(v, pos)
	}
	switch t := bare.Type(); {
	case bare.IsNull():
		return tree.NewNull(pos)
	case t == cty.String:
		return tree.NewString(bare.AsString(), pos)
	case t == cty.Number:
		return tree.NewNumber(bare.AsBigFloat().Text('f', -1), pos)
	case t == cty.Bool:
		return tree.NewBool(bare.True(), pos)
	case t.IsObjectType() || t.IsMapType():
		object := tree.NewObject(pos)
		for it := bare.ElementIterator(); it.Next(); {
			key, element := it.Element()
			name := key.AsString()
			object.Fields = append(object.Fields, tree.Field{Name: name, Pos: pos, Value: nodeOf(element, pos, path+"."+name)})
		}
		return object
	case bare.CanIterateElements():
		list := tree.NewList(pos)
		for it := bare.ElementIterator(); it.Next(); {
			_, element := it.Element()
			list.Items = append(list.Items, nodeOf(element, pos, fmt.Sprintf("%s[%d]", path, len(list.Items))))
		}
		return list
	}
	return tree.NewUnresolved("${?}", pos, tree.Missing{Key: path, What: "is not a value that a configuration can have"})
}

// unresolvedNode is a reference to another CloudFront resource, or an unknown value.
func unresolvedNode(v cty.Value, pos tree.Position) *tree.Node {
	symbols := symbolsOf(v)
	if len(symbols) == 0 {
		return tree.NewUnresolved("${?}", pos, tree.Missing{Key: "?", What: "is known only to a provider", Supply: supplyPlan})
	}
	s := symbols[0]
	if len(symbols) == 1 && s.refers != "" {
		return tree.NewString(s.refers, pos)
	}
	missing := missingOf(symbols)
	if len(missing) == 0 {
		missing = []tree.Missing{{Key: s.expression(), What: s.expression() + " is known only to a provider", Supply: supplyPlan}}
	}
	n := tree.NewUnresolved(s.template, pos, missing...)
	n.Backend = backendOf(s.template)
	return n
}

// valueOfNode converts a JSON node to a value.
func valueOfNode(n *tree.Node) cty.Value {
	switch n.Kind {
	case tree.String:
		return cty.StringVal(n.Text)
	case tree.Number:
		if f, _, err := big.ParseFloat(n.Text, 10, 512, big.ToNearestEven); err == nil {
			return cty.NumberVal(f)
		}
	case tree.Bool:
		return cty.BoolVal(n.Text == "true")
	case tree.List:
		items := make([]cty.Value, len(n.Items))
		for i, item := range n.Items {
			items[i] = valueOfNode(item)
		}
		return cty.TupleVal(items)
	case tree.Object:
		fields := map[string]cty.Value{}
		for _, f := range n.Fields {
			fields[f.Name] = valueOfNode(f.Value)
		}
		return cty.ObjectVal(fields)
	}
	return cty.NullVal(cty.DynamicPseudoType)
}

// backends tells what is behind a name by the resource that it comes from. The longest
// match counts.
var backends = []struct {
	fragment string
	backend  tree.Backend
}{
	{"website_endpoint", tree.BackendWebsite}, {"website_domain", tree.BackendWebsite}, {"s3-website", tree.BackendWebsite},
	{"aws_s3_bucket_website_configuration.", tree.BackendWebsite},
	{"bucket_regional_domain_name", tree.BackendBucket}, {"bucket_domain_name", tree.BackendBucket}, {"aws_s3_bucket.", tree.BackendBucket},
	{"aws_lambda_function_url.", tree.BackendLambdaURL}, {"lambda_function_url", tree.BackendLambdaURL},
	{"aws_api_gateway_", tree.BackendAPIGateway}, {"aws_apigatewayv2_", tree.BackendAPIGateway}, {"api_endpoint", tree.BackendAPIGateway}, {"execute-api", tree.BackendAPIGateway},
	{"aws_lb.", tree.BackendLoadBalancer}, {"aws_alb.", tree.BackendLoadBalancer}, {"aws_elb.", tree.BackendLoadBalancer}, {"lb_dns_name", tree.BackendLoadBalancer},
	{"aws_media_store_container.", tree.BackendMediaStore}, {"aws_media_package", tree.BackendMediaPackage},
}

// backendOf returns the kind of server behind an unresolved name.
func backendOf(template string) tree.Backend {
	for _, b := range backends {
		if strings.Contains(template, b.fragment) {
			return b.backend
		}
	}
	return ""
}
