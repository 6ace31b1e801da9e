// Package cflog writes exchanges as CloudFront's access logs: the standard log in its
// legacy W3C form, and the fields of the real-time log.
//
// # What to read first
//
// A [Writer] writes one log. standard.go and realtime.go are the tables of fields in their
// documented order (CF-LOG-01, CF-LOG-14), fields.go says where each value comes from.
//
// # What is not CloudFront's
//
// Everything that was not seen is "-" (CF-LOG-02), including what edgesim does not
// simulate: field-level encryption, CMCD, the viewer's country and network. sc-bytes and
// cs-bytes count the heads as they would be in HTTP/1.1. The location is the made-up one of
// the responses. Redacted values are logged as recorded. Requests that CloudFront does not
// log are left out (CF-ERR-28).
package cflog
