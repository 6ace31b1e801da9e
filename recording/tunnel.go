package recording

import "time"

// Tunnel is what was observed of the connection after a 101 response: how many
// bytes passed through it and how it ended. The bytes themselves are not kept.
type Tunnel struct {
	// Protocol is "ws" or "wss", as the access log names it (CF-LOG-07).
	Protocol string
	// FromViewer and FromOrigin are the numbers of bytes forwarded.
	FromViewer, FromOrigin int64
	// Duration is the time from the 101 to the end of both directions.
	Duration time.Duration
	// Ended says what ended the tunnel, or which side stopped sending first; "" if
	// the viewer's connection could not be hijacked.
	Ended TunnelEnd
}

// TunnelEnd is what ended a tunnel. The list is append-only.
type TunnelEnd string

// The ends of tunnels.
const (
	// TunnelViewerClosed and TunnelOriginClosed name the side that was first to end
	// its sending cleanly.
	TunnelViewerClosed TunnelEnd = "viewer-closed"
	TunnelOriginClosed TunnelEnd = "origin-closed"
	// TunnelViewerFailed and TunnelOriginFailed mean that the connection broke.
	TunnelViewerFailed TunnelEnd = "viewer-failed"
	TunnelOriginFailed TunnelEnd = "origin-failed"
	// TunnelIdle means that the origin sent nothing for ten minutes (CF-WS-05).
	TunnelIdle TunnelEnd = "idle"
	// TunnelStopped means that edgesim shut down.
	TunnelStopped TunnelEnd = "stopped"
)

// tunnelJSON is the JSON form of a Tunnel.
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
