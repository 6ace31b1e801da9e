// Package ingest reads what a team already has into distributions: the API's
// JSON, CloudFormation, SAM, the CDK's assemblies, serverless.yml, Terraform,
// folders of these, an origin's URL, or edgesim's own overlay.
//
// Formats are told apart by content, never by file name. Whatever the format,
// three promises hold. What CloudFront's API would reject is an
// [distribution.InvalidError] that names file, line, field, value, allowed range
// and rule. What edgesim reads but does not act on, and what it does not know, is
// a notice in the result, never silence. And every default is filled in, so that
// nobody behind this package has to know one. What a file leaves open is an
// [UnresolvedError] with what supplies each value.
//
// The package judges and translates; it opens no connection, reads no
// environment and decides nothing about requests.
//
// # What to read first
//
// [ReadFiles] and [Read]; [FromOrigin] for the --origin form. source.go tells
// formats apart, folder.go folders; overlay.go reads the overlay. The rooms are:
// package tree, the shape in which every reader ends; cloudformation and
// terraform, which evaluate their languages and judge nothing (why templates are
// not left to goformation stands in cloudformation's doc.go); and apishape, which
// makes distributions of any tree and the API's JSON of any distribution.
package ingest
