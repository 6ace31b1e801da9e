package distribution

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// lambdaARN matches the ARN of a Lambda function and captures region and version.
var lambdaARN = regexp.MustCompile(`^arn:aws[a-z-]*:lambda:([a-z0-9-]*):[^:]*:function:[^:]+(?::(.*))?$`)

// functions checks the edge functions of a behavior (CF-CONF-131, -132, -138 to
// -140, -142).
func (v *validator) functions(path string, b *CacheBehavior) {
	events := map[string]bool{}
	for i := range b.Lambdas {
		v.lambda(fmt.Sprintf("%s.LambdaFunctionAssociations.Items[%d]", path, i), &b.Lambdas[i], events)
	}
	seen := map[string]bool{}
	for i, f := range b.Functions {
		item := fmt.Sprintf("%s.FunctionAssociations.Items[%d].EventType", path, i)
		p := Problem{Path: item, Value: f.EventType, Rule: "CF-CONF-140", Allowed: "viewer-request, viewer-response"}
		switch {
		case f.EventType == "":
			p.Message = "is required"
			v.add(p)
		case f.EventType != "viewer-request" && f.EventType != "viewer-response":
			p.Message, p.Fix = "CloudFront Functions run on viewer events only", "use Lambda@Edge for origin events"
			v.add(p)
		case seen[f.EventType]:
			p.Rule, p.Message, p.Fix, p.Allowed = "CF-CONF-140", "has a function already", "remove one of the two", "one function for an event"
			v.add(p)
		}
		seen[f.EventType] = true
	}
	if len(seen) > 0 && (events["viewer-request"] || events["viewer-response"]) {
		v.add(Problem{Path: path + ".LambdaFunctionAssociations", Rule: "CF-CONF-142", Allowed: "CloudFront Functions or Lambda@Edge on viewer events",
			Message: "Lambda@Edge and CloudFront Functions cannot both run on viewer events of one behavior", Fix: "move the Lambda function to an origin event, or the code of the one into the other"})
	}
}

func (v *validator) lambda(path string, f *LambdaFunctionAssociation, events map[string]bool) {
	known := v.enum(path+".EventType", f.EventType, "CF-CONF-138", "viewer-request", "viewer-response", "origin-request", "origin-response")
	if known && events[f.EventType] {
		v.add(Problem{Path: path + ".EventType", Value: f.EventType, Rule: "CF-CONF-138", Allowed: "one function for an event", Message: "has a function already", Fix: "remove one of the two"})
	}
	events[f.EventType] = true
	if f.IncludeBody && strings.HasSuffix(f.EventType, "-response") {
		v.add(Problem{Path: path + ".IncludeBody", Value: "true", Allowed: "true with viewer-request or origin-request", Rule: "CF-CONF-139", Message: "there is no body with a response event", Fix: "set false"})
	}
	m := lambdaARN.FindStringSubmatch(f.ARN)
	if m == nil {
		return // the address of a function in the files, or an expression
	}
	if m[1] != "" && m[1] != "us-east-1" {
		v.add(Problem{Path: path + ".LambdaFunctionARN", Value: f.ARN, Allowed: "a function in us-east-1", Rule: "CF-CONF-132", Message: "is a function of another region", Fix: "deploy it in us-east-1"})
	}
	if strings.Trim(m[2], "0123456789") != "" || m[2] == "" {
		v.add(Problem{Path: path + ".LambdaFunctionARN", Value: f.ARN, Allowed: "the ARN of a version, …:function:NAME:1", Rule: "CF-CONF-131",
			Message: "names no version of the function", Fix: "publish a version and name it"})
	}
}

// groupMethods rejects write methods if the target is an origin group (CF-CONF-102).
func (v *validator) groupMethods(path string, b *CacheBehavior) {
	if _, isGroup := v.dist.OriginGroup(b.TargetOriginID); !isGroup {
		return
	}
	writes := slices.DeleteFunc(slices.Clone(b.AllowedMethods), func(m string) bool { return !slices.Contains([]string{"POST", "PUT", "PATCH", "DELETE"}, m) })
	if len(writes) > 0 {
		v.add(Problem{Path: path + ".AllowedMethods.Items", Value: strings.Join(b.AllowedMethods, ", "), Allowed: "GET, HEAD | GET, HEAD, OPTIONS", Rule: "CF-CONF-102",
			Message: "cannot include " + strings.Join(writes, ", ") + " where the target is an origin group", Fix: `set ["GET", "HEAD", "OPTIONS"], or a TargetOriginId that is an origin`})
	}
}
