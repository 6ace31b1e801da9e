package policy

import (
	"slices"
	"sync"
)

// Gap is a documented behavior that edgesim does not simulate.
type Gap struct {
	// Rule is the id of the behavior's rule.
	Rule RuleID
	// Needs says in a word or two what simulating it would require.
	Needs string
	// Why says in a sentence what happens instead.
	Why string
	// Partly says that the rest of the behavior is simulated and tested.
	Partly bool
}

// What a behavior can need that is missing here.
const (
	needsAWS       = "AWS itself"
	needsHello     = "the viewer's ClientHello"
	needsHTTP3     = "HTTP/3"
	needsOrder     = "the order of HTTP/2's fields"
	needsDocuments = "a fuller documentation"
)

// unsimulated declares what is known but left out, so that nothing is left out silently:
// the docs and the catalogue's readers are generated from it. This list covers requests and
// responses; originGaps covers the way to the origin, and cacheGaps caching and what only
// AWS has.
var unsimulated = []Gap{
	{Rule: "CF-HDR-10", Needs: needsOrder, Partly: true, Why: "over HTTP/2 the order of the viewer's fields is lost on the way here, and the names stand in alphabetical order"},
	{Rule: "CF-HDR-12", Needs: needsHello, Why: "fingerprints are not computed, and the fields are left out"},
	{Rule: "CF-RESP-16", Needs: needsHTTP3, Why: "there is no HTTP/3 listener, so none is advertised"},
	{Rule: "CF-RESP-26", Needs: needsDocuments, Why: "which empty objects are not allowed is not documented; all are passed on"},
	{Rule: "CF-RANGE-01", Needs: needsDocuments, Partly: true, Why: "which larger range CloudFront may ask for is not published: the origin gets the viewer's"},
	{Rule: "CF-HDR-13", Needs: "the viewer's earlier requests", Partly: true, Why: "a reused connection is reported as the handshake that began it"},
	{Rule: "CF-HDR-09", Needs: needsAWS, Partly: true, Why: "where a viewer is comes from configuration, else a placeholder; no request counts as one from AWS's network"},
}

// Gaps returns the declared gaps. The result is shared: do not modify it.
func Gaps() []Gap { return allGaps() }

var allGaps = sync.OnceValue(func() []Gap {
	return slices.Concat(unsimulated, originGaps, cacheGaps, logGaps, configGaps, functionGaps, accessGaps, accessPartly)
})
