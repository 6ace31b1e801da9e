// Package har writes exchanges as an HTTP Archive (HAR 1.2), which browsers' developer
// tools open, and reads archives, ours and those of browsers.
//
// # What to read first
//
// A [Writer] writes one archive, entry by entry; [Read] returns the exchanges of one.
// entry.go says where each part of an exchange goes.
//
// # One entry is one viewer request
//
// Request and response are the viewer's. The timings are those of the edge's connection to
// the origin: dns, connect (which includes ssl, as the format requires), send and wait are
// the phases of the attempt that got the answer; blocked is what came before it, including
// earlier attempts; receive is the body. They add up to time.
//
// The field _edgesim of an entry is the whole exchange in the JSON described in package
// recording (cause with its rule, findings, attempts with their handshakes), except for
// bodies that are already in content.text and postData.text. An archive of ours is
// therefore read back without loss.
//
// # What the format cannot express
//
// content.text is the decompressed body, as the format requires; the bytes as sent are then
// in _edgesim. If only part of a body was recorded, content.size is the true size and
// content.comment says how much is missing.
package har
