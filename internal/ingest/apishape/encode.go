package apishape

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/edgesim/edgesim/distribution"
)

// EncodeAPIJSON writes the effective distribution as the API's JSON, with every default
// filled in and in a stable order. A distribution with an id or domain name from AWS is
// wrapped as by get-distribution. What the API has no place for (the user's own policies
// and functions, notices from reading the file) is in the field "_edgesim", so that reading
// it again gives an equal distribution with equal notices.
func EncodeAPIJSON(d *distribution.Distribution) ([]byte, error) {
	told := d.Notices
	text, err := encodeJSON(d, nil)
	if err != nil || len(told) == 0 {
		return text, err
	}
	again, err := readBack(text)
	if err != nil { // what the API rejects is printed anyway
		return encodeJSON(d, told)
	}
	if left := notAgain(told, again.Notices); len(left) > 0 || len(again.Notices) != len(told) {
		return encodeJSON(d, told)
	}
	return text, nil
}

// notAgain returns the notices that reading the JSON again would not produce.
func notAgain(told, again []distribution.Notice) []distribution.Notice {
	said := map[distribution.Notice]bool{}
	for _, n := range again {
		said[withoutPlace(n)] = true
	}
	var left []distribution.Notice
	for _, n := range told {
		if !said[withoutPlace(n)] {
			left = append(left, n)
		}
	}
	return left
}

func withoutPlace(n distribution.Notice) distribution.Notice {
	return distribution.Notice{Kind: n.Kind, Path: n.Path, Message: n.Message}
}

