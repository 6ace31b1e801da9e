// Package apishape turns what any reader returns, a [tree.Set] in the API's
// shape, into distributions, and distributions into the API's JSON.
//
// Three promises hold for every format. What CloudFront's API would reject is a
// [distribution.InvalidError] that names file, line, field, value, allowed
// range, rule and correction, all of them at once. What is read and not acted
// on, and what is not known, is a notice, never silence. Every default is
// filled in, and every field that was read is kept, so that the JSON written
// here reads back as the same distribution.
//
// Who refuses: a rule of the API's JSON (CallerReference, HTTPPort) binds
// [tree.DialectAPI] alone, since CloudFormation and Terraform fill those fields
// in. Everything else binds every dialect.
//
// # What to read first
//
// [Map] is the way in; mapper.go joins resources, object.go is the cursor that
// notices every field nobody asked for, config.go, origin.go, behavior.go,
// viewer.go and policies.go read one structure of the API each. [EncodeAPIJSON]
// is the way out. document.go takes the API's wrappings off a document.
package apishape
