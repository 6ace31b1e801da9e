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
	v.ttls(path, p.MinTTL, p.DefaultTTL, p.MaxTTL)
	if _, managed := ManagedCachePolicy(p.ID); !managed {
		v.policyNames(key, p.Headers, p.Cookies, p.QueryStrings)
	}
}

func (v *validator) originRequestPolicy(path string, p *OriginRequestPolicy) {
	v.selection(path+".HeadersConfig.HeaderBehavior", p.Headers, "CF-CONF-18", SelectNone, SelectWhitelist, SelectAllViewer, SelectAllViewerAndCloudFront, SelectAllExcept)
	v.selection(path+".CookiesConfig.CookieBehavior", p.Cookies, "CF-CONF-18", SelectNone, SelectWhitelist, SelectAllExcept, SelectAll)
	v.selection(path+".QueryStringsConfig.QueryStringBehavior", p.QueryStrings, "CF-CONF-18", SelectNone, SelectWhitelist, SelectAllExcept, SelectAll)
	if _, managed := ManagedOriginRequestPolicy(p.ID); !managed { // AWS's own may list more
		v.policyNames(path, p.Headers, p.Cookies, p.QueryStrings)
	}
}

// policyNames checks how many names a custom policy lists of each kind, and how
// long they are together (CF-LIMIT-17). That the length counts for each list on
// its own is inferred.
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

// selection checks that a policy picks values in a legal way (CF-CONF-18).
func (v *validator) selection(path string, s ValueSelection, rule string, allowed ...Selection) {
	names := make([]string, len(allowed))
	for i, a := range allowed {
		names[i] = string(a)
	}
	if !v.enum(path, string(s.Behavior), rule, names...) {
		return
	}
	if (s.Behavior == SelectWhitelist || s.Behavior == SelectAllExcept) && len(s.Items) == 0 {
		v.add(Problem{Path: path, Value: string(s.Behavior), Rule: rule, Message: "lists no names"})
	}
}

// ttls checks range and order, which the API answers with InvalidTTLOrder.
func (v *validator) ttls(path string, low, normal, high int64) {
	for _, ttl := range []struct {
		name  string
		value int64
	}{{"MinTTL", low}, {"DefaultTTL", normal}, {"MaxTTL", high}} {
		if ttl.value < 0 || ttl.value > maxTTL {
			v.add(Problem{Path: path + "." + ttl.name, Value: strconv.FormatInt(ttl.value, 10), Allowed: fmt.Sprintf("0-%d", int64(maxTTL)), Rule: "CF-CACHE-14", Message: "is out of range"})
		}
	}
	if low > normal || normal > high {
		v.add(Problem{Path: path + ".DefaultTTL", Value: fmt.Sprintf("MinTTL %d, DefaultTTL %d, MaxTTL %d", low, normal, high), Allowed: "MinTTL <= DefaultTTL <= MaxTTL", Message: "the TTLs are not in order"})
	}
}

// forwardedValues checks the legacy settings of a behavior.
func (v *validator) forwardedValues(path string, b *CacheBehavior) {
	f := b.ForwardedValues
	fields := path + ".ForwardedValues"
	v.selection(fields+".Cookies.Forward", f.Cookies, "", SelectNone, SelectWhitelist, SelectAll)
	v.ttls(path, f.MinTTL, f.DefaultTTL, f.MaxTTL)
	v.legacyNames(fields, f)
	if slices.Contains(f.Headers, "*") {
		if f.MinTTL > 0 {
			v.add(Problem{Path: path + ".MinTTL", Value: strconv.FormatInt(f.MinTTL, 10), Allowed: "0", Rule: "CF-CONF-17", Message: `must be 0 where Headers is "*"`, Fix: "set 0"})
		}
		if len(f.Headers) > 1 {
			v.add(Problem{Path: fields + ".Headers.Items", Value: strings.Join(f.Headers, ", "), Allowed: `"*" alone, or names`, Message: `"*" stands beside other names`})
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

// legacyNames checks how many cookies and query strings are listed, and how
// long their names are (CF-COOKIE-10, CF-LIMIT-22).
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

// reachesCustomOrigin reports whether the target is a custom origin or a group
// with one.
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
