package proxy

import (
	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/internal/http1"
)

// upgrade takes over the viewer's connection for a response with status 101, and returns
// when the edge has relayed everything. Such a connection ends only when one of its ends
// closes it, so a shutdown does that through the request's context.
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
