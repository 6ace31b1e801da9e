// Package apishape converts the result of any reader, a [tree.Set] in the API's shape, to
// distributions, and distributions to the API's JSON.
//
// It keeps three promises for every format. What CloudFront's API would reject is a
// [distribution.InvalidError] that lists every problem with file, line, field, value,
// allowed range, rule and correction. Values that are read but not acted on, or unknown,
// result in a notice, never in silence. Every default is filled in and every field read is
// kept, so that the JSON written here reads back as the same distribution.
//
// Rules of the API's JSON (CallerReference, HTTPPort) apply only to [tree.DialectAPI],
// since CloudFormation and Terraform fill those fields in. Everything else applies to every
// dialect.
//
// # What to read first
//
// [Map] is the entry point; mapper.go joins resources, object.go is the cursor that notices
// every field that was not asked for; config.go, origin.go, behavior.go, viewer.go and
// policies.go read one structure of the API each. [EncodeAPIJSON] is the way back.
// document.go removes the API's wrappings from a document.
package apishape
