package ingest_test

import (
	"fmt"

	"github.com/edgesim/edgesim/internal/ingest"
)

func Example() {
	config := `{
	  "CallerReference": "x", "Comment": "", "Enabled": true,
	  "Origins": {"Quantity": 1, "Items": [{
	    "Id": "app", "DomainName": "app.example.com",
	    "CustomOriginConfig": {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"},
	    "OriginShield": {"Enabled": true, "OriginShieldRegion": "eu-central-1"}
	  }]},
	  "DefaultCacheBehavior": {"TargetOriginId": "app", "ViewerProtocolPolicy": "allow-all", "CachePolicyId": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"}
	}`
	result, err := ingest.Read([]byte(config), ingest.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	origin := result.Distribution.Origins[0]
	fmt.Println(origin.DomainName, origin.HTTPSPort, origin.ConnectionAttempts, origin.ResponseTimeout)
	for _, n := range result.Distribution.Notices {
		fmt.Println(n.Kind, n.Path)
	}
	// Output:
	// app.example.com 443 3 30s
	// inferred Origins.Items[0].CustomOriginConfig.OriginSslProtocols
	// unsimulated Origins.Items[0].OriginShield
}
