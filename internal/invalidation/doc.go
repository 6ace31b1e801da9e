// Package invalidation accepts invalidations as CloudFront's API does, with the same
// checks, and remembers them (CF-INV).
//
// [Registry.Create] is the only entry point, used by edgesim's own API and by
// [Registry.ServeHTTP], which speaks the XML of CloudFront's API, so that the AWS CLI and
// SDKs work with --endpoint-url. Registry.Remove removes entries from caches: this package
// has no cache.
package invalidation
