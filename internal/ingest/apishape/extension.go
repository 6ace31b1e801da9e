package apishape

import (
	"strconv"
	"strings"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/internal/ingest/tree"
)

// apiExtension is what the API's JSON of a distribution has no place for.
type apiExtension struct {
	// Name is how the files refer to the distribution.
	Name string `json:",omitempty"`
	// Tags are the distribution's tags.
	Tags []distribution.Tag `json:",omitempty"`
	// Resources are what the distribution refers to, except those that AWS provides.
	Resources []apiResource `json:",omitempty"`
	// Backends are the kinds of server behind origins whose names do not tell, by id.
	Backends map[string]distribution.Backend `json:",omitempty"`
	// Told holds the notices from when the files were read.
	Told []toldNotice `json:",omitempty"`
}

type toldNotice struct {
	Kind          distribution.NoticeKind
	Path, Message string
}

type apiResource struct {
	Type   tree.Type
	Name   string
	ID     string `json:"Id,omitempty"`
	ARN    string `json:",omitempty"`
	Config any
}

// newExtension returns the extension of a distribution, or nil if there is nothing to put
// in it.
func newExtension(d *distribution.Distribution, told []distribution.Notice) *apiExtension {
	e := &extensionWriter{seen: map[string]bool{}, out: apiExtension{Name: d.Name, Tags: d.Tags}}
	e.behavior(&d.DefaultBehavior)
	for i := range d.Behaviors {
		e.behavior(&d.Behaviors[i])
	}
	for i := range d.Origins {
		o := &d.Origins[i]
		if o.AccessControl != nil {
			e.add(tree.OriginAccessControl, o.AccessControlID, "", newAPIAccessControl(o.AccessControl))
		}
		if o.Backend != "" && o.Backend != distribution.BackendOf(o.DomainName) {
			if e.out.Backends == nil {
				e.out.Backends = map[string]distribution.Backend{}
			}
			e.out.Backends[o.ID] = o.Backend
		}
	}
	if d.ContinuousDeployment != nil {
		e.add(tree.ContinuousDeploymentPolicy, d.ContinuousDeploymentID, "", newAPIContinuousDeployment(d.ContinuousDeployment))
	}
	for _, t := range d.Tenants {
		e.add(tree.DistributionTenant, t.Name, "", newAPITenant(d, t))
	}
	for _, n := range told {
		e.out.Told = append(e.out.Told, toldNotice{n.Kind, n.Path, n.Message})
	}
	if e.out.Name == "" && e.out.Tags == nil && e.out.Resources == nil && e.out.Backends == nil && e.out.Told == nil {
		return nil
	}
	return &e.out
}

// extensionWriter collects resources, each once.
type extensionWriter struct {
	seen map[string]bool
	out  apiExtension
}

func (e *extensionWriter) add(kind tree.Type, name, arn string, config any) {
	if key := string(kind) + " " + name; !e.seen[key] {
		e.seen[key] = true
		e.out.Resources = append(e.out.Resources, apiResource{Type: kind, Name: name, ARN: arn, Config: config})
	}
}

func (e *extensionWriter) behavior(b *distribution.CacheBehavior) {
	if p := b.CachePolicy; p != nil && !p.Unresolved {
		if _, managed := distribution.ManagedCachePolicy(idOrName(p.ID, p.Name)); !managed {
			e.add(tree.CachePolicy, idOrName(p.ID, p.Name), "", newAPICachePolicy(p))
		}
	}
	if p := b.OriginRequestPolicy; p != nil && !p.Unresolved {
		if _, managed := distribution.ManagedOriginRequestPolicy(idOrName(p.ID, p.Name)); !managed {
			e.add(tree.OriginRequestPolicy, idOrName(p.ID, p.Name), "", newAPIOriginRequestPolicy(p))
		}
	}
	if p := b.ResponseHeadersPolicy; p != nil && !p.Unresolved {
		if _, managed := distribution.ManagedResponseHeadersPolicy(idOrName(p.ID, p.Name)); !managed {
			e.add(tree.ResponseHeadersPolicy, idOrName(p.ID, p.Name), "", newAPIResponseHeadersPolicy(p))
		}
	}
	for _, a := range b.Functions {
		if f := a.Function; f != nil {
			e.function(f)
		}
	}
	for i, g := range b.TrustedKeyGroups.Groups {
		if g == nil {
			continue
		}
		var ids []string
		for _, k := range g.Keys {
			ids = append(ids, k.ID)
			if k.PEM != "" || k.Name != "" {
				e.add(tree.PublicKey, k.ID, "", apiPublicKey{k.Name, k.PEM, k.Comment})
			}
		}
		e.add(tree.KeyGroup, b.TrustedKeyGroups.IDs[i], "", apiKeyGroup{g.Name, ids, g.Comment})
	}
}

