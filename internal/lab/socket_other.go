//go:build !unix

package lab

import "context"

// refuse takes a port and gives it back at once. Whoever connects is refused
// unless another program takes the port meanwhile.
func (s *site) refuse(ctx context.Context) error {
	g, err := s.listen(ctx)
	if err != nil {
		return err
	}
	s.keeper.forget(g)
	return g.Close()
}

// ignore is as near as this system lets us come to a port that answers no SYN:
// a listener that never accepts. The connection comes about in the kernel, and
// then nothing answers the handshake, which to a viewer is the same cause.
func (s *site) ignore(ctx context.Context) error {
	_, err := s.listen(ctx)
	return err
}
