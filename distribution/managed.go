package distribution

import (
	_ "embed"
	"encoding/json"
	"slices"
	"sync"
)

// managedJSON holds AWS's managed policies as documented, with their sources.
//
//go:embed managed_policies.json
var managedJSON []byte

// ManagedCachePolicy returns AWS's managed cache policy with this id or name, e.g.
// "CachingDisabled" or "Managed-CachingDisabled". The caller may modify the result.
func ManagedCachePolicy(idOrName string) (*CachePolicy, bool) {
	p, ok := managed().cache[idOrName]
	if !ok {
		return nil, false
	}
	p.Headers, p.Cookies, p.QueryStrings = p.Headers.clone(), p.Cookies.clone(), p.QueryStrings.clone()
	return &p, true
}

// ManagedOriginRequestPolicy returns AWS's managed origin request policy with this
// id or name, e.g. "AllViewer" or "Managed-AllViewer". The caller may modify the
// result.
func ManagedOriginRequestPolicy(idOrName string) (*OriginRequestPolicy, bool) {
	p, ok := managed().originRequest[idOrName]
	if !ok {
		return nil, false
	}
	p.Headers, p.Cookies, p.QueryStrings = p.Headers.clone(), p.Cookies.clone(), p.QueryStrings.clone()
	p.CloudFrontHeaders = slices.Clone(p.CloudFrontHeaders)
	return &p, true
}

// ManagedResponseHeadersPolicy returns AWS's managed response headers policy with
// this id or name, e.g. "SimpleCORS" or "Managed-SimpleCORS". The caller may modify
// the result.
func ManagedResponseHeadersPolicy(idOrName string) (*ResponseHeadersPolicy, bool) {
	p, ok := managed().responseHeaders[idOrName]
	if !ok {
		return nil, false
	}
	p.Headers = slices.Clone(p.Headers)
	if p.CORS != nil {
		c := *p.CORS
		c.AllowMethods, c.AllowOrigins, c.ExposeHeaders = slices.Clone(c.AllowMethods), slices.Clone(c.AllowOrigins), slices.Clone(c.ExposeHeaders)
		p.CORS = &c
	}
	return &p, true
}

func (s ValueSelection) clone() ValueSelection {
	return ValueSelection{Behavior: s.Behavior, Items: slices.Clone(s.Items)}
}

// managedPolicies are the policies by id, by name and by the API's name.
type managedPolicies struct {
	cache           map[string]CachePolicy
	originRequest   map[string]OriginRequestPolicy
	responseHeaders map[string]ResponseHeadersPolicy
}

var managed = sync.OnceValue(func() managedPolicies {
	m, err := parseManaged(managedJSON)
	if err != nil {
		panic("distribution/managed_policies.json: " + err.Error()) // checked by TestManagedPolicies
	}
	return m
})

// managedFile is the shape of managed_policies.json.
type managedFile struct {
	Cache           []managedCache           `json:"cache_policies"`
	OriginRequest   []managedValues          `json:"origin_request_policies"`
	ResponseHeaders []managedResponseHeaders `json:"response_headers_policies"`
}

type managedValues struct {
	ID           string           `json:"id"`
	Name         string           `json:"name"`
	APIName      string           `json:"api_name"`
	Headers      managedSelection `json:"headers"`
	Cookies      managedSelection `json:"cookies"`
	QueryStrings managedSelection `json:"query_strings"`
	// CloudFrontHeaders are the headers that the policy adds, whether or not Headers lists
	// them.
	CloudFrontHeaders []string `json:"cloudfront_headers_added"`
}

type managedCache struct {
	managedValues
	TTL struct {
		Min     Seconds `json:"min"`
		Default Seconds `json:"default"`
		Max     Seconds `json:"max"`
	} `json:"ttl_seconds"`
	Gzip   bool `json:"enable_accept_encoding_gzip"`
	Brotli bool `json:"enable_accept_encoding_brotli"`
}

type managedResponseHeaders struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	APIName string `json:"api_name"`
	CORS    *struct {
		AllowMethods   []string `json:"allow_methods"`
		AllowOrigins   []string `json:"allow_origins"`
		ExposeHeaders  []string `json:"expose_headers"`
		OriginOverride bool     `json:"origin_override"`
	} `json:"cors"`
	Headers []struct {
		Name     string `json:"name"`
		Value    string `json:"value"`
		Override bool   `json:"override"`
	} `json:"headers"`
}

type managedSelection struct {
	Behavior Selection `json:"behavior"`
	Items    []string  `json:"items"`
}

func (s managedSelection) selection() ValueSelection {
	v := ValueSelection{Behavior: s.Behavior}
	if len(s.Items) > 0 {
		v.Items = s.Items
	}
	return v
}

func parseManaged(data []byte) (managedPolicies, error) {
	var file managedFile
	m := managedPolicies{map[string]CachePolicy{}, map[string]OriginRequestPolicy{}, map[string]ResponseHeadersPolicy{}}
	if err := json.Unmarshal(data, &file); err != nil {
		return m, err
	}
	for _, f := range file.Cache {
		p := CachePolicy{ID: f.ID, Name: f.Name, MinTTL: f.TTL.Min, DefaultTTL: f.TTL.Default, MaxTTL: f.TTL.Max, Gzip: f.Gzip, Brotli: f.Brotli,
			Headers: f.Headers.selection(), Cookies: f.Cookies.selection(), QueryStrings: f.QueryStrings.selection()}
		m.cache[f.ID], m.cache[f.Name], m.cache[f.APIName] = p, p, p
	}
	for _, f := range file.OriginRequest {
		p := OriginRequestPolicy{ID: f.ID, Name: f.Name, Headers: f.Headers.selection(), Cookies: f.Cookies.selection(), QueryStrings: f.QueryStrings.selection()}
		if p.Headers.Behavior != SelectAllViewerAndCloudFront { // that one lists them itself
			p.CloudFrontHeaders = f.CloudFrontHeaders
		}
		m.originRequest[f.ID], m.originRequest[f.Name], m.originRequest[f.APIName] = p, p, p
	}
	for _, f := range file.ResponseHeaders {
		p := f.policy()
		m.responseHeaders[f.ID], m.responseHeaders[f.Name], m.responseHeaders[f.APIName] = p, p, p
	}
	return m, nil
}

func (f managedResponseHeaders) policy() ResponseHeadersPolicy {
	p := ResponseHeadersPolicy{ID: f.ID, Name: f.Name}
	if c := f.CORS; c != nil {
		p.CORS = &CORSConfig{AllowMethods: c.AllowMethods, AllowOrigins: c.AllowOrigins, ExposeHeaders: c.ExposeHeaders, OriginOverride: c.OriginOverride}
	}
	for _, h := range f.Headers {
		p.Headers = append(p.Headers, ResponseHeader{Header: Header{Name: h.Name, Value: h.Value}, Override: h.Override})
	}
	return p
}
