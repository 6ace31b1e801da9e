// Package lab runs real broken origins on loopback, one for each documented reason why
// CloudFront answers with an error, and some healthy ones.
//
// They use real sockets: a refused port is bound and refuses, a full backlog drops SYNs, an
// expired certificate comes in a real handshake. Nothing is mocked, so any client can be
// pointed at them, and edgesim's findings can be compared with those of other tools.
//
// # What to read first
//
// A [Fault] says what is wrong with one origin and what a viewer gets for it. [Faults]
// lists them all; each has a file named after it. [Start] runs them, [Lab.Origins] says
// where, and [Lab.Distribution] is the distribution that puts an edge in front of them,
// with a path for each.
//
// # Names and trust
//
// Each origin answers for NAME.lab.edgesim.example, a name reserved by RFC 2606 that no
// resolver knows: [Lab.Connect] says where to connect instead. A root minted at each start
// stands in for the public certificate authorities: a client must also trust [Lab.CAPEM].
// No key ever leaves the process.
//
// # Limits
//
// An origin serves a limited number of connections at once and none for longer than a few
// minutes, so a client that forgets to hang up costs little. [Lab.Close] ends every
// connection and waits for every goroutine.
//
// # Adding a fault
//
// See CREATING_FAULTS.md.
package lab
