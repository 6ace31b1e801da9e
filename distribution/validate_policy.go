package distribution

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

func (v *validator) cachePolicy(path string, p *CachePolicy) {
	key := path + ".ParametersInCacheKeyAndForwardedToOrigin"
	v.selection(key+".HeadersConfig.HeaderBehavior", p.Headers, "CF-CONF-18", SelectNone, SelectWhitelist)
	v.selection(key+".CookiesConfig.CookieBehavior", p.Cookies, "CF-CONF-18", SelectNone, SelectWhitelist, SelectAllExcept, SelectAll)
	v.selection(key+".QueryStringsConfig.QueryStringBehavior", p.QueryStrings, "CF-CONF-18", SelectNone, SelectWhitelist, SelectAllExcept, SelectAll)
	for i, name := range p.Headers.Items {
		if containsFold(cachePolicyDeniedHeaders, name) {
			v.add(Problem{Path: fmt.Sprintf("%s.HeadersConfig.Headers.Items[%d]", key, i), Value: name, Rule: "CF-CONF-19", Message: "is not allowed in a cache policy", Fix: "put it into an origin request policy"})
		}
	}
	v.ttlRanges(path, p.MinTTL, p.DefaultTTL, p.MaxTTL)
	if _, managed := ManagedCachePolicy(p.ID); !managed {
		v.policyNames(key, p.Headers, p.Cookies, p.QueryStrings)
		v.keyNames(key, p)
		v.cachingDisabled(key, p)
	}
}

// keyNames checks the header names of a cache key (CF-CONF-81, -91, -92).
func (v *validator) keyNames(path string, p *CachePolicy) {
	for i, name := range p.Headers.Items {
		problem := Problem{Path: fmt.Sprintf("%s.HeadersConfig.Headers.Items[%d]", path, i), Value: name}
		switch lower := strings.ToLower(name); {
		case lower == "accept-encoding" && (p.Gzip || p.Brotli):
			problem.Rule, problem.Message, problem.Fix = "CF-CONF-81", "is put into the key by EnableAcceptEncodingGzip and EnableAcceptEncodingBrotli", "remove it, or set both false"
		case strings.HasPrefix(lower, "x-edge-"):
			problem.Rule, problem.Message, problem.Fix = "CF-CONF-91", "is not allowed", "remove it"
		case lower == "x-amz-content-sha256":
			problem.Rule, problem.Message, problem.Fix = "CF-CONF-92", "is not allowed", "remove it"
		default:
			continue
		}
		v.add(problem)
	}
}

// cachingDisabled rejects what is not allowed in a policy without caching: anything in the
// key (CF-CONF-76 to CF-CONF-80).
func (v *validator) cachingDisabled(path string, p *CachePolicy) {
	if p.MinTTL != 0 || p.DefaultTTL != 0 || p.MaxTTL != 0 || p.Unresolved {
		return
	}
	refuse := func(field, value, rule, fix string) {
		v.add(Problem{Path: path + field, Value: value, Rule: rule, Message: "is invalid where caching is disabled (all TTLs are 0)", Fix: fix + ", or set MaxTTL 1 or more"})
	}
	for _, s := range []struct {
		field string
		value ValueSelection
		rule  string
	}{
		{".HeadersConfig.HeaderBehavior", p.Headers, "CF-CONF-76"}, {".CookiesConfig.CookieBehavior", p.Cookies, "CF-CONF-77"}, {".QueryStringsConfig.QueryStringBehavior", p.QueryStrings, "CF-CONF-78"},
	} {
		if s.value.Behavior != SelectNone && s.value.Behavior != "" {
			refuse(s.field, string(s.value.Behavior), s.rule, `set "none"`)
		}
	}
	if p.Gzip {
		refuse(".EnableAcceptEncodingGzip", "true", "CF-CONF-79", "set false")
	}
	if p.Brotli {
		refuse(".EnableAcceptEncodingBrotli", "true", "CF-CONF-80", "set false")
	}
}

