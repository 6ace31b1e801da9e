//go:build !unix

package lab

import "context"

// refuse takes a port and frees it at once. Connections are refused unless another program
// takes the port meanwhile.
func (s *site) refuse(ctx context.Context) error {
	g, err := s.listen(ctx)
	if err != nil {
		return err
	}
	s.keeper.forget(g)
	return g.Close()
}

// ignore comes as close as this system allows to a port that answers no SYN: a listener
// that never accepts. The kernel establishes the connection, and then nothing answers the
// handshake, which for a viewer is the same cause.
func (s *site) ignore(ctx context.Context) error {
	_, err := s.listen(ctx)
	return err
}