func encodeJSON(d *distribution.Distribution, told []distribution.Notice) ([]byte, error) {
	config := newAPIConfig(d)
	extra := newExtension(d, told)
	var out any = config
	if d.ID != "" || d.DomainName != "" {
		out = apiWrapped{apiDistribution{ID: d.ID, DomainName: d.DomainName, Config: config}, extra}
	} else {
		config.Extension = extra
		out = config
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(out)
	return b.Bytes(), err
}

// EncodeYAML writes what [EncodeAPIJSON] writes as YAML.
func EncodeYAML(d *distribution.Distribution) ([]byte, error) {
	text, err := EncodeAPIJSON(d)
	if err != nil {
		return nil, err
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil, err
	}
	blockStyle(&doc)
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(&doc); err != nil {
		return nil, err
	}
	return b.Bytes(), enc.Close()
}

// blockStyle turns JSON's braces into indentation, and drops quotes that YAML does not
// need.
func blockStyle(n *yaml.Node) {
	n.Style = 0
	for _, c := range n.Content {
		blockStyle(c)
	}
}

// list is a list in the API's form.
type list[T any] struct {
	Quantity int
	Items    []T `json:",omitempty"`
}

func listOfItems[T any](items []T) list[T] { return list[T]{Quantity: len(items), Items: items} }

// convert converts a list of ours to one of the API's.
func convert[T, A any](items []T, f func(T) A) list[A] {
	l := list[A]{Quantity: len(items)}
	for _, it := range items {
		l.Items = append(l.Items, f(it))
	}
	return l
}

type apiWrapped struct {
	Distribution apiDistribution
	Extension    *apiExtension `json:"_edgesim,omitempty"`
}

type apiDistribution struct {
	ID         string `json:"Id"`
	DomainName string
	Config     any `json:"DistributionConfig"`
}

type apiConfig struct {
	CallerReference      string
	Aliases              list[string]
	DefaultRootObject    string
	Origins              list[apiOrigin]
	OriginGroups         list[apiGroup]
	DefaultCacheBehavior apiBehavior
	CacheBehaviors       list[apiBehavior]
	CustomErrorResponses list[apiError]
	Comment              string
	Logging              apiLogging
	PriceClass           string `json:",omitempty"`
	Enabled              bool
	ViewerCertificate    *apiCertificate `json:",omitempty"`
	Restrictions         apiRestrictions
	WebACLID             string `json:"WebACLId"`
	HTTPVersion          string `json:"HttpVersion"`
	IsIPV6Enabled        bool
	ContinuousDeployment string               `json:"ContinuousDeploymentPolicyId,omitempty"`
	Staging              bool                 `json:",omitempty"`
	AnycastIPListID      string               `json:"AnycastIpListId,omitempty"`
	TenantConfig         *apiTenantConfig     `json:",omitempty"`
	ConnectionMode       string               `json:",omitempty"`
	ViewerMTLS           *apiViewerMTLS       `json:"ViewerMtlsConfig,omitempty"`
	ConnectionFunction   *struct{ Id string } `json:"ConnectionFunctionAssociation,omitempty"` //nolint:revive // the API's name
	CacheTag             *apiCacheTag         `json:"CacheTagConfig,omitempty"`
	Extension            *apiExtension        `json:"_edgesim,omitempty"`
}

func newAPIConfig(d *distribution.Distribution) *apiConfig {
	c := &apiConfig{
		CallerReference:      d.CallerReference,
		Aliases:              listOfItems(d.Aliases),
		DefaultRootObject:    d.DefaultRootObject,
		Origins:              convert(d.Origins, newAPIOrigin),
		OriginGroups:         convert(d.OriginGroups, newAPIGroup),
		DefaultCacheBehavior: newAPIBehavior(d.DefaultBehavior),
		CacheBehaviors:       convert(d.Behaviors, newAPIBehavior),
		CustomErrorResponses: convert(d.CustomErrors, newAPIError),
		Comment:              d.Comment,
		Logging:              apiLogging(d.Logging),
		PriceClass:           d.PriceClass,
		Enabled:              d.Enabled,
		ViewerCertificate:    newAPICertificate(d),
		Restrictions:         newAPIRestrictions(d.GeoRestriction),
		WebACLID:             d.WebACLID,
		HTTPVersion:          d.HTTPVersion,
		IsIPV6Enabled:        d.IPv6,
		ContinuousDeployment: d.ContinuousDeploymentID,
		Staging:              d.Staging,
		AnycastIPListID:      d.AnycastIPListID,
		TenantConfig:         newAPITenantConfig(d.TenantParameters),
		ViewerMTLS:           newAPIViewerMTLS(d.ViewerMTLS),
	}
	if d.ConnectionMode != "direct" {
		c.ConnectionMode = d.ConnectionMode
	}
	if d.ConnectionFunctionID != "" {
		c.ConnectionFunction = &struct{ Id string }{d.ConnectionFunctionID} //nolint:revive // the API's name
	}
	if d.CacheTagHeader != "" {
		c.CacheTag = &apiCacheTag{d.CacheTagHeader}
	}
	c.DefaultCacheBehavior.PathPattern = "" // the default behavior has none
	return c
}

type apiGroup struct {
	ID       string                          `json:"Id"`
	Failover struct{ StatusCodes list[int] } `json:"FailoverCriteria"`
	Members  list[apiMember]
	Criteria string `json:"SelectionCriteria,omitempty"`
}

type apiMember struct {
	OriginID string `json:"OriginId"`
}

func newAPIGroup(g distribution.OriginGroup) apiGroup {
	out := apiGroup{ID: g.ID, Members: convert(g.Members, func(id string) apiMember { return apiMember{id} }), Criteria: g.SelectionCriteria}
	out.Failover.StatusCodes = listOfItems(g.StatusCodes)
	return out
}

type apiError struct {
	ErrorCode          int
	ResponsePagePath   string
	ResponseCode       string
	ErrorCachingMinTTL distribution.Seconds
}

func newAPIError(e distribution.CustomErrorResponse) apiError {
	out := apiError{ErrorCode: e.ErrorCode, ResponsePagePath: e.ResponsePagePath, ErrorCachingMinTTL: e.ErrorCachingMinTTL}
	if e.ResponseCode != 0 {
		out.ResponseCode = strconv.Itoa(e.ResponseCode)
	}
	return out
}

// inSeconds formats a duration as the API does.
func inSeconds(d time.Duration) int64 { return int64(d / time.Second) }
