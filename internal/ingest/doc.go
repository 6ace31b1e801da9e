// Package ingest reads what a team already has into a
// [distribution.Distribution]: the API's JSON, an origin's URL, or edgesim's
// own overlay. CloudFormation and Terraform are recognized and come later.
//
// Formats are told apart by content, never by file name. Whatever the format,
// three promises hold. What CloudFront's API would reject is an
// [distribution.InvalidError] that names field, value, allowed range and rule
// id. What edgesim reads but does not act on, and what it does not know, is a
// notice in the result, never silence. And every default is filled in, so that
// nobody behind this package has to know one.
//
// The package judges and translates; it opens no connection, reads no
// environment and decides nothing about requests.
//
// # What to read first
//
// [Read], or [ReadFile] where there is a path; [FromOrigin] for the --origin
// form. Each format is a file: apijson.go, overlay.go, origin.go,
// cloudformation.go, terraform.go. They share the tree of tree.go, which keeps
// order and line numbers, and the cursor of object.go, which notices every
// field that nobody asked for.
package ingest
