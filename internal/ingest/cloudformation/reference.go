package cloudformation

import (
	"fmt"
	"strings"

	"github.com/edgesim/edgesim/internal/ingest/tree"
)

func (e *evaluator) ref(n *tree.Node) *tree.Node {
	v := e.value(n)
	if v == nil {
		return e.malformed(n, "Ref names nothing")
	}
	return e.reference(v.Text, n.Pos)
}

func (e *evaluator) getAtt(n *tree.Node) *tree.Node {
	if n.Kind == tree.String {
		logical, attribute, _ := strings.Cut(n.Text, ".")
		return e.attribute(logical, attribute, n.Pos)
	}
	if n.Kind != tree.List || len(n.Items) < 2 {
		return e.malformed(n, "Fn::GetAtt takes a resource and an attribute")
	}
	var names []string
	for _, it := range n.Items[1:] {
		v := e.value(it)
		if v == nil || v.Kind == tree.Unresolved {
			return e.unresolvedCall("Fn::GetAtt "+n.Items[0].AnyText(), n, v)
		}
		names = append(names, v.Text)
	}
	return e.attribute(n.Items[0].AnyText(), strings.Join(names, "."), n.Pos)
}

// reference returns the value of Ref.
func (e *evaluator) reference(name string, pos tree.Position) *tree.Node {
	switch name {
	case "AWS::NoValue":
		return nil
	case "AWS::Partition":
		return e.pseudo(name, "aws", pos)
	case "AWS::URLSuffix":
		return e.pseudo(name, "amazonaws.com", pos)
	}
	if name == "AWS::StackId" && e.opts.Parameters[name] == "" {
		return e.stackID(pos)
	}
	if strings.HasPrefix(name, "AWS::") {
		return e.supplied(name, pos, "the pseudo parameter "+name, true, "")
	}
	if p := e.parameter(name); p != nil {
		return e.parameterValue(name, p, pos)
	}
	if _, ok := e.given[name]; ok {
		return e.supplied(name, pos, name, false, "")
	}
	if e.resource(name) == nil {
		return e.stranger(name, "", pos)
	}
	return e.resourceName(name, pos)
}

// stackID is the ARN of the stack, whose form is known.
func (e *evaluator) stackID(pos tree.Position) *tree.Node {
	var parts []part
	for _, piece := range []string{"AWS::Partition", ":cloudformation:", "AWS::Region", ":", "AWS::AccountId", ":stack/", "AWS::StackName", "/"} {
		if strings.HasPrefix(piece, "AWS::") {
			parts = append(parts, e.partsOf(e.reference(piece, pos))...)
			continue
		}
		parts = append(parts, part{literal: piece})
	}
	id := e.supplied("AWS::StackId", pos, "the pseudo parameter AWS::StackId", true, "")
	return e.text(pos, append(append([]part{{literal: "arn:"}}, parts...), e.partsOf(id)...))
}

// pseudo is a pseudo parameter with a usual value, unless a parameter overrides it.
func (e *evaluator) pseudo(name, usual string, pos tree.Position) *tree.Node {
	if text, ok := e.opts.Parameters[name]; ok {
		return tree.NewString(text, pos)
	}
	return tree.NewString(usual, pos)
}

// parameterValue returns the value given for a parameter, or its default.
func (e *evaluator) parameterValue(name string, p *tree.Node, pos tree.Position) *tree.Node {
	kind := p.Get("Type").AnyText()
	list := strings.HasPrefix(kind, "List<") || kind == "CommaDelimitedList"
	v, given := e.given[name]
	if text, ok := e.opts.Parameters[name]; ok && e.name == "" {
		v, given = tree.NewString(text, pos), true
	}
	standard := p.Get("Default")
	switch {
	case given:
	case strings.HasPrefix(kind, "AWS::SSM::Parameter::Value<"):
		return e.supplied(name, pos, fmt.Sprintf("the SSM parameter %q", standard.AnyText()), false, "")
	case standard == nil || standard.Kind == tree.Null:
		return e.supplied(e.name+name, pos, fmt.Sprintf("the parameter %s has no default", name), false, "")
	default:
		v = standard
	}
	if !list || v.Kind != tree.String {
		if v.Kind == tree.String && strings.Contains(v.Text, "{{resolve:") {
			return e.dynamic(v)
		}
		return v
	}
	out := tree.NewList(pos)
	for piece := range strings.SplitSeq(v.Text, ",") {
		out.Items = append(out.Items, tree.NewString(strings.TrimSpace(piece), pos))
	}
	return out
}

