// Package peers runs third-party programs for tests: origins (openssl s_server, nginx), a viewer
// (curl), a database (PostgreSQL), and a certificate authority (the openssl command line). Mistakes
// that our own code makes on both sides of a connection show when another program is on one side.
//
// # What to read first
//
// [Need] decides what happens if a peer is not installed: the test is skipped, or fails if CI=true.
// [OpenSSL], [Nginx], [Curl] and [StartPostgreSQL] start them, [MakeCertificates] makes every valid
// and invalid chain that the tests serve, and [Process] and [Await] are shared tools.
//
// # What it is not
//
// It knows nothing about edgesim: no verdicts, no rules, none of our packages.
package peers
