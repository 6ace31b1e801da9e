package proxy

import (
	"errors"

	"github.com/edgesim/edgesim/internal/http1"
	"github.com/edgesim/edgesim/policy"
)

// body is a viewer's request body as passed to the edge. If its framing is malformed, it
// ends with the cause of a malformed request (CF-ERR-24): the viewer's mistake shows only
// after the origin has been asked.
type body struct{ *http1.Body }

// Read reads from the viewer.
func (b body) Read(p []byte) (int, error) {
	n, err := b.Body.Read(p)
	if errors.Is(err, http1.ErrMalformedBody) {
		cause := policy.BadRequest(err)
		cause.Inferred = true
		err = cause
	}
	return n, err
}