// stranger handles a name that the template does not declare: a macro or serverless may add
// it.
func (e *evaluator) stranger(logical, attribute string, pos tree.Position) *tree.Node {
	key := strings.TrimSuffix(logical+"."+attribute, ".")
	if v := e.implied(logical, attribute, pos); v != nil {
		return v
	}
	if len(e.macros) == 0 && e.serverless == nil {
		message := fmt.Sprintf("%q is neither a parameter nor a resource of the template", logical)
		if near := tree.DidYouMean(logical, e.names()); near != "" {
			message += fmt.Sprintf("; did you mean %q?", near)
		}
		e.remark(tree.Remark{Pos: pos, Path: "Resources", Message: message})
	}
	return e.supplied(key, pos, fmt.Sprintf("%s is not declared in the template", key), true, "")
}

func (e *evaluator) names() []string {
	var list []string
	for _, section := range []*tree.Node{e.parameters, e.res} {
		for _, f := range section.Members() {
			list = append(list, f.Name)
		}
	}
	return list
}

// implied handles resources that SAM and serverless add by themselves.
func (e *evaluator) implied(logical, attribute string, pos tree.Position) *tree.Node {
	function, isURL := strings.CutSuffix(logical, "Url")
	switch {
	case isURL && attribute == "FunctionUrl" && (e.resource(function) != nil || e.serverless != nil):
		return e.url(logical+"."+attribute, pos, fmt.Sprintf("the URL of the function %s", function), tree.BackendLambdaURL)
	case logical == "ServerlessRestApi" || logical == "ApiGatewayRestApi":
		return e.supplied(logical, pos, "the id of the REST API "+logical, true, "")
	case logical == "ServerlessHttpApi" || logical == "HttpApi":
		if attribute == "ApiEndpoint" {
			return e.url(logical+"."+attribute, pos, "the endpoint of the HTTP API "+logical, tree.BackendAPIGateway)
		}
		return e.supplied(logical, pos, "the id of the HTTP API "+logical, true, "")
	}
	return nil
}

// address is how a CloudFront resource is referred to: its name in the set.
func (e *evaluator) address(logical string, pos tree.Position) *tree.Node {
	return tree.NewString(e.name+logical, pos)
}

// named are the types whose Ref is a property, if the template has it.
var named = map[string]string{
	"AWS::S3::Bucket": "BucketName", "AWS::ApiGateway::Stage": "StageName", "AWS::ApiGatewayV2::Stage": "StageName", "AWS::SSM::Parameter": "Name",
	"AWS::Lambda::Function": "FunctionName", "AWS::Serverless::Function": "FunctionName", "AWS::ApiGateway::DomainName": "DomainName",
	"AWS::ApiGatewayV2::DomainName": "DomainName", "AWS::Route53::RecordSet": "Name",
}

// resourceName returns the Ref of a resource.
func (e *evaluator) resourceName(logical string, pos tree.Position) *tree.Node {
	kind := e.typeOf(logical)
	if strings.HasPrefix(kind, "AWS::CloudFront::") {
		return e.address(logical, pos)
	}
	if text, ok := e.opts.Parameters[logical]; ok {
		return tree.NewString(text, pos)
	}
	if property := named[kind]; property != "" {
		if v := e.guarded(logical, property); v != nil {
			return v
		}
	}
	return e.supplied(logical, pos, fmt.Sprintf("the name that AWS gives %s (%s)", logical, kind), true, "")
}

// guarded evaluates a property of a resource, guarding against cycles.
func (e *evaluator) guarded(logical string, path ...string) *tree.Node {
	key := logical + "." + strings.Join(path, ".")
	if e.busy[key] {
		return e.unknown(tree.Position{}, key, fmt.Sprintf("%s refers to itself", key))
	}
	e.busy[key] = true
	defer delete(e.busy, key)
	return e.property(logical, path...)
}

// attribute returns the value of Fn::GetAtt.
func (e *evaluator) attribute(logical, name string, pos tree.Position) *tree.Node {
	key := logical + "." + name
	if text, ok := e.opts.Parameters[key]; ok {
		return tree.NewString(text, pos)
	}
	kind := e.typeOf(logical)
	switch {
	case e.resource(logical) == nil:
		return e.stranger(logical, name, pos)
	case kind == "AWS::CloudFront::VpcOrigin" || kind == "AWS::CloudFront::TrustStore" || kind == "AWS::CloudFront::RealtimeLogConfig":
	case strings.HasPrefix(kind, "AWS::CloudFront::") && name != "DomainName" && name != "RoutingEndpoint":
		return e.address(logical, pos)
	case kind == "AWS::S3::Bucket":
		return e.bucketAttribute(logical, name, pos)
	case kind == "AWS::CloudFormation::Stack" && strings.HasPrefix(name, "Outputs."):
		return e.stackOutput(logical, strings.TrimPrefix(name, "Outputs."), pos)
	case kind == "AWS::SSM::Parameter" && name == "Value":
		if v := e.guarded(logical, "Value"); v != nil {
			return v
		}
	}
	return e.serverAttribute(logical, kind, name, pos)
}

