// Package bucket answers requests for the files of a folder as S3 would answer for a bucket
// with these objects: as the REST endpoint, with XML errors, or as the website endpoint,
// with index and error documents and HTML.
//
// # What to read first
//
// [Bucket.ServeHTTP], then object.go for found objects, errors.go for missing ones,
// website.go for the website endpoint. [Serve] puts a bucket behind a loopback port that
// accepts both HTTP and HTTPS, so that it is reached like any other origin.
//
// # Where the answers come from
//
// The statuses and codes are from the Amazon S3 User Guide and API Reference (error
// responses, GetObject, virtual hosting, website hosting); the ids in comments are rows of
// policy/catalogue.tsv. What a folder does not have, such as metadata, versions, storage
// classes or permissions, is not made up: every file is an object that anyone may read, and
// nothing can be written.
//
// # Why not a library
//
// github.com/johannesboyne/gofakes3 (MIT, maintained) was considered first. It is a whole
// S3 service for testing SDKs: its buckets are chosen by path, it has no website endpoint,
// a missing object is always 404 NoSuchKey, never the 403 that people turn into
// /index.html, and it does not verify signatures. Everything needed here would have to be
// built around it.
package bucket