func (v *validator) originRequestPolicy(path string, p *OriginRequestPolicy) {
	v.selection(path+".HeadersConfig.HeaderBehavior", p.Headers, "CF-CONF-18", SelectNone, SelectWhitelist, SelectAllViewer, SelectAllViewerAndCloudFront, SelectAllExcept)
	v.selection(path+".CookiesConfig.CookieBehavior", p.Cookies, "CF-CONF-18", SelectNone, SelectWhitelist, SelectAllExcept, SelectAll)
	v.selection(path+".QueryStringsConfig.QueryStringBehavior", p.QueryStrings, "CF-CONF-18", SelectNone, SelectWhitelist, SelectAllExcept, SelectAll)
	if _, managed := ManagedOriginRequestPolicy(p.ID); !managed { // AWS's own may list more
		v.policyNames(path, p.Headers, p.Cookies, p.QueryStrings)
		v.forwardedNames(path, p)
	}
}

// forwardedNames checks the header names that an origin request policy lists (CF-CONF-92,
// CF-CONF-93); Authorization may be listed only alone (CF-CONF-94).
func (v *validator) forwardedNames(path string, p *OriginRequestPolicy) {
	if p.Headers.Behavior == SelectAllExcept {
		return
	}
	for i, name := range p.Headers.Items {
		rule := map[string]string{"accept-encoding": "CF-CONF-93", "x-amz-content-sha256": "CF-CONF-92"}[strings.ToLower(name)]
		if rule != "" {
			v.add(Problem{Path: fmt.Sprintf("%s.HeadersConfig.Headers.Items[%d]", path, i), Value: name, Rule: rule, Message: "is not allowed", Fix: "remove it"})
		}
	}
}

// policyNames checks how many names of each kind a custom policy lists, and their total
// length (CF-LIMIT-17). That the length counts per list is inferred.
func (v *validator) policyNames(path string, headers, cookies, queries ValueSelection) {
	for _, list := range []struct {
		at    string
		items []string
	}{
		{".HeadersConfig.Headers", headers.Items}, {".CookiesConfig.Cookies", cookies.Items}, {".QueryStringsConfig.QueryStrings", queries.Items},
	} {
		v.quota(path+list.at+".Quantity", len(list.items), quotaPolicyNames, "CF-LIMIT-17")
		if total := totalLength(list.items); total > maxPolicyNames {
			v.add(Problem{Path: path + list.at, Value: strconv.Itoa(total), Allowed: fmt.Sprintf("at most %d characters", maxPolicyNames),
				Rule: "CF-LIMIT-17", Message: "the names together are too long"})
		}
	}
}

// selection checks that a policy selects values in an allowed way (CF-CONF-18).
func (v *validator) selection(path string, s ValueSelection, rule string, allowed ...Selection) {
	names := make([]string, len(allowed))
	for i, a := range allowed {
		names[i] = string(a)
	}
	if !v.enum(path, string(s.Behavior), rule, names...) {
		return
	}
	if (s.Behavior == SelectWhitelist || s.Behavior == SelectAllExcept) && len(s.Items) == 0 {
		v.add(Problem{Path: path, Value: string(s.Behavior), Rule: "CF-CONF-89", Message: "lists no names"})
	}
}

// ttlRanges checks each TTL separately (CF-CACHE-14).
func (v *validator) ttlRanges(path string, low, normal, high Seconds) {
	for _, ttl := range []struct {
		name  string
		value Seconds
	}{{"MinTTL", low}, {"DefaultTTL", normal}, {"MaxTTL", high}} {
		if ttl.value < 0 || ttl.value > maxTTL {
			v.add(Problem{Path: path + "." + ttl.name, Value: strconv.FormatInt(int64(ttl.value), 10), Allowed: fmt.Sprintf("0-%d", int64(maxTTL)), Rule: "CF-CACHE-14", Message: "is out of range"})
		}
	}
}

// ttlOrder checks the legacy TTLs, which the API rejects with InvalidTTLOrder (CF-CONF-75).
// No page says so for cache policies (CF-CONF-82).
func (v *validator) ttlOrder(path string, low, normal, high Seconds) {
	if low > normal || normal > high {
		v.add(Problem{Path: path + ".DefaultTTL", Value: fmt.Sprintf("MinTTL %d, DefaultTTL %d, MaxTTL %d", low, normal, high), Allowed: "MinTTL <= DefaultTTL <= MaxTTL", Rule: "CF-CONF-75", Message: "the TTLs are not in order"})
	}
}

