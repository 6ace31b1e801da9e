// Package grpc holds edgesim against gRPC's own client, server and interop
// tests, from outside.
//
// It is a module of its own, so that the tree of modules that gRPC needs stays
// out of the program's go.mod. It imports nothing of edgesim's: it builds the
// program and talks to it. "make test" runs it after everything else.
package grpc
