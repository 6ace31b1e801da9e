package policy_test

import (
	"net/http"
	"testing"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/policy"
)

// TestSignatureFor: the service and region for which a request is signed, by the control's
// type and the origin's name (CF-OAC-30, CF-OAC-32), and the finding on a Host that is not
// the origin's (CF-OAC-29, CF-OAC-41).
func TestSignatureFor(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		domain, kind, service, region, told string
		host                                string
	}{
		{"a.s3.eu-central-1.amazonaws.com", "s3", "s3", "eu-central-1", "", ""},
		{"a.s3.amazonaws.com", "s3", "s3", "us-east-1", "", ""},
		{"a.s3-eu-west-1.amazonaws.com", "s3", "s3", "eu-west-1", "", ""},
		{"a.s3.dualstack.us-gov-west-1.amazonaws.com", "", "s3", "us-gov-west-1", "", ""},
		{"a.lambda-url.ap-southeast-2.on.aws", "", "lambda", "ap-southeast-2", "", ""},
		{"a.lambda-url.ap-southeast-2.on.aws", "lambda", "lambda", "ap-southeast-2", "CF-OAC-41", "www.example.com"},
		{"a.data.mediastore.eu-west-1.amazonaws.com", "mediastore", "mediastore", "eu-west-1", "", ""},
		{"a.egress.b.mediapackagev2.us-west-2.amazonaws.com", "", "mediapackagev2", "us-west-2", "", ""},
		{"a.s3.eu-central-1.amazonaws.com", "s3", "s3", "eu-central-1", "CF-OAC-29", "www.example.com:443"},
	} {
		o := &distribution.Origin{ID: "o", DomainName: row.domain, AccessControlID: "E1"}
		if row.kind != "" {
			o.AccessControl = &distribution.OriginAccessControl{OriginType: row.kind, SigningBehavior: "always", SigningProtocol: "sigv4"}
		}
		if row.host == "" {
			row.host = row.domain
		}
		s, found := policy.SignatureFor(policy.SignatureFacts{Origin: o, Viewer: http.Header{}, Host: row.host})
		told := ""
		if len(found) > 0 {
			told = string(found[0].Rule)
		}
		if s == nil || s.Service != row.service || s.Region != row.region || told != row.told || len(found) > 1 {
			t.Errorf("%+v: got %+v, %v", row, s, found)
		}
	}
	old := &distribution.Origin{DomainName: "a.mrap.accesspoint.s3-global.amazonaws.com", AccessControlID: "E1", AccessControl: &distribution.OriginAccessControl{SigningBehavior: "always", SigningProtocol: "sigv4a"}}
	if s, found := policy.SignatureFor(policy.SignatureFacts{Origin: old, Host: old.DomainName}); s != nil || len(found) != 1 || found[0].Verdict != policy.Unsimulated {
		t.Errorf("SigV4A: got %v, %v", s, found)
	}
}
