package proxy

import (
	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/internal/http1"
)

// upgrade takes the viewer's connection over for a response with status 101,
// and returns when the edge has carried everything through it. Nothing but its
// ends ends such a connection, so a shutdown does, by the request's context.
func (s *Server) upgrade(w *http1.Response, r *http1.Request, resp *edge.Response) {
	conn, _, err := w.Hijack()
	if err != nil {
		s.logger.Errorf("serving %q of %q: taking the connection over for a WebSocket: %v", r.Target, r.Host, err)
		return
	}
	if _, err := conn.Write(http1.SwitchingHead(resp.Header, resp.OriginHead)); err != nil {
		_ = conn.Close() // the viewer left; closing the body tells the origin
		return
	}
	resp.Upgrade.Relay(r.Context(), conn)
}