// serverAttribute is an attribute that names a server, or any other that is only known
// after deployment.
func (e *evaluator) serverAttribute(logical, kind, name string, pos tree.Position) *tree.Node {
	key := logical + "." + name
	what := fmt.Sprintf("the attribute %s of %s (%s)", name, logical, kind)
	switch kind + " " + name {
	case "AWS::ElasticLoadBalancingV2::LoadBalancer DNSName", "AWS::ElasticLoadBalancing::LoadBalancer DNSName":
		return e.supplied(key, pos, fmt.Sprintf("the DNS name of the load balancer %s", logical), true, tree.BackendLoadBalancer)
	case "AWS::ElasticLoadBalancing::LoadBalancer CanonicalHostedZoneName":
		return e.supplied(key, pos, fmt.Sprintf("the DNS name of the load balancer %s", logical), true, tree.BackendLoadBalancer)
	case "AWS::Lambda::Url FunctionUrl":
		return e.url(key, pos, fmt.Sprintf("the URL of the function behind %s", logical), tree.BackendLambdaURL)
	case "AWS::ApiGatewayV2::Api ApiEndpoint", "AWS::Serverless::HttpApi ApiEndpoint":
		return e.url(key, pos, fmt.Sprintf("the endpoint of the API %s", logical), tree.BackendAPIGateway)
	case "AWS::ApiGateway::DomainName RegionalDomainName", "AWS::ApiGatewayV2::DomainName RegionalDomainName", "AWS::ApiGateway::DomainName DistributionDomainName":
		return e.supplied(key, pos, what, true, tree.BackendAPIGateway)
	case "AWS::MediaStore::Container Endpoint":
		return e.url(key, pos, what, tree.BackendMediaStore)
	case "AWS::ApiGateway::RestApi RootResourceId", "AWS::ApiGateway::RestApi RestApiId", "AWS::ApiGatewayV2::Api ApiId":
		return e.supplied(key, pos, what, true, "")
	}
	return e.supplied(key, pos, what, !strings.Contains(strings.ToLower(name), "ur") && !strings.HasSuffix(name, "Arn"), "")
}

// url is an attribute of the form https://HOST or https://HOST/ whose host is unknown.
func (e *evaluator) url(key string, pos tree.Position, what string, backend tree.Backend) *tree.Node {
	v := e.supplied(key, pos, what, true, backend)
	if v.Kind != tree.Unresolved {
		return v
	}
	parts := []part{{literal: "https://"}, e.partsOf(v)[0]}
	if backend == tree.BackendLambdaURL {
		parts = append(parts, part{literal: "/"})
	}
	return e.text(pos, parts)
}

// bucketAttribute is an attribute of a bucket that follows from its name and the region.
func (e *evaluator) bucketAttribute(logical, name string, pos tree.Position) *tree.Node {
	key := logical + "." + name
	bucket := e.guarded(logical, "BucketName")
	if text, ok := e.opts.Parameters[logical]; ok {
		bucket = tree.NewString(text, pos)
	}
	backend := tree.BackendBucket
	if name == "WebsiteURL" {
		backend = tree.BackendWebsite
	}
	if bucket == nil || bucket.Kind == tree.Unresolved && name != "DomainName" {
		what := fmt.Sprintf("the attribute %s of the bucket %s", name, logical)
		if backend == tree.BackendWebsite {
			v := e.supplied(key, pos, what, true, backend)
			if v.Kind == tree.Unresolved {
				return e.text(pos, []part{{literal: "http://"}, e.partsOf(v)[0]})
			}
			return v
		}
		return e.supplied(key, pos, what, true, map[bool]tree.Backend{true: "", false: backend}[name == "Arn"])
	}
	region := e.reference("AWS::Region", pos)
	pieces := func(list ...any) *tree.Node {
		var parts []part
		for _, it := range list {
			switch it := it.(type) {
			case string:
				parts = append(parts, part{literal: it})
			case *tree.Node:
				parts = append(parts, e.partsOf(it)...)
			}
		}
		return e.text(pos, parts)
	}
	switch name {
	case "DomainName":
		return pieces(bucket, ".s3.amazonaws.com")
	case "RegionalDomainName":
		return pieces(bucket, ".s3.", region, ".amazonaws.com")
	case "DualStackDomainName":
		return pieces(bucket, ".s3.dualstack.", region, ".amazonaws.com")
	case "WebsiteURL":
		return pieces("http://", bucket, ".s3-website-", region, ".amazonaws.com")
	case "Arn":
		return pieces("arn:aws:s3:::", bucket)
	}
	return e.supplied(key, pos, fmt.Sprintf("the attribute %s of the bucket %s", name, logical), false, "")
}
