package pull

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
)

// endpoint is where a service is called, and the region to sign for.
type endpoint struct {
	url    *url.URL
	region string
}

// partition is a part of AWS with its own accounts and names.
type partition struct {
	// regions is the prefix of its regions' names.
	regions string
	// name is its name in ARNs.
	name string
	// suffix ends the names of endpoints, dual those with IPv6.
	suffix, dual string
	// region is the one that global services sign for.
	region string
}

// partitions are those that have CloudFront's API; the last one takes every other region.
var partitions = []partition{
	{regions: "cn-", name: "aws-cn", suffix: "amazonaws.com.cn", dual: "api.amazonwebservices.com.cn", region: "cn-northwest-1"},
	{regions: "us-gov-", name: "aws-us-gov", suffix: "amazonaws.com", dual: "api.aws", region: "us-gov-west-1"},
	{regions: "eusc-", name: "aws-eusc", suffix: "amazonaws.eu", dual: "api.amazonwebservices.eu", region: "eusc-de-east-1"},
	{name: "aws", suffix: "amazonaws.com", dual: "api.aws", region: "us-east-1"},
}

func partitionOf(region string) partition {
	for _, p := range partitions {
		if strings.HasPrefix(region, p.regions) {
			return p
		}
	}
	return partition{}
}

// frontEndpoint is the endpoint of CloudFront's API, by the rules of AWS's SDKs. fixed is
// the one given by --endpoint-url, or "".
func frontEndpoint(ctx context.Context, cfg aws.Config, fixed string) (endpoint, error) {
	if fixed != "" {
		return parsed(fixed, cfg.Region)
	}
	fips, dual := wanted(ctx, cfg)
	if base := configured(ctx, cfg, "CloudFront"); base != "" {
		if fips || dual {
			return endpoint{}, errors.New("the AWS configuration has an endpoint of its own and asks for FIPS or dual-stack ones as well")
		}
		return parsed(base, cfg.Region)
	}
	p := partitionOf(cfg.Region)
	host := "cloudfront"
	if fips {
		host += "-fips"
	}
	switch {
	case dual && p.name == "aws":
		host += ".global." + p.dual
	case dual:
		host += "." + p.dual
	case p.name == "aws-cn":
		host += "." + p.region + "." + p.suffix
	default:
		host += "." + p.suffix
	}
	return parsed("https://"+host, p.region)
}

// storeEndpoint is the endpoint for the pairs of a key-value store, whose name includes the
// account. fixed is the one given by --endpoint-url, or "": it is used as is, since an IP
// address has no room for the account before it.
func storeEndpoint(ctx context.Context, cfg aws.Config, fixed, arn string) (endpoint, error) {
	part := strings.SplitN(arn, ":", 6) // arn:aws:cloudfront::111122223333:key-value-store/ID
	if len(part) != 6 || part[0] != "arn" || part[2] != "cloudfront" || part[3] != "" || !account(part[4]) || !strings.HasPrefix(part[5], "key-value-store/") {
		return endpoint{}, fmt.Errorf("%q is not the ARN of a key-value store", arn)
	}
	if fixed != "" {
		return parsed(fixed, "*")
	}
	if fips, _ := wanted(ctx, cfg); fips {
		return endpoint{}, errors.New("key-value stores have no FIPS endpoint")
	}
	if p := partitionOf(cfg.Region); part[1] != "aws" || p.name != "aws" {
		return endpoint{}, fmt.Errorf("key-value stores are in the partition aws alone; the ARN is %s and the region %s", arn, cfg.Region)
	}
	at, err := parsed("https://cloudfront-kvs.global.api.aws", "*")
	if base := configured(ctx, cfg, "CloudFront KeyValueStore"); base != "" {
		at, err = parsed(base, "*")
	}
	if err == nil {
		at.url.Host = part[4] + "." + at.url.Host
	}
	return at, err
}

// account reports whether s is an account number, which becomes part of a name.
func account(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// parsed returns the endpoint with a URL.
func parsed(base, region string) (endpoint, error) {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return endpoint{}, fmt.Errorf("the endpoint %q is not an http or https URL", base)
	}
	return endpoint{url: u, region: region}, nil
}

// The sources of the AWS configuration provide their values through these methods.
type (
	ignoreSource interface {
		GetIgnoreConfiguredEndpoints(context.Context) (bool, bool, error)
	}
	serviceSource interface {
		GetServiceBaseEndpoint(context.Context, string) (string, bool, error)
	}
	fipsSource interface {
		GetUseFIPSEndpoint(context.Context) (aws.FIPSEndpointState, bool, error)
	}
	dualSource interface {
		GetUseDualStackEndpoint(context.Context) (aws.DualStackEndpointState, bool, error)
	}
)

// first asks the sources in order, and returns the first value found.
func first[S, T any](ctx context.Context, cfg aws.Config, ask func(S, context.Context) (T, bool, error)) (value T) {
	for _, source := range cfg.ConfigSources {
		if s, ok := source.(S); ok {
			if value, found, err := ask(s, ctx); err == nil && found {
				return value
			}
		}
	}
	return value
}

// wanted returns which kinds of endpoints the AWS configuration asks for.
func wanted(ctx context.Context, cfg aws.Config) (fips, dual bool) {
	return first(ctx, cfg, fipsSource.GetUseFIPSEndpoint) == aws.FIPSEndpointStateEnabled,
		first(ctx, cfg, dualSource.GetUseDualStackEndpoint) == aws.DualStackEndpointStateEnabled
}

// configured returns the endpoint in the AWS configuration for a service, or "". The
// environment takes precedence over the profile, and in each the service's own, such as
// AWS_ENDPOINT_URL_CLOUDFRONT, over the general one.
func configured(ctx context.Context, cfg aws.Config, service string) string {
	if first(ctx, cfg, ignoreSource.GetIgnoreConfiguredEndpoints) {
		return ""
	}
	for _, source := range cfg.ConfigSources {
		if s, ok := source.(serviceSource); ok {
			if value, found, err := s.GetServiceBaseEndpoint(ctx, service); err == nil && found {
				return value
			}
		}
		if environment, ok := source.(config.EnvConfig); ok && environment.BaseEndpoint != "" {
			return environment.BaseEndpoint
		}
	}
	return aws.ToString(cfg.BaseEndpoint)
}
