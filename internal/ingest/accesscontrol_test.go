package ingest_test

import (
	"strings"
	"testing"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/internal/ingest"
)

// TestAccessControlRemarks: requests through an origin access control are signed, so there
// is no remark on one that the files describe, in any format. For one that they do not
// describe, there is a remark on what is assumed.
func TestAccessControlRemarks(t *testing.T) {
	t.Parallel()
	template := func(id, protocol string) string {
		return `
Resources:
  Access:
    Type: AWS::CloudFront::OriginAccessControl
    Properties:
      OriginAccessControlConfig: {Name: site, OriginAccessControlOriginType: s3, SigningBehavior: always, SigningProtocol: ` + protocol + `}
  D:
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        Enabled: true
        Origins: [{Id: app, DomainName: b.s3.eu-west-1.amazonaws.com, S3OriginConfig: {OriginAccessIdentity: ""}, OriginAccessControlId: ` + id + `}]
        DefaultCacheBehavior: {TargetOriginId: app, ViewerProtocolPolicy: allow-all, CachePolicyId: 4135ea2d-6df8-44a3-9df3-4b5a84be39ad}
`
	}
	read := func(text string) func(*testing.T) (*ingest.Result, error) {
		return func(*testing.T) (*ingest.Result, error) { return ingest.Read([]byte(text), ingest.Options{}) }
	}
	const assumed = `inferred: Origins.Items[0].OriginAccessControlId: origin access control "E2QWRUHAPOMQZL" is not in these files: requests are signed always`
	for _, row := range []struct {
		name string
		read func(*testing.T) (*ingest.Result, error)
		want string // how the remark begins; "" for none
	}{
		{"CloudFormation", read(template("!GetAtt Access.Id", "sigv4")), ""},
		{"Terraform", func(t *testing.T) (*ingest.Result, error) {
			return readTerraform(t, terraformWith(`"app"`, `"app"`), ingest.Options{})
		}, ""},
		{"an id that nothing describes", read(template("E2QWRUHAPOMQZL", "sigv4")), assumed},
		{"SigV4A", read(template("!GetAtt Access.Id", "sigv4a")),
			`unsimulated: Origins.Items[0].OriginAccessControlId: SigV4A of origin access control "Access" is not simulated: requests are not signed`},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			got, err := row.read(t)
			if err != nil {
				t.Fatal(err)
			}
			var said string
			for _, line := range distribution.NoticeLines(got.Distribution.Notices) {
				if strings.Contains(line, "OriginAccessControlId") {
					said += line
				}
			}
			if known := got.Distribution.Origins[0].AccessControl != nil; known != (row.want != assumed) {
				t.Errorf("described: %t", known)
			}
			if row.want == "" && said != "" || !strings.HasPrefix(said, row.want) {
				t.Errorf("got  %q\nwant %q", said, row.want)
			}
		})
	}
}
