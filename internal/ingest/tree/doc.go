// Package tree is the common result of all readers of package ingest: values with their
// position in a file, unresolved leaves with what would supply them, and the resources of a
// set of documents, each in the form of CloudFront's API.
//
// A reader of a format (CloudFormation, Terraform, API JSON) does three things: it
// evaluates what its language requires, it renames fields to those of the API, and it fills
// a [Set]. It judges nothing: what the API would reject, what the defaults are and what is
// simulated is decided afterward, once for all formats, by package apishape.
//
// # What to read first
//
// [Node] is a value, [Missing] why one is unknown, [Set] and [Resource] what a reader
// returns. [ParseJSON] and [ParseYAML] parse text into nodes.
package tree
