package ingest

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/edgesim/edgesim/distribution"
)

// EncodeAPIJSON writes the effective distribution as the API's JSON, every
// default filled in and in a stable order. Reading it again gives an equal
// distribution, but for its notices: what is not simulated is not in it. A
// distribution with an id or a name is wrapped as get-distribution does it.
// Policies are named by id, so one that is not managed is but a name.
func EncodeAPIJSON(d *distribution.Distribution) ([]byte, error) {
	var out any = newAPIConfig(d)
	if d.ID != "" || d.DomainName != "" {
		out = apiWrapped{apiDistribution{ID: d.ID, DomainName: d.DomainName, Config: out}}
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

// blockStyle turns JSON's braces into indentation, and drops quotes that YAML
// does not need.
func blockStyle(n *yaml.Node) {
	n.Style = 0
	for _, c := range n.Content {
		blockStyle(c)
	}
}

// list is the API's way to write a list.
type list[T any] struct {
	Quantity int
	Items    []T `json:",omitempty"`
}

func listOfItems[T any](items []T) list[T] { return list[T]{Quantity: len(items), Items: items} }

type apiWrapped struct{ Distribution apiDistribution }

type apiDistribution struct {
	ID         string `json:"Id"`
	DomainName string
	Config     any `json:"DistributionConfig"`
}

type apiConfig struct {
	Aliases              list[string]
	DefaultRootObject    string
	Origins              list[apiOrigin]
	OriginGroups         list[apiGroup]
	DefaultCacheBehavior apiBehavior
	CacheBehaviors       list[apiBehavior]
	CustomErrorResponses list[apiError]
	Comment              string
	Enabled              bool
	HTTPVersion          string `json:"HttpVersion"`
	IsIPV6Enabled        bool
}

func newAPIConfig(d *distribution.Distribution) apiConfig {
	c := apiConfig{
		Aliases:              listOfItems(d.Aliases),
		DefaultRootObject:    d.DefaultRootObject,
		Origins:              convert(d.Origins, newAPIOrigin),
		OriginGroups:         convert(d.OriginGroups, newAPIGroup),
		DefaultCacheBehavior: newAPIBehavior(d.DefaultBehavior),
		CacheBehaviors:       convert(d.Behaviors, newAPIBehavior),
		CustomErrorResponses: convert(d.CustomErrors, newAPIError),
		Comment:              d.Comment,
		Enabled:              d.Enabled,
		HTTPVersion:          d.HTTPVersion,
		IsIPV6Enabled:        d.IPv6,
	}
	c.DefaultCacheBehavior.PathPattern = "" // the default behavior has none
	return c
}

// convert writes a list of ours as one of the API's.
func convert[T, A any](items []T, f func(T) A) list[A] {
	l := list[A]{Quantity: len(items)}
	for _, it := range items {
		l.Items = append(l.Items, f(it))
	}
	return l
}

type apiGroup struct {
	ID       string                          `json:"Id"`
	Failover struct{ StatusCodes list[int] } `json:"FailoverCriteria"`
	Members  list[apiMember]
}

type apiMember struct {
	OriginID string `json:"OriginId"`
}

func newAPIGroup(g distribution.OriginGroup) apiGroup {
	out := apiGroup{ID: g.ID, Members: convert(g.Members, func(id string) apiMember { return apiMember{id} })}
	out.Failover.StatusCodes = listOfItems(g.StatusCodes)
	return out
}

type apiError struct {
	ErrorCode          int
	ResponsePagePath   string
	ResponseCode       string
	ErrorCachingMinTTL int64
}

func newAPIError(e distribution.CustomErrorResponse) apiError {
	out := apiError{ErrorCode: e.ErrorCode, ResponsePagePath: e.ResponsePagePath, ErrorCachingMinTTL: e.ErrorCachingMinTTL}
	if e.ResponseCode != 0 {
		out.ResponseCode = strconv.Itoa(e.ResponseCode)
	}
	return out
}

// inSeconds writes a duration as the API does.
func inSeconds(d time.Duration) int64 { return int64(d / time.Second) }
