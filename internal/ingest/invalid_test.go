package ingest_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/internal/ingest"
	"github.com/edgesim/edgesim/internal/setting"
)

// TestInvalid reads files with one mistake each and wants the exact message.
func TestInvalid(t *testing.T) {
	t.Parallel()
	rows := []struct {
		file string // testdata/invalid-…
		rule string // the id this row proves
		want string
		hint string
	}{
		{"at.yaml", "",
			`testdata/invalid-at.yaml: line 1: at: "yesterday" is not a time like 2026-12-31 or 2026-12-31T15:04:05Z`, ""},
		{"both-cache-settings.json", "CF-CONF-71",
			`testdata/invalid-both-cache-settings.json:19: DefaultCacheBehavior.ForwardedValues: cannot be used beside a cache policy (CF-CONF-71); remove ForwardedValues or CachePolicyId`, ""},
		{"cloudformation.yaml", "",
			`testdata/invalid-cloudformation.yaml: holds no CloudFront distribution`, `edgesim reads the API's JSON (aws cloudfront get-distribution-config), CloudFormation, SAM, a CDK's cdk.out, serverless.yml, Terraform (.tf files, terraform show -json of a plan or a state, terraform.tfstate) and its own overlay`},
		{"connect-key.yaml", "",
			`testdata/invalid-connect-key.yaml: line 2: connect: "app.example.com:99999" is not DOMAIN or DOMAIN:PORT: the port 99999 is not one from 1 to 65535`, ""},
		{"connect.yaml", "",
			`testdata/invalid-connect.yaml: line 2: connect: "127.0.0.1" is not HOST:PORT`, ""},
		{"connection-attempts.json", "CF-CONF-06",
			`testdata/invalid-connection-attempts.json:12: Origins.Items[0].ConnectionAttempts: is out of range: got "4", allowed: 1-3 (CF-CONF-06); set 3`, ""},
		{"connection-timeout-fraction.json", "CF-CONF-07",
			`testdata/invalid-connection-timeout-fraction.json:12: Origins.Items[0].ConnectionTimeout: is not a whole number: got "2.5", allowed: 1-10 seconds (CF-CONF-07)`, ""},
		{"connection-timeout-text.json", "CF-CONF-07",
			`testdata/invalid-connection-timeout-text.json:12: Origins.Items[0].ConnectionTimeout: is not a number: got "10", allowed: 1-10 seconds (CF-CONF-07); write 10, without quotes`, ""},
		{"connection-timeout-zero.json", "CF-CONF-07",
			`testdata/invalid-connection-timeout-zero.json:12: Origins.Items[0].ConnectionTimeout: is out of range: got "0", allowed: 1-10 seconds (CF-CONF-07); set 1`, ""},
		{"connection-timeout.json", "CF-CONF-07",
			`testdata/invalid-connection-timeout.json:12: Origins.Items[0].ConnectionTimeout: is out of range: got "11", allowed: 1-10 seconds (CF-CONF-07); set 10`, ""},
		{"custom-header.json", "CF-HDR-03",
			`testdata/invalid-custom-header.json:16: Origins.Items[0].CustomHeaders.Items[0].HeaderName: is a header CloudFront does not let you add: got "Host" (CF-HDR-03); choose another name`, ""},
		{"distribution-inline.yaml", "CF-CONF-13",
			`testdata/invalid-distribution-inline.yaml:2: Origins.Items[0].DomainName: holds a port: got "a.example.com:81", allowed: a public DNS name, without scheme, port, path or IP address (CF-CONF-13); write "a.example.com" and set the port in CustomOriginConfig (HTTPPort or HTTPSPort 81)`, ""},
		{"distribution-overlay.yaml", "",
			`testdata/valid-overlay.yaml: is an overlay itself`, `name a distribution, not another overlay`},
		{"distribution-path.yaml", "",
			`testdata/nowhere.json: cannot be read: no such file or directory`, ""},
		{"domain-ip.json", "CF-CONF-13",
			`testdata/invalid-domain-ip.json:8: Origins.Items[0].DomainName: is an IP address: got "10.0.0.1", allowed: a public DNS name, without scheme, port, path or IP address (CF-CONF-13)`, ""},
		{"domain-port.json", "CF-CONF-13",
			`testdata/invalid-domain-port.json:8: Origins.Items[0].DomainName: holds a port: got "app.example.com:8443", allowed: a public DNS name, without scheme, port, path or IP address (CF-CONF-13); write "app.example.com" and set the port in CustomOriginConfig (HTTPPort or HTTPSPort 8443)`, ""},
		{"domain-scheme.json", "CF-CONF-13",
			`testdata/invalid-domain-scheme.json:8: Origins.Items[0].DomainName: holds a scheme: got "https://app.example.com", allowed: a public DNS name, without scheme, port, path or IP address (CF-CONF-13); write "app.example.com"`, ""},
		{"empty.json", "",
			`testdata/invalid-empty.json: is empty`, `edgesim reads the API's JSON (aws cloudfront get-distribution-config), CloudFormation, SAM, a CDK's cdk.out, serverless.yml, Terraform (.tf files, terraform show -json of a plan or a state, terraform.tfstate) and its own overlay`},
		{"enabled-text.json", "",
			`testdata/invalid-enabled-text.json:20: Enabled: is not a boolean: got "yes", allowed: true, false`, ""},
		{"error-response-code-number.json", "CF-CONF-24",
			`testdata/invalid-error-response-code-number.json:26: CustomErrorResponses.Items[0].ResponseCode: is not a string: got "200", allowed: 200, 400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504 (CF-CONF-24); write "200", with quotes`, ""},
		{"faithful.yaml", "",
			`testdata/invalid-faithful.yaml: line 1: faithful: is a string, want true or false`, ""},
		{"forwarded-values-cookies.json", "",
			`testdata/invalid-forwarded-values-cookies.json:18: DefaultCacheBehavior.ForwardedValues.Cookies: is required (CF-CONF-48); add "Cookies": {"Forward": "none"}`, ""},
		{"http-port.json", "CF-CONF-01",
			`testdata/invalid-http-port.json:11: Origins.Items[0].CustomOriginConfig.HTTPPort: is not a port CloudFront connects to: got "8", allowed: 80, 443, 1024-65535 (CF-CONF-01)`, ""},
		{"key-twice.yaml", "",
			`testdata/invalid-key-twice.yaml: line 2: the key "listen" stands twice`, `remove one of the two`},
		{"key.yaml", "",
			`testdata/invalid-key.yaml: line 2: unknown key "conect"; did you mean "connect"?`, "the keys are " + strings.Join(setting.Keys(), ", ")},
		{"list.json", "",
			`testdata/invalid-list.json: is a list of distributions, which leaves settings out`, `export what is deployed: aws cloudfront get-distribution-config --id ID > distribution.json`},
		{"listen.yaml", "",
			`testdata/invalid-listen.yaml: line 1: listen: is a number, want a string`, ""},
		{"methods.json", "CF-CONF-21",
			`testdata/invalid-methods.json:21: DefaultCacheBehavior.AllowedMethods.Items: is not one of the three sets: got "GET", allowed: GET, HEAD | GET, HEAD, OPTIONS | GET, HEAD, OPTIONS, PUT, POST, PATCH, DELETE (CF-CONF-21)`, ""},
		{"mtls-grpc.json", "CF-CONF-28",
			`testdata/invalid-mtls-grpc.json:23: DefaultCacheBehavior.GrpcConfig.Enabled: gRPC is not supported with origin mTLS: got "true", allowed: an origin without OriginMtlsConfig (CF-CONF-28)`, ""},
		{"mtls-lambda.json", "CF-CONF-28",
			`testdata/invalid-mtls-lambda.json:22: DefaultCacheBehavior.LambdaFunctionAssociations: Lambda@Edge on the origin's side is not supported with origin mTLS: got "origin-request", allowed: an origin without OriginMtlsConfig (CF-CONF-28)`, ""},
		{"no-cache-settings.json", "CF-CONF-15",
			`testdata/invalid-no-cache-settings.json:15: DefaultCacheBehavior.CachePolicyId: is required where there are no ForwardedValues (CF-CONF-15); set CachePolicyId`, ""},
		{"no-default-behavior.json", "",
			`testdata/invalid-no-default-behavior.json:1: DefaultCacheBehavior: is required (CF-CONF-30)`, ""},
		{"origin-and-distribution.yaml", "",
			`testdata/invalid-origin-and-distribution.yaml: line 2: "distribution" and "origin" cannot stand together`, `keep one of the two`},
		{"origin-flag-alone.yaml", "",
			`testdata/invalid-origin-flag-alone.yaml: line 2: "origin-read-timeout" needs "origin"`, `an origin of a distribution is set up in the distribution`},
		{"origin-kind-missing.json", "",
			`testdata/invalid-origin-kind-missing.json:6: Origins.Items[0]: does not say what kind of origin it is, allowed: one of CustomOriginConfig, S3OriginConfig, VpcOriginConfig (CF-CONF-51); add CustomOriginConfig`, ""},
		{"origin-kind-twice.json", "",
			`testdata/invalid-origin-kind-twice.json:6: Origins.Items[0]: is of more than one kind, allowed: one of CustomOriginConfig, S3OriginConfig, VpcOriginConfig (CF-CONF-52); remove one of them`, ""},
		{"origin-read-timeout.yaml", "CF-CONF-08",
			`--origin-read-timeout: is out of range: got "0", allowed: 1-120 seconds (CF-CONF-08); set 1`, ""},
		{"other.json", "",
			`testdata/invalid-other.json: is not a format edgesim reads`, `edgesim reads the API's JSON (aws cloudfront get-distribution-config), CloudFormation, SAM, a CDK's cdk.out, serverless.yml, Terraform (.tf files, terraform show -json of a plan or a state, terraform.tfstate) and its own overlay`},
		{"policy.yaml", "",
			`testdata/invalid-policy.yaml: line 1: policy: "newest" is not "current" or a date like 2026-11-22`, ""},
		{"protocol-policy-missing.json", "CF-CONF-03",
			`testdata/invalid-protocol-policy-missing.json:9: Origins.Items[0].CustomOriginConfig.OriginProtocolPolicy: is required, allowed: http-only, match-viewer, https-only (CF-CONF-03)`, ""},
		{"read-timeout-huge.json", "CF-CONF-08",
			`testdata/invalid-read-timeout-huge.json:11: Origins.Items[0].CustomOriginConfig.OriginReadTimeout: is out of range: got "99999999999999", allowed: 1-120 seconds (CF-CONF-08)`, ""},
		{"several.json", "CF-CONF-06 CF-CONF-07 CF-CONF-22",
			`testdata/invalid-several.json:13: Origins.Items[0].ConnectionAttempts: is out of range: got "0", allowed: 1-3 (CF-CONF-06); set 1` + "\n" +
				`testdata/invalid-several.json:12: Origins.Items[0].ConnectionTimeout: is out of range: got "11", allowed: 1-10 seconds (CF-CONF-07); set 10` + "\n" +
				`testdata/invalid-several.json:19: DefaultCacheBehavior.ViewerProtocolPolicy: is not one of the known values: got "https", allowed: allow-all, https-only, redirect-to-https (CF-CONF-22)`, ""},
		{"ssl-protocols-list.json", "",
			`testdata/invalid-ssl-protocols-list.json:11: Origins.Items[0].CustomOriginConfig.OriginSslProtocols: is not an object: got "[1 items]"`, ""},
		{"ssl-protocols-no-quantity.json", "CF-CONF-04",
			`testdata/invalid-ssl-protocols-no-quantity.json:11: Origins.Items[0].CustomOriginConfig.OriginSslProtocols.Quantity: is required (CF-CONF-04); set 1`, ""},
		{"ssl-protocols-quantity.json", "CF-CONF-04",
			`testdata/invalid-ssl-protocols-quantity.json:12: Origins.Items[0].CustomOriginConfig.OriginSslProtocols.Quantity: does not equal the number of items, 1: got "2" (CF-CONF-04); set 1`, ""},
		{"syntax.json", "",
			`testdata/invalid-syntax.json: line 3, column 18: invalid JSON: invalid character ',' looking for beginning of object key string`, ""},
		{"syntax.yaml", "",
			`testdata/invalid-syntax.yaml: line 1: invalid YAML: did not find expected ',' or ']'`, ""},
		{"target.json", "CF-CONF-11",
			`testdata/invalid-target.json:16: DefaultCacheBehavior.TargetOriginId: names no origin or origin group of this distribution: got "nobody", allowed: app (CF-CONF-11)`, ""},
		{"truncated.json", "",
			`testdata/invalid-truncated.json: line 3, column 1: invalid JSON: the text ends too early`, ""},
		{"twice.json", "CF-CONF-11 CF-CONF-22 CF-CONF-15",
			`testdata/invalid-twice.json:4: Origins: stands twice in one object (lines 3 and 4); remove one of the two` + "\n" +
				`testdata/invalid-twice.json:5: DefaultCacheBehavior.TargetOriginId: is required (CF-CONF-11)` + "\n" +
				`testdata/invalid-twice.json:5: DefaultCacheBehavior.ViewerProtocolPolicy: is required, allowed: allow-all, https-only, redirect-to-https (CF-CONF-22)` + "\n" +
				`testdata/invalid-twice.json:5: DefaultCacheBehavior.CachePolicyId: is required where there are no ForwardedValues (CF-CONF-15); set CachePolicyId`, ""},
		{"two-values.json", "",
			`testdata/invalid-two-values.json: line 2, column 2: text follows the JSON value`, ""},
		{"viewer-protocol-policy.json", "CF-CONF-22",
			`testdata/invalid-viewer-protocol-policy.json:15: DefaultCacheBehavior.ViewerProtocolPolicy: is required, allowed: allow-all, https-only, redirect-to-https (CF-CONF-22)`, ""},
		{"vpc-keepalive.json", "CF-CONF-09",
			`testdata/invalid-vpc-keepalive.json:4: Origins.Items[0].VpcOriginConfig.OriginKeepaliveTimeout: is out of range: got "301", allowed: 1-300 seconds (CF-CONF-09); set 300`, ""},
	}
	covered := map[string]bool{}
	for _, row := range rows {
		covered[filepath.Join("testdata", "invalid-"+row.file)] = true
		t.Run(row.file, func(t *testing.T) {
			t.Parallel()
			_, err := ingest.ReadFile(filepath.Join("testdata", "invalid-"+row.file), ingest.Options{})
			if err == nil {
				t.Fatalf("got no error, want %s", row.want)
			}
			if err.Error() != row.want {
				t.Errorf("got\n%s\nwant\n%s", err, row.want)
			}
			var e *ingest.Error
			if errors.As(err, &e) && e.Hint != row.hint {
				t.Errorf("got the hint\n%s\nwant\n%s", e.Hint, row.hint)
			}
		})
	}
	files, _ := filepath.Glob("testdata/invalid-*")
	for _, file := range files {
		if !covered[file] {
			t.Errorf("%s has no row", file)
		}
	}
}