func (e *extensionWriter) function(f *distribution.Function) {
	out := apiFunction{Name: f.Name, Code: f.Code}
	out.Config.Comment, out.Config.Runtime = f.Comment, f.Runtime
	var stores []apiStoreRef
	for _, s := range f.Stores {
		stores = append(stores, apiStoreRef{first(s.Address, s.ARN)})
		if !s.Known && s.Name == "" {
			continue
		}
		config := apiStore{Name: s.Name, Comment: s.Comment}
		if s.Known {
			config.Data = append([]distribution.KeyValue{}, s.Entries...)
		}
		e.add(tree.KeyValueStore, first(s.Address, s.ARN), s.ARN, config)
	}
	if stores != nil {
		l := listOfItems(stores)
		out.Config.Stores = &l
	}
	e.add(tree.Function, f.Address, "", out)
}

type apiPublicKey struct {
	Name       string
	EncodedKey string
	Comment    string `json:",omitempty"`
}

type apiKeyGroup struct {
	Name    string
	Items   []string
	Comment string `json:",omitempty"`
}

type apiFunction struct {
	Name   string
	Config struct {
		Comment string             `json:",omitempty"`
		Runtime string             `json:",omitempty"`
		Stores  *list[apiStoreRef] `json:"KeyValueStoreAssociations,omitempty"`
	} `json:"FunctionConfig"`
	Code string `json:"FunctionCode,omitempty"`
}

type apiStoreRef struct{ KeyValueStoreARN string }

type apiStore struct {
	Name    string
	Comment string                  `json:",omitempty"`
	Data    []distribution.KeyValue `json:",omitempty"`
}

type apiAccessControl struct {
	Name, Description, OriginAccessControlOriginType, SigningBehavior, SigningProtocol string
}

func newAPIAccessControl(c *distribution.OriginAccessControl) apiAccessControl {
	return apiAccessControl{c.Name, c.Description, c.OriginType, c.SigningBehavior, c.SigningProtocol}
}

type apiTenant struct {
	Name              string
	DistributionID    string `json:"DistributionId"`
	ConnectionGroupID string `json:"ConnectionGroupId,omitempty"`
	Enabled           bool
	Domains           []apiDomain
	Parameters        []apiTenantParameter `json:",omitempty"`
}

type (
	apiDomain          struct{ Domain string }
	apiTenantParameter struct{ Name, Value string }
)

func newAPITenant(d *distribution.Distribution, t distribution.Tenant) apiTenant {
	out := apiTenant{Name: t.Name, DistributionID: first(d.Name, d.ID), ConnectionGroupID: t.ConnectionGroup, Enabled: t.Enabled, Domains: []apiDomain{}}
	for _, name := range t.Domains {
		out.Domains = append(out.Domains, apiDomain{name})
	}
	for _, p := range t.Parameters {
		out.Parameters = append(out.Parameters, apiTenantParameter{p.Key, p.Value})
	}
	return out
}

func newAPIContinuousDeployment(c *distribution.ContinuousDeployment) any {
	traffic := map[string]any{"Type": c.Type}
	if c.Header != "" {
		traffic["SingleHeaderConfig"] = map[string]any{"Header": c.Header, "Value": c.Value}
	}
	if c.Type == "SingleWeight" {
		weight := map[string]any{"Weight": c.Weight}
		if c.IdleTTL != 0 || c.MaximumTTL != 0 {
			weight["SessionStickinessConfig"] = map[string]any{"IdleTTL": c.IdleTTL, "MaximumTTL": c.MaximumTTL}
		}
		traffic["SingleWeightConfig"] = weight
	}
	return map[string]any{"Enabled": c.Enabled, "StagingDistributionDnsNames": listOfItems(c.StagingNames), "TrafficConfig": traffic}
}

// Policies as the API writes them.

type apiSelection struct {
	behavior, list string
	value          distribution.ValueSelection
}

func (s apiSelection) fields() map[string]any {
	out := map[string]any{s.behavior: s.value.Behavior}
	if len(s.value.Items) > 0 {
		out[s.list] = listOfItems(s.value.Items)
	}
	return out
}

func selections(headers, cookies, queries distribution.ValueSelection) map[string]any {
	return map[string]any{
		"HeadersConfig":      apiSelection{"HeaderBehavior", "Headers", headers}.fields(),
		"CookiesConfig":      apiSelection{"CookieBehavior", "Cookies", cookies}.fields(),
		"QueryStringsConfig": apiSelection{"QueryStringBehavior", "QueryStrings", queries}.fields(),
	}
}

