package ingest

import (
	"github.com/edgesim/edgesim/internal/ingest/apishape"
	"github.com/edgesim/edgesim/internal/ingest/tree"
)

// Error is a file that cannot be read at all, as opposed to one that says
// something CloudFront would reject.
type Error = tree.Error

// UnresolvedError is a configuration that needs values which its files do not hold.
type UnresolvedError = apishape.UnresolvedError

// DidYouMean returns the candidate that was probably meant by a name that is
// unknown, or "" where none is near.
func DidYouMean(name string, candidates []string) string { return tree.DidYouMean(name, candidates) }
