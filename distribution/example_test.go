package distribution_test

import (
	"fmt"

	"github.com/edgesim/edgesim/distribution"
)

func Example() {
	app := distribution.NewOrigin("app", "https://app.example.com")
	app.ProtocolPolicy = distribution.OriginHTTPSOnly
	app.SSLProtocols = []distribution.SSLProtocol{distribution.TLSv12}

	api := distribution.NewCacheBehavior("app")
	api.PathPattern = "/api/*"
	api.ViewerProtocolPolicy = distribution.ViewerRedirectToHTTPS
	api.CachePolicy, _ = distribution.ManagedCachePolicy("CachingDisabled")
	rest := api
	rest.PathPattern = "*"

	d := distribution.Distribution{
		Origins:         []distribution.Origin{app},
		Behaviors:       []distribution.CacheBehavior{api},
		DefaultBehavior: rest,
		HTTPVersion:     distribution.DefaultHTTPVersion,
	}
	fmt.Println(d.Match("/api/v1?x=1").PathPattern)
	for _, problem := range d.Validate() {
		fmt.Println(problem)
	}
	// Output:
	// /api/*
	// Origins.Items[0].DomainName: holds a scheme: got "https://app.example.com", allowed: a public DNS name, without scheme, port, path or IP address (CF-CONF-13); write "app.example.com"
}
