package ingest_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/internal/ingest"
)

// TestEveryFieldOfTheSDK: edgesim reads every field that AWS's own SDK has in a
// configuration, and in what a configuration refers to.
func TestEveryFieldOfTheSDK(t *testing.T) {
	t.Parallel()
	config := filled(reflect.TypeFor[types.DistributionConfig]()).(map[string]any)
	behavior := config["DefaultCacheBehavior"].(map[string]any)
	behavior["CachePolicyId"], behavior["OriginRequestPolicyId"], behavior["ResponseHeadersPolicyId"] = "cache", "request", "response"
	behavior["TrustedKeyGroups"] = map[string]any{"Enabled": true, "Quantity": 1, "Items": []any{"keys"}}
	config["ContinuousDeploymentPolicyId"] = "continuous"
	origin := config["Origins"].(map[string]any)["Items"].([]any)[0].(map[string]any)
	origin["OriginAccessControlId"] = "control"
	resource := func(kind, name string, config any) map[string]any {
		return map[string]any{"Type": kind, "Name": name, "Config": config}
	}
	keys := filled(reflect.TypeFor[types.KeyGroupConfig]()).(map[string]any)
	keys["Items"] = []any{"key"}
	config["_edgesim"] = map[string]any{"Resources": []any{
		resource("CachePolicy", "cache", filled(reflect.TypeFor[types.CachePolicyConfig]())),
		resource("OriginRequestPolicy", "request", filled(reflect.TypeFor[types.OriginRequestPolicyConfig]())),
		resource("ResponseHeadersPolicy", "response", filled(reflect.TypeFor[types.ResponseHeadersPolicyConfig]())),
		resource("OriginAccessControl", "control", filled(reflect.TypeFor[types.OriginAccessControlConfig]())),
		resource("KeyGroup", "keys", keys),
		resource("PublicKey", "key", filled(reflect.TypeFor[types.PublicKeyConfig]())),
		resource("ContinuousDeploymentPolicy", "continuous", filled(reflect.TypeFor[types.ContinuousDeploymentPolicyConfig]())),
	}}
	text, err := json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	_, err = ingest.Read(text, ingest.Options{})
	var invalid *distribution.InvalidError
	if !errors.As(err, &invalid) { // two kinds of origin at once, for one thing
		t.Fatalf("got %v, want what is wrong with every field set", err)
	}
	for _, n := range invalid.Unknown {
		t.Errorf("%s: %s", n.Path, n.Message)
	}
}

// filled is a value of one of the SDK's types with every field set, as JSON has it.
func filled(typ reflect.Type) any {
	switch typ.Kind() {
	case reflect.Pointer:
		return filled(typ.Elem())
	case reflect.Struct:
		out := map[string]any{}
		for i := range typ.NumField() {
			f := typ.Field(i)
			switch {
			case !f.IsExported() || f.Name == "ResultMetadata":
			case f.Name == "Quantity":
				out[f.Name] = 1
			default:
				out[f.Name] = filled(f.Type)
			}
		}
		return out
	case reflect.Slice:
		return []any{filled(typ.Elem())}
	case reflect.Bool:
		return true
	case reflect.String:
		return "x"
	}
	return 1
}
