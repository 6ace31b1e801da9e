// Package invalidation takes invalidations as CloudFront's API takes them, checks
// them as it does, and remembers them (CF-INV).
//
// [Registry.Create] is the one way in: edgesim's own API uses it, and so does
// [Registry.ServeHTTP], which speaks the XML of CloudFront's API, so that the AWS
// CLI and SDKs work with --endpoint-url. What is removed from which cache is for
// Registry.Remove: this package knows none.
package invalidation
