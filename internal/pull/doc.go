// Package pull fetches deployed distributions, and all they refer to, from the
// CloudFront API into a folder that edgesim reads: with the credentials that the
// AWS SDK finds, by calls that read and never by one that writes.
//
// What a caller may not see is named with the permission it would need, and
// the rest is pulled. No credentials are written; values of origin custom
// headers, which are often shared secrets, can be hidden.
//
// # What to read first
//
// [Run] does it all. collect.go and stores.go follow what a distribution refers
// to, and write.go lays out the folder. client.go signs a call and repeats it,
// endpoint.go says where to, failure.go what an error means; element.go reads an
// answer's XML, and shape.go writes it the way the aws command prints it.
package pull
