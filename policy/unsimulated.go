package policy

import (
	"slices"
	"sync"
)

// Gap is a documented behaviour that edgesim does not act out.
type Gap struct {
	// Rule is the behaviour.
	Rule RuleID
	// Needs says in a word or two what it would take.
	Needs string
	// Why says it in a sentence: what happens in its place.
	Why string
	// Partly says that the rest of the behaviour is simulated, and tested.
	Partly bool
}

// What a behaviour can need that is not here.
const (
	needsCache     = "a cache"
	needsAWS       = "AWS itself"
	needsHello     = "the viewer's ClientHello"
	needsHTTP3     = "HTTP/3"
	needsOrder     = "the order of HTTP/2's fields"
	needsDocuments = "a fuller documentation"
)

// unsimulated declares what is known and left out, so that nothing is left out
// in silence: docs and the catalogue's readers take it from here. Areas are
// added as they are worked through. Here are those of requests and responses;
// originGaps has those of the way to the origin, cacheGaps those of what is kept
// and of what AWS alone has.
var unsimulated = []Gap{
	{Rule: "CF-REQ-67", Needs: needsCache, Why: "nothing is kept that could expire: a viewer's own If-None-Match is a field like any other"},
	{Rule: "CF-REQ-68", Needs: needsCache, Why: "nothing is kept that could expire: a viewer's own If-Modified-Since is a field like any other"},
	{Rule: "CF-REQ-69", Needs: needsCache, Why: "there is no revalidation that forwarded cookies could prevent"},
	{Rule: "CF-REQ-70", Needs: needsCache, Partly: true, Why: "a kept error is served whatever the viewer's Cache-Control or Pragma says; all else goes to the origin in any case"},
	{Rule: "CF-REQ-72", Needs: needsAWS, Partly: true, Why: "edge functions are not run; fields that are not UTF-8 are passed as received"},
	{Rule: "CF-HDR-10", Needs: needsOrder, Partly: true, Why: "over HTTP/2 the order of the viewer's fields is lost on the way here, and the names stand in alphabetical order"},
	{Rule: "CF-HDR-12", Needs: needsHello, Why: "fingerprints are not computed, and the fields are left out"},
	{Rule: "CF-COOKIE-07", Needs: needsCache, Why: "no Set-Cookie is kept, whatever Cache-Control says"},
	{Rule: "CF-COOKIE-08", Needs: needsCache, Why: "there are no cache entries to tell apart; the names in policies are compared with regard to case"},
	{Rule: "CF-QS-05", Needs: needsCache, Why: "there are no cache entries to tell apart; parameters keep their order"},
	{Rule: "CF-COMP-14", Needs: needsCache, Why: "there is no cached body that could have stayed uncompressed"},
	{Rule: "CF-RESP-10", Needs: needsCache, Why: "every request goes to the origin; Vary: * is passed on"},
	{Rule: "CF-RESP-15", Needs: needsCache, Partly: true, Why: "a kept error has an Age; no success comes from a cache"},
	{Rule: "CF-RESP-16", Needs: needsHTTP3, Why: "there is no HTTP/3 listener, so none is advertised"},
	{Rule: "CF-RESP-21", Needs: needsCache, Why: "the edge does not revalidate; a 304 that a viewer's own condition got is passed on"},
	{Rule: "CF-RESP-26", Needs: needsDocuments, Why: "which empty objects are not allowed is not documented; all are passed on"},
	{Rule: "CF-RESP-27", Needs: needsCache, Why: "nothing would have been cached"},
	{Rule: "CF-RESP-28", Needs: needsCache, Why: "no object is cached, so none is too large for it"},
	{Rule: "CF-RANGE-01", Needs: needsCache, Partly: true, Why: "the edge never asks for a larger range than the viewer did"},
	{Rule: "CF-RANGE-02", Needs: needsCache, Partly: true, Why: "the whole object is passed on and not kept for later ranges"},
	{Rule: "CF-RANGE-05", Needs: needsCache, Why: "no compressed object is kept of which a range could be asked"},
	{Rule: "CF-COMP-11", Needs: needsCache, Partly: true, Why: "Brotli is preferred each time, as no cached version can come first"},
	{Rule: "CF-HDR-13", Needs: "the viewer's earlier requests", Partly: true, Why: "a reused connection is reported as the handshake that began it"},
	{Rule: "CF-HDR-09", Needs: needsAWS, Partly: true, Why: "where a viewer is comes from configuration, else a placeholder; no request counts as one from AWS's network"},
}

// Gaps returns the declared gaps. The result is shared: do not change it.
func Gaps() []Gap { return allGaps() }

var allGaps = sync.OnceValue(func() []Gap { return slices.Concat(unsimulated, originGaps, cacheGaps, logGaps) })
