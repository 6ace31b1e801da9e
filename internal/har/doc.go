// Package har writes exchanges as an HTTP Archive (HAR 1.2), which the
// developer tools of browsers open, and reads archives, ours and those of
// browsers.
//
// # What to read first
//
// A [Writer] writes one archive, entry by entry; [Read] hands out the exchanges
// of one. entry.go says which part of an exchange stands where.
//
// # One entry is one viewer request
//
// Request and response are the viewer's. The timings are those of the edge's
// way to the origin: dns, connect (ssl is part of it, as the format wants),
// send and wait are the phases of the attempt that brought the answer; blocked
// is what came before it, earlier attempts included; receive is the body. They
// add up to time.
//
// The field _edgesim of an entry is the whole exchange in the JSON that package
// recording describes (cause with its rule, findings, attempts with their
// handshakes), but for bodies that content.text and postData.text have already.
// An archive of ours is therefore read back without loss.
//
// # What the format cannot say
//
// content.text is the body decompressed, as the format prescribes; the bytes as
// sent are then in _edgesim. Of a body that was recorded in part, content.size is
// the true size and content.comment says how much is missing.
package har
