// Command bench runs edgesim and comparable programs and prints what a request costs with
// each, as ratios to a bare [net/http/httputil.ReverseProxy], and what TLS to an origin
// costs, as ratios to the client of crypto/tls:
//
//	make bench                          everything, about five minutes
//	make bench BENCH="-quick"           three cells and less of TLS, a minute and a half
//	make bench BENCH="-sections tls"    TLS alone, less than a minute
//	make bench BENCH="-sections check"  the check command next to sslscan and testssl, a minute and a half
//	make bench BENCH="-sections functions"  what an edge function costs, next to njs and node, a few seconds
//	make bench BENCH="-sections burst"  2,000 new TLS viewers per second, and 10,000 kept-alive connections, two minutes
//	make bench BENCH="-sections record" what recording costs, and a store of a million exchanges; with -quick half a minute
//	make bench BENCH="-sections postgres" a hundred edges and one PostgreSQL, half a minute
//	make bench BENCH="-json FILE"       the same for programs, too
//
// # What is measured: proxies
//
// One HTTPS origin (nginx, or a Go server if nginx is missing) serves files of 1 KiB, 64
// KiB and 1 MiB over kept-alive connections. In front of it runs one subject at a time, in
// its own process, with plain HTTP/1.1 to the viewers. A load generator (wrk, or a simple
// one of our own) keeps 1, 16, 64 or 256 connections open. The subjects are:
//
//   - direct: no proxy at all, the limit of the machine and of the generator;
//   - std: httputil.ReverseProxy over an http.Transport, the reference;
//   - edgesim: bin/edgesim serve with its default settings, so that every
//     exchange is recorded and logged (the log goes to a file);
//   - nginx and haproxy, if they are installed: the distant goal.
//
// # What is measured: TLS
//
// Clients in this process connect to two origins, one with an ECDSA and one with an RSA
// key, one connection at a time. The subjects are:
//
//   - std: crypto/tls as a plain Go program uses it, with the versions, suites
//     and groups that edgesim offers, and with the chain verified;
//   - first road: originconn.Client, which is crypto/tls with the chain judged by
//     the rules and all facts recorded;
//   - legacy road: internal/tlslegacy with the chain judged the same way, in
//     TLS 1.2 with a suite that the others also choose;
//   - std, resumed: what a resumed session would save. edgesim never resumes,
//     because it is not documented whether CloudFront does (CF-TLS-26).
//
// They perform handshakes, and request bodies over a kept-alive connection. Then the
// origins are scanned, directly and over a relay with a round trip of 50 ms.
//
// # What is measured: check
//
// The check command, as a process from its start, on one origin and on ten, and with a
// scan; next to openssl s_client, sslscan and testssl.sh on the same origin in the same
// run, directly and with a round trip of 50 ms. Relays count the connections.
//
// # What is measured: burst
//
// Viewers with a new connection and a full handshake each arrive at a fixed rate, up to a
// thousand of them whether or not earlier ones were served. Then a hundred origins get a
// hundred connections each, which the subject keeps, and the same load is measured with few
// and with all of them.
//
// # How to read it
//
// Everything runs on one machine, so absolute figures mean little: they drift with what
// else runs. All subjects take turns within a round, each round gives one ratio to std, and
// the median over the rounds is printed. Differences under 15 % are not significant. A run
// in which any request failed is marked.
//
// # What to read first
//
// main.go is the order of events, measure.go one cell, subject.go the subjects; tls.go
// begins the TLS section. A test checks the arithmetic and the parsing; none asserts speed.
package main