// forwardedValues checks the legacy settings of a behavior.
func (v *validator) forwardedValues(path string, b *CacheBehavior) {
	f := b.ForwardedValues
	fields := path + ".ForwardedValues"
	v.selection(fields+".Cookies.Forward", f.Cookies, "CF-CONF-175", SelectNone, SelectWhitelist, SelectAll)
	v.ttlRanges(path, f.MinTTL, f.DefaultTTL, f.MaxTTL)
	v.ttlOrder(path, f.MinTTL, f.DefaultTTL, f.MaxTTL)
	if !f.QueryString && len(f.QueryStringCacheKeys) > 0 {
		v.add(Problem{Path: fields + ".QueryString", Value: "false", Allowed: "true", Rule: "CF-CONF-50", Message: "cannot be false where QueryStringCacheKeys lists names", Fix: "set true, or remove QueryStringCacheKeys"})
	}
	v.legacyNames(fields, f)
	if slices.Contains(f.Headers, "*") {
		if f.MinTTL > 0 {
			v.add(Problem{Path: path + ".MinTTL", Value: strconv.FormatInt(int64(f.MinTTL), 10), Allowed: "0", Rule: "CF-CONF-17", Message: `must be 0 where Headers is "*"`, Fix: "set 0"})
		}
		return
	}
	v.quota(fields+".Headers.Quantity", len(f.Headers), quotaLegacyHeaders, "CF-LIMIT-15")
	if !v.reachesCustomOrigin(b.TargetOriginID) {
		return
	}
	for i, name := range f.Headers {
		if containsFold(legacyDeniedHeaders, name) {
			v.add(Problem{Path: fmt.Sprintf("%s.Headers.Items[%d]", fields, i), Value: name, Rule: "CF-CONF-20", Message: "cannot be forwarded to a custom origin", Fix: "remove it"})
		}
	}
}

// legacyNames checks how many cookies and query strings are listed, and the length of their
// names (CF-COOKIE-10, CF-LIMIT-22).
func (v *validator) legacyNames(path string, f *ForwardedValues) {
	cookies := f.Cookies.Items
	v.quota(path+".Cookies.WhitelistedNames.Quantity", len(cookies), quotaLegacyCookies, "CF-COOKIE-10")
	if total, most := totalLength(cookies), maxLegacyCookieNames-len(cookies); total > most {
		v.add(Problem{Path: path + ".Cookies.WhitelistedNames", Value: strconv.Itoa(total), Allowed: fmt.Sprintf("at most %d bytes (512 less one for each cookie)", most),
			Rule: "CF-COOKIE-10", Message: "the names together are too long"})
	}
	keys := f.QueryStringCacheKeys
	v.quota(path+".QueryStringCacheKeys.Quantity", len(keys), quotaLegacyQueryKeys, "CF-LIMIT-22")
	for i, key := range keys {
		if len(key) > maxLegacyQueryKey {
			v.add(Problem{Path: fmt.Sprintf("%s.QueryStringCacheKeys.Items[%d]", path, i), Value: key, Allowed: fmt.Sprintf("at most %d characters", maxLegacyQueryKey),
				Rule: "CF-LIMIT-22", Message: fmt.Sprintf("has %d characters", len(key))})
		}
	}
	if total := totalLength(keys); total > maxLegacyQueryKeys {
		v.add(Problem{Path: path + ".QueryStringCacheKeys", Value: strconv.Itoa(total), Allowed: fmt.Sprintf("at most %d characters", maxLegacyQueryKeys),
			Rule: "CF-LIMIT-22", Message: "the names together are too long"})
	}
}

func totalLength(names []string) int {
	total := 0
	for _, name := range names {
		total += len(name)
	}
	return total
}

// reachesCustomOrigin reports whether the target is a custom origin or a group with one.
func (v *validator) reachesCustomOrigin(id string) bool {
	members := []string{id}
	if g, ok := v.dist.OriginGroup(id); ok {
		members = g.Members
	}
	for _, m := range members {
		if o, ok := v.dist.Origin(m); ok && o.Kind != OriginS3 {
			return true
		}
	}
	return false
}

func containsFold(list []string, name string) bool {
	return slices.ContainsFunc(list, func(s string) bool { return strings.EqualFold(s, name) })
}
