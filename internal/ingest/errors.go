package ingest

import (
	"github.com/edgesim/edgesim/internal/ingest/apishape"
	"github.com/edgesim/edgesim/internal/ingest/tree"
)

// Error is a file that cannot be read at all, as opposed to one that says
// something CloudFront would reject.
type Error = tree.Error

// UnresolvedError is a configuration that needs values its files do not contain.
type UnresolvedError = apishape.UnresolvedError

// DidYouMean returns the candidate that an unknown name probably meant, or "" if none is
// close.
func DidYouMean(name string, candidates []string) string { return tree.DidYouMean(name, candidates) }
