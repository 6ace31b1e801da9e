// Package tree is the one shape in which every reader of package ingest hands
// on what it read: values with their place in a file, leaves that could not be
// resolved with what would supply them, and the resources of a set of
// documents, each in the form that CloudFront's API gives it.
//
// A reader of a format (CloudFormation, Terraform, API JSON) does three things:
// it evaluates what its language has to evaluate, it renames fields to those of
// the API, and it fills a [Set]. It judges nothing: what the API would reject,
// which defaults there are and what is simulated is decided behind it, once for
// all formats, by package apishape.
//
// # What to read first
//
// [Node] is a value, [Missing] why one is not known, [Set] and [Resource] what
// a reader returns. [ParseJSON] and [ParseYAML] read text into nodes.
package tree
