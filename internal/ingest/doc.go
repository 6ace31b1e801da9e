// Package ingest reads what a team already has into distributions: the API's JSON,
// CloudFormation, SAM, the CDK's assemblies, serverless.yml, Terraform, folders of these,
// an origin's URL, or edgesim's own overlay.
//
// Formats are detected by content, never by file name. Every format gets three promises.
// What CloudFront's API would reject is a [distribution.InvalidError] that gives file,
// line, field, value, allowed range and rule. Values that edgesim reads but does not act
// on, or does not know, result in a notice, never in silence. And every default is filled
// in, so that no other package has to know one. What a file leaves open is an
// [UnresolvedError] with what supplies each value.
//
// The package validates and translates; it opens no connection, reads no environment
// variables and decides nothing about requests.
//
// # What to read first
//
// [ReadFiles] and [Read]; [FromOrigin] for the --origin form. source.go detects formats,
// folder.go reads folders, overlay.go reads the overlay. The subpackages are: tree, the
// common result of all readers; cloudformation and terraform, which evaluate their
// languages and judge nothing (cloudformation's doc.go explains why templates are not left
// to goformation); and apishape, which makes distributions from any tree and the API's JSON
// from any distribution.
package ingest
