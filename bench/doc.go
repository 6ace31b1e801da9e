// Command bench runs edgesim beside its peers and prints what a request costs
// with each, as ratios to a bare [net/http/httputil.ReverseProxy]:
//
//	make bench                     the whole matrix, about four minutes
//	make bench BENCH="-quick"      three cells of it, about a minute
//	make bench BENCH="-json FILE"  the same for programs, too
//
// # What is measured
//
// One HTTPS origin (nginx, or a Go server where nginx is missing) serves files
// of 1 KiB, 64 KiB and 1 MiB over kept-alive connections. Before it stands one
// subject at a time, a process of its own, with plain HTTP/1.1 toward the
// viewers. A load generator (wrk, or a simple one in here) holds 1, 16, 64 or
// 256 connections open. Subjects are:
//
//   - direct: no proxy at all, the limit of the machine and of the generator;
//   - std: httputil.ReverseProxy over an http.Transport, the measure;
//   - edgesim: bin/edgesim serve with its default settings, so that every
//     exchange is recorded and logged (the log goes to a file);
//   - nginx and haproxy, where they are installed: the far mark.
//
// # How to read it
//
// Everything runs on one machine, so absolute figures say little: they drift
// with what else runs. All subjects take turns within a round, each round gives
// one ratio to std, and the median over the rounds is printed. Differences
// under 15 % are not established. A run in which any request failed is marked.
//
// # What to read first
//
// main.go is the order of events, measure.go one cell, subject.go who takes
// part. A test keeps the arithmetic and the parsing honest; none asserts speed.
package main
