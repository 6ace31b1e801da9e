package recording

import "time"

// Tunnel is what was seen of the connection after a 101: how much went through
// it and how it ended. What the bytes said is not kept.
type Tunnel struct {
	// Protocol is "ws" or "wss", as the access log names it (CF-LOG-07).
	Protocol string
	// FromViewer and FromOrigin count the bytes that were handed on.
	FromViewer, FromOrigin int64
	// Duration is from the 101 to the end of both directions.
	Duration time.Duration
	// Ended says what ended it, or which side stopped sending first; "" if the
	// viewer's connection could not be taken over.
	Ended TunnelEnd
}

// TunnelEnd is what ended a tunnel. The list is append-only.
type TunnelEnd string

// The ends of tunnels.
const (
	// TunnelViewerClosed and TunnelOriginClosed are the side that first ended
	// its sending in good order.
	TunnelViewerClosed TunnelEnd = "viewer-closed"
	TunnelOriginClosed TunnelEnd = "origin-closed"
	// TunnelViewerFailed and TunnelOriginFailed are connections that broke.
	TunnelViewerFailed TunnelEnd = "viewer-failed"
	TunnelOriginFailed TunnelEnd = "origin-failed"
	// TunnelIdle is an origin that was silent for ten minutes (CF-WS-05).
	TunnelIdle TunnelEnd = "idle"
	// TunnelStopped is edgesim being shut down.
	TunnelStopped TunnelEnd = "stopped"
)

// tunnelJSON is the shape of a Tunnel.
type tunnelJSON struct {
	Protocol   string       `json:"protocol"`
	FromViewer int64        `json:"fromViewerBytes"`
	FromOrigin int64        `json:"fromOriginBytes"`
	Duration   milliseconds `json:"durationMs"`
	Ended      TunnelEnd    `json:"ended,omitempty"`
}

func encodeTunnel(t *Tunnel) *tunnelJSON {
	if t == nil {
		return nil
	}
	return &tunnelJSON{t.Protocol, t.FromViewer, t.FromOrigin, milliseconds(t.Duration), t.Ended}
}

func decodeTunnel(j *tunnelJSON) *Tunnel {
	if j == nil {
		return nil
	}
	return &Tunnel{j.Protocol, j.FromViewer, j.FromOrigin, time.Duration(j.Duration), j.Ended}
}
