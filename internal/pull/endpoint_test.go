package pull

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go/logging"
)

// TestEndpoints has the results of the rules that AWS publishes for the two services
// (endpoints.go of the SDK's clients).
func TestEndpoints(t *testing.T) {
	t.Parallel()
	fips := config.EnvConfig{UseFIPSEndpoint: aws.FIPSEndpointStateEnabled}
	dual := config.EnvConfig{UseDualStackEndpoint: aws.DualStackEndpointStateEnabled}
	for _, test := range []struct {
		region  string
		sources []any
		want    string
	}{
		{"eu-west-1", nil, "https://cloudfront.amazonaws.com us-east-1"},
		{"us-east-1", []any{dual}, "https://cloudfront.global.api.aws us-east-1"},
		{"us-east-1", []any{fips}, "https://cloudfront-fips.amazonaws.com us-east-1"},
		{"us-east-1", []any{config.EnvConfig{UseFIPSEndpoint: fips.UseFIPSEndpoint, UseDualStackEndpoint: dual.UseDualStackEndpoint}}, "https://cloudfront-fips.global.api.aws us-east-1"},
		{"us-east-1", []any{config.EnvConfig{UseFIPSEndpoint: aws.FIPSEndpointStateDisabled}, fips}, "https://cloudfront.amazonaws.com us-east-1"},
		{"cn-north-1", nil, "https://cloudfront.cn-northwest-1.amazonaws.com.cn cn-northwest-1"},
		{"cn-north-1", []any{fips}, "https://cloudfront-fips.cn-northwest-1.amazonaws.com.cn cn-northwest-1"},
		{"us-gov-east-1", nil, "https://cloudfront.amazonaws.com us-gov-west-1"},
		{"eusc-de-east-1", []any{dual}, "https://cloudfront.api.amazonwebservices.eu eusc-de-east-1"},
		{"eu-west-1", []any{config.EnvConfig{BaseEndpoint: "http://127.0.0.1:4566"}, profile("http://profile")}, "http://127.0.0.1:4566 eu-west-1"},
		{"eu-west-1", []any{config.EnvConfig{}, profile("http://profile/base")}, "http://profile/base eu-west-1"},
		{"eu-west-1", []any{config.EnvConfig{IgnoreConfiguredEndpoints: aws.Bool(true)}, profile("http://profile")}, "https://cloudfront.amazonaws.com us-east-1"},
		{"eu-west-1", []any{config.EnvConfig{BaseEndpoint: "http://x", UseFIPSEndpoint: fips.UseFIPSEndpoint}}, "refused"},
	} {
		cfg := aws.Config{Region: test.region, ConfigSources: test.sources}
		if got := shown(frontEndpoint(t.Context(), cfg, "")); got != test.want {
			t.Errorf("%s %v: got %s, want %s", test.region, test.sources, got, test.want)
		}
	}
}

// profile is a profile with an endpoint for CloudFront alone.
func profile(endpoint string) config.SharedConfig {
	return config.SharedConfig{Services: config.Services{ServiceValues: map[string]map[string]string{"cloudfront": {"endpoint_url": endpoint}}}}
}

func shown(e endpoint, err error) string {
	if err != nil {
		return "refused"
	}
	return e.url.String() + " " + e.region
}

func TestEndpointsOfStores(t *testing.T) {
	t.Parallel()
	const arn = "arn:aws:cloudfront::111122223333:key-value-store/id"
	for _, test := range []struct {
		arn, region, fixed string
		sources            []any
		want               string
	}{
		{arn, "eu-west-1", "", nil, "https://111122223333.cloudfront-kvs.global.api.aws *"},
		{arn, "eu-west-1", "", []any{config.EnvConfig{BaseEndpoint: "http://localhost:4566/x"}}, "http://111122223333.localhost:4566/x *"},
		{arn, "eu-west-1", "http://127.0.0.1:4566", nil, "http://127.0.0.1:4566 *"},
		{arn, "cn-north-1", "", nil, "refused"},
		{arn, "eu-west-1", "", []any{config.EnvConfig{UseFIPSEndpoint: aws.FIPSEndpointStateEnabled}}, "refused"},
		{"arn:aws-cn:cloudfront::111122223333:key-value-store/id", "eu-west-1", "", nil, "refused"},
		{"arn:aws:cloudfront::evil.example/:key-value-store/id", "eu-west-1", "", nil, "refused"},
		{"arn:aws:cloudfront::111122223333:distribution/id", "eu-west-1", "", nil, "refused"},
		{"arn:aws:s3:::bucket", "eu-west-1", "", nil, "refused"},
		{"id", "eu-west-1", "", nil, "refused"},
	} {
		cfg := aws.Config{Region: test.region, ConfigSources: test.sources}
		if got := shown(storeEndpoint(t.Context(), cfg, test.fixed, test.arn)); got != test.want {
			t.Errorf("%s in %s %v: got %s, want %s", test.arn, test.region, test.sources, got, test.want)
		}
	}
}

// TestSDKSaysNothing: what the SDK would write to standard error while it looks for
// credentials is in the error of [Run], too.
func TestSDKSaysNothing(t *testing.T) {
	t.Parallel()
	p, err := newPuller(t.Context(), Options{EndpointURL: "http://127.0.0.1:1", Region: "us-east-1"})
	if err != nil {
		t.Fatal(err)
	}
	if _, silent := p.config.Logger.(logging.Nop); !silent {
		t.Errorf("the SDK logs to %T", p.config.Logger)
	}
}
