package distribution

import (
	"fmt"
	"slices"
	"strings"
)

func (v *validator) behaviors() {
	v.quota("CacheBehaviors.Quantity", len(v.dist.Behaviors), quotaBehaviors, "CF-LIMIT-08")
	for i := range v.dist.Behaviors {
		path := fmt.Sprintf("CacheBehaviors.Items[%d]", i)
		v.pathPattern(path+".PathPattern", v.dist.Behaviors[i].PathPattern)
		v.behavior(path, &v.dist.Behaviors[i])
	}
}

// pathPattern checks length and characters (CF-CONF-26); "?" is the wildcard.
func (v *validator) pathPattern(path, pattern string) {
	const punctuation = `_-.*$/~"'@:+&?`
	p := Problem{Path: path, Value: pattern, Rule: "CF-CONF-26"}
	switch {
	case pattern == "":
		p.Message = "is required"
	case len(pattern) > maxPathPattern:
		p.Message, p.Allowed = fmt.Sprintf("has %d characters", len(pattern)), fmt.Sprintf("at most %d characters", maxPathPattern)
	default:
		i := strings.IndexFunc(pattern, func(r rune) bool {
			return r >= 0x80 || !isAlphanumeric(byte(r)) && !strings.ContainsRune(punctuation, r)
		})
		if i < 0 {
			return
		}
		p.Message = fmt.Sprintf("holds the character %q", []rune(pattern[i:])[0])
		p.Allowed = `A-Z a-z 0-9 _ - . * $ / ~ " ' @ : + & ?`
	}
	v.add(p)
}

func (v *validator) behavior(path string, b *CacheBehavior) {
	v.target(path, b)
	v.enum(path+".ViewerProtocolPolicy", string(b.ViewerProtocolPolicy), "CF-CONF-22", string(ViewerAllowAll), string(ViewerHTTPSOnly), string(ViewerRedirectToHTTPS))
	v.methods(path, b)
	v.groupMethods(path, b)
	v.functions(path, b)
	v.cacheSettings(path, b)
	if b.ForwardedValues != nil {
		v.forwardedValues(path, b)
	}
	v.grpc(path, b)
	v.originMTLS(path, b)
}

// originMTLS rejects what is documented as unsupported with origin mTLS: gRPC, and
// Lambda@Edge on the origin side (CF-CONF-28).
func (v *validator) originMTLS(path string, b *CacheBehavior) {
	o, ok := v.dist.Origin(b.TargetOriginID)
	if !ok || o.MTLSCertificateARN == "" {
		return
	}
	p := Problem{Rule: "CF-CONF-28", Allowed: "an origin without OriginMtlsConfig"}
	if b.GRPC {
		p.Path, p.Value, p.Message = path+".GrpcConfig.Enabled", "true", "gRPC is not supported with origin mTLS"
		v.add(p)
	}
	for _, f := range b.Lambdas {
		if strings.HasPrefix(f.EventType, "origin-") {
			p.Path, p.Value, p.Message = path+".LambdaFunctionAssociations", f.EventType, "Lambda@Edge on the origin's side is not supported with origin mTLS"
			v.add(p)
		}
	}
}

// target checks that the behavior's origin or group exists (CF-CONF-11).
func (v *validator) target(path string, b *CacheBehavior) {
	_, isOrigin := v.dist.Origin(b.TargetOriginID)
	_, isGroup := v.dist.OriginGroup(b.TargetOriginID)
	switch {
	case b.TargetOriginID == "":
		v.add(Problem{Path: path + ".TargetOriginId", Allowed: v.originIDs(), Rule: "CF-CONF-11", Message: "is required"})
	case !isOrigin && !isGroup:
		v.add(Problem{Path: path + ".TargetOriginId", Value: b.TargetOriginID, Allowed: v.originIDs(), Rule: "CF-CONF-11", Message: "names no origin or origin group of this distribution"})
	}
}

// methods checks the allowed and the cached methods (CF-CONF-21).
func (v *validator) methods(path string, b *CacheBehavior) {
	const allowed = "GET, HEAD | GET, HEAD, OPTIONS | GET, HEAD, OPTIONS, PUT, POST, PATCH, DELETE"
	if !slices.ContainsFunc(methodSets, func(set []string) bool { return sameSet(set, b.AllowedMethods) }) {
		v.add(Problem{Path: path + ".AllowedMethods.Items", Value: strings.Join(b.AllowedMethods, ", "), Allowed: allowed, Rule: "CF-CONF-21", Message: "is not one of the three sets"})
	}
	switch {
	case !sameSet(b.CachedMethods, methodSets[0]) && !sameSet(b.CachedMethods, methodSets[1]):
		v.add(Problem{Path: path + ".AllowedMethods.CachedMethods.Items", Value: strings.Join(b.CachedMethods, ", "), Allowed: "GET, HEAD | GET, HEAD, OPTIONS", Rule: "CF-CONF-21", Message: "is not one of the two sets"})
	case slices.Contains(b.CachedMethods, "OPTIONS") && !slices.Contains(b.AllowedMethods, "OPTIONS"):
		v.add(Problem{Path: path + ".AllowedMethods.CachedMethods.Items", Value: strings.Join(b.CachedMethods, ", "), Allowed: "methods that are allowed", Rule: "CF-CONF-21", Message: "caches OPTIONS, which is not allowed"})
	}
}

// sameSet reports whether two lists have the same strings, each once.
func sameSet(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for _, s := range a {
		if !slices.Contains(b, s) || !slices.Contains(a, s) {
			return false
		}
	}
	for _, s := range b {
		if !slices.Contains(a, s) {
			return false
		}
	}
	return true
}

// cacheSettings checks that a behavior uses exactly one of the two modes.
func (v *validator) cacheSettings(path string, b *CacheBehavior) {
	switch {
	case b.CachePolicy == nil && b.ForwardedValues == nil:
		v.add(Problem{Path: path + ".CachePolicyId", Rule: "CF-CONF-15", Message: "is required where there are no ForwardedValues", Fix: "set CachePolicyId"})
	case b.CachePolicy != nil && b.ForwardedValues != nil:
		v.add(Problem{Path: path + ".ForwardedValues", Rule: "CF-CONF-71", Message: "cannot be used beside a cache policy", Fix: "remove ForwardedValues or CachePolicyId"})
	}
	if b.OriginRequestPolicy != nil && b.CachePolicy == nil {
		v.add(Problem{Path: path + ".OriginRequestPolicyId", Value: first(b.OriginRequestPolicy.ID, b.OriginRequestPolicy.Name), Rule: "CF-CONF-16", Message: "needs a cache policy", Fix: "set CachePolicyId in place of ForwardedValues"})
	}
}

// grpc checks the requirements of gRPC (CF-CONF-27).
func (v *validator) grpc(path string, b *CacheBehavior) {
	if !b.GRPC {
		return
	}
	if !sameSet(b.AllowedMethods, AllMethods()) {
		v.add(Problem{Path: path + ".GrpcConfig.Enabled", Value: "true", Allowed: "true with all seven methods", Rule: "CF-CONF-27", Message: "needs all methods", Fix: "allow GET, HEAD, OPTIONS, PUT, POST, PATCH, DELETE"})
	}
	if version := v.dist.HTTPVersion; version != "http2" && version != "http2and3" {
		v.add(Problem{Path: path + ".GrpcConfig.Enabled", Value: "true", Allowed: "true with HttpVersion http2 or http2and3", Rule: "CF-CONF-27", Message: fmt.Sprintf("needs HTTP/2, and HttpVersion is %q", version), Fix: `set HttpVersion "http2"`})
	}
}
