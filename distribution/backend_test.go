package distribution_test

import (
	"testing"

	"github.com/edgesim/edgesim/distribution"
)

// TestBackendOf: the backend that a name reveals, buckets in every form first.
func TestBackendOf(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]distribution.Backend{
		"site.s3.eu-central-1.amazonaws.com":                     distribution.BackendBucket, // CF-S3-01
		"site.s3.amazonaws.com":                                  distribution.BackendBucket,
		"site.s3-eu-west-1.amazonaws.com":                        distribution.BackendBucket,
		"www.example.com.s3.us-east-1.amazonaws.com":             distribution.BackendBucket,
		"site.s3.dualstack.eu-west-1.amazonaws.com":              distribution.BackendBucket,
		"site.s3.cn-north-1.amazonaws.com.cn":                    distribution.BackendBucket,
		"my-ap-abcdefgh-s3alias.s3.eu-west-1.amazonaws.com":      distribution.BackendBucket, // CF-S3-07
		"my-olap-abcdefgh--ol-s3.s3.eu-west-1.amazonaws.com":     distribution.BackendBucket, // CF-S3-08
		"mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com": distribution.BackendBucket, // CF-S3-09
		"s3.eu-central-1.amazonaws.com":                          "",                         // CF-S3-03
		"s3.amazonaws.com":                                       "",
		"site.s3-accelerate.amazonaws.com":                       "",                          // CF-S3-05
		"site.s3-website-us-east-1.amazonaws.com":                distribution.BackendWebsite, // CF-S3-10
		"site.s3-website.eu-central-1.amazonaws.com":             distribution.BackendWebsite,
		"abc.lambda-url.eu-west-1.on.aws":                        distribution.BackendLambdaURL,
		"abc.data.mediastore.eu-west-1.amazonaws.com":            distribution.BackendMediaStore,
		"abc.egress.def.mediapackagev2.eu-west-1.amazonaws.com":  distribution.BackendMediaPackage,
		"my-alb-1234567890.eu-central-1.elb.amazonaws.com":       distribution.BackendLoadBalancer,
		"abc.execute-api.eu-central-1.amazonaws.com":             distribution.BackendAPIGateway,
		"www.example.com":                                        "",
		"nots3.amazonaws.com":                                    "",
	} {
		if got := distribution.BackendOf(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}
