package replay

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"

	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/recording"
)

// signature is what is known about a recorded request body: its size, or unread, and the
// hash of the recorded part.
type signature struct {
	size, recorded int64
	hash           [sha256.Size]byte
}

// unread is the size of a body that was not read to its end, as its origin answered or
// failed first.
const unread = -1

func signatureOf(v *recording.Viewer) signature {
	s := signature{size: v.BodyBytes, recorded: int64(len(v.Body)), hash: sha256.Sum256(v.Body)}
	if v.Truncated && s.recorded == s.size {
		s.size = unread
	}
	return s
}

// fits reports whether a body is the recorded one, as far as that is known.
func (s *signature) fits(body []byte) bool {
	size := int64(len(body))
	return (s.size == size || s.size == unread) && s.recorded <= size && sha256.Sum256(body[:s.recorded]) == s.hash
}

// largestBody limits what is read of a request's body to compare it.
const largestBody = 64 << 20

// errBody means that only the body does not match.
var errBody = errors.New("exchanges with this method and URL are recorded, none with this body")

// errNoBody is the same for a request without a body.
var errNoBody = errors.New("exchanges with this method and URL are recorded, all with a body")

// matching returns the group whose body is that of the request. What it reads of the body
// is put back, as the origin may have to get it.
func matching(groups []*group, r *originconn.Request) (*group, error) {
	if r.Body == nil {
		for _, g := range groups {
			if g.body.size == 0 {
				return g, nil
			}
		}
		return nil, errNoBody
	}
	var most int64
	for _, g := range groups {
		most = max(most, g.body.size, g.body.recorded)
	}
	if most > largestBody {
		return nil, fmt.Errorf("the recorded body has %d bytes: bodies beyond %d are not compared", most, int64(largestBody))
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, most+1))
	r.Body = rest{io.MultiReader(bytes.NewReader(body), r.Body), r.Body}
	if err != nil {
		return nil, fmt.Errorf("the viewer's body broke off: %w", err)
	}
	for _, g := range groups {
		if g.body.fits(body) {
			return g, nil
		}
	}
	return nil, errBody
}

// rest is a body whose beginning has been read and is read again.
type rest struct {
	io.Reader
	io.Closer
}
