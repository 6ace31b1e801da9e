// Command bench runs edgesim beside its peers and prints what a request costs
// with each, as ratios to a bare [net/http/httputil.ReverseProxy], and what TLS
// toward an origin costs, as ratios to the client of crypto/tls:
//
//	make bench                          all of it, about five minutes
//	make bench BENCH="-quick"           three cells and less of TLS, a minute and a half
//	make bench BENCH="-sections tls"    TLS alone, less than a minute
//	make bench BENCH="-sections check"  the check command beside sslscan and testssl, a minute and a half
//	make bench BENCH="-sections functions"  what an edge function costs, beside njs and node, a few seconds
//	make bench BENCH="-sections burst"  2,000 new TLS viewers a second, and 10,000 kept connections, two minutes
//	make bench BENCH="-sections record" what recording costs, and a store of a million exchanges; with -quick half a minute
//	make bench BENCH="-sections postgres" a hundred edges and one PostgreSQL, half a minute
//	make bench BENCH="-json FILE"       the same for programs, too
//
// # What is measured: proxies
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
// # What is measured: TLS
//
// Two origins, one with an ECDSA and one with an RSA key, meet clients within
// this process, one connection at a time. Their subjects are:
//
//   - std: crypto/tls as a plain Go program uses it, with the versions, suites
//     and groups that edgesim offers, and with the chain verified;
//   - first road: originconn.Client, which is crypto/tls with the chain judged by
//     the rules and all facts noted;
//   - legacy road: internal/tlslegacy with the chain judged the same way, in
//     TLS 1.2 on a suite that the others choose, too;
//   - std, resumed: what a resumed session would save. edgesim resumes none,
//     as nothing says whether CloudFront does (CF-TLS-26).
//
// They shake hands, and ask for bodies over a connection kept alive. Then the
// origins are scanned, from here and over a relay with a round trip of 50 ms.
//
// # What is measured: check
//
// The check command, as a process from its start, on one origin and on ten, and
// with a scan; beside openssl s_client, sslscan and testssl.sh on the same origin
// in the same run, from here and from 50 ms away. Relays count the connections.
//
// # What is measured: burst
//
// Viewers that each bring a new connection and a full handshake come at a rate, up
// to a thousand of them whether or not those before were served. Then a hundred origins are made to
// have a hundred connections each, which the subject keeps, and the same load is
// measured with few and with all of them.
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
// part; tls.go begins the section about TLS. A test keeps the arithmetic and the parsing honest; none asserts speed.
package main
