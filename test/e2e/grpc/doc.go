// Package grpc tests edgesim from outside with gRPC's own client, server and interop tests.
//
// It is a separate module, which keeps gRPC's dependencies out of the program's go.mod. It
// imports no package of edgesim: it builds the program and talks to it. "make test" runs it
// after everything else.
package grpc
