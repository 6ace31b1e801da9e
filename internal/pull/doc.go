// Package pull fetches deployed distributions, and all they refer to, from the
// CloudFront API into a folder that edgesim reads: with the AWS SDK and its
// credentials, by calls that read and never by one that writes.
//
// What a caller may not see is named with the permission it would need, and
// the rest is pulled. No credentials are written; values of origin custom
// headers, which are often shared secrets, can be hidden.
//
// # What to read first
//
// [Run] does it all. collect.go follows what a distribution refers to,
// write.go lays out the folder, and encode.go writes the SDK's types the way
// the aws command prints them.
package pull
