// Package peers runs programs that are not ours, for tests: origins (openssl
// s_server, nginx), a viewer (curl), a database (PostgreSQL), and a certificate authority (the openssl
// command line). What our own code gets wrong on both sides of a connection, a
// stranger on one side shows.
//
// # What to read first
//
// [Need] decides what happens where a peer is not installed: the test is
// skipped, and fails under CI=true. [OpenSSL], [Nginx], [Curl] and [StartPostgreSQL] start them,
// [MakeCertificates] makes every good and every wrong chain that the tests
// serve, and [Process] and [Await] are the tools that they share.
//
// # What it is not
//
// It knows nothing of edgesim: no verdict, no rule, no package of ours.
package peers