func newAPICachePolicy(p *distribution.CachePolicy) any {
	key := selections(p.Headers, p.Cookies, p.QueryStrings)
	key["EnableAcceptEncodingGzip"], key["EnableAcceptEncodingBrotli"] = p.Gzip, p.Brotli
	return map[string]any{"Name": p.Name, "Comment": p.Comment, "MinTTL": p.MinTTL, "DefaultTTL": p.DefaultTTL, "MaxTTL": p.MaxTTL,
		"ParametersInCacheKeyAndForwardedToOrigin": key}
}

func newAPIOriginRequestPolicy(p *distribution.OriginRequestPolicy) any {
	out := selections(p.Headers, p.Cookies, p.QueryStrings)
	out["Name"], out["Comment"] = p.Name, p.Comment
	return out
}

func newAPIResponseHeadersPolicy(p *distribution.ResponseHeadersPolicy) any {
	out := map[string]any{"Name": p.Name, "Comment": p.Comment}
	if c := p.CORS; c != nil {
		cors := map[string]any{"AccessControlAllowCredentials": c.AllowCredentials, "AccessControlAllowHeaders": listOfItems(c.AllowHeaders),
			"AccessControlAllowMethods": listOfItems(c.AllowMethods), "AccessControlAllowOrigins": listOfItems(c.AllowOrigins),
			"AccessControlMaxAgeSec": c.MaxAge, "OriginOverride": c.OriginOverride}
		if len(c.ExposeHeaders) > 0 {
			cors["AccessControlExposeHeaders"] = listOfItems(c.ExposeHeaders)
		}
		out["CorsConfig"] = cors
	}
	security, custom := map[string]any{}, []any{}
	for _, h := range p.Headers {
		if name, setting := securitySetting(h); setting != nil {
			security[name] = setting
		} else {
			custom = append(custom, map[string]any{"Header": h.Name, "Value": h.Value, "Override": h.Override})
		}
	}
	if len(security) > 0 {
		out["SecurityHeadersConfig"] = security
	}
	if len(custom) > 0 {
		out["CustomHeadersConfig"] = listOfItems(custom)
	}
	if len(p.Remove) > 0 {
		out["RemoveHeadersConfig"] = convert(p.Remove, func(name string) any { return map[string]any{"Header": name} })
	}
	if p.ServerTiming {
		out["ServerTimingHeadersConfig"] = map[string]any{"Enabled": true, "SamplingRate": p.ServerTimingRate}
	}
	return out
}

// securitySetting turns a security header back into its setting.
func securitySetting(h distribution.ResponseHeader) (string, map[string]any) {
	out := map[string]any{"Override": h.Override}
	parts := strings.Split(h.Value, "; ")
	switch h.Name {
	case "Content-Security-Policy":
		out["ContentSecurityPolicy"] = h.Value
		return "ContentSecurityPolicy", out
	case "X-Content-Type-Options":
		return "ContentTypeOptions", out
	case "X-Frame-Options":
		out["FrameOption"] = h.Value
		return "FrameOptions", out
	case "Referrer-Policy":
		out["ReferrerPolicy"] = h.Value
		return "ReferrerPolicy", out
	case "Strict-Transport-Security":
		age, _ := strconv.ParseInt(strings.TrimPrefix(parts[0], "max-age="), 10, 64)
		out["AccessControlMaxAgeSec"] = age
		for _, p := range parts[1:] {
			out["IncludeSubdomains"] = out["IncludeSubdomains"] == true || p == "includeSubDomains"
			out["Preload"] = out["Preload"] == true || p == "preload"
		}
		return "StrictTransportSecurity", out
	case "X-XSS-Protection":
		out["Protection"] = parts[0] == "1"
		for _, p := range parts[1:] {
			if p == "mode=block" {
				out["ModeBlock"] = true
			}
			if report, ok := strings.CutPrefix(p, "report="); ok {
				out["ReportUri"] = report
			}
		}
		return "XSSProtection", out
	}
	return "", nil
}

// readBack reads JSON written here.
func readBack(text []byte) (*distribution.Distribution, error) {
	n, err := tree.ParseJSON("", text)
	if err != nil {
		return nil, err
	}
	set, err := Document(n, tree.DialectAPI)
	if err != nil {
		return nil, err
	}
	list, err := Map(set, Options{})
	if err != nil {
		return nil, err
	}
	return list[0], nil
}
