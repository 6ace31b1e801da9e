// Package pull downloads deployed distributions, and everything they refer to, from the
// CloudFront API into a folder that edgesim reads: with the credentials that the AWS SDK
// finds, using only read calls.
//
// What the caller may not see is listed with the permission it would need, and the rest is
// pulled. No credentials are written; values of origin custom headers, which are often
// shared secrets, can be hidden.
//
// # What to read first
//
// [Run] does everything. collect.go and stores.go follow what a distribution refers to, and
// write.go writes the folder. client.go signs a call and retries it, endpoint.go says where
// to send it, failure.go what an error means; element.go parses an answer's XML, and
// shape.go formats it as the aws command prints it.
package pull
