package edge

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

// Upgrade is the rest of the work after a 101 response: relaying bytes between the
// viewer and the origin (CF-WS-01).
type Upgrade struct {
	x      *exchange
	origin *originconn.Tunnel
}

// switched passes the origin's 101 on to the viewer.
func (e *Edge) switched(x *exchange, v *ViewerRequest, b *distribution.CacheBehavior, r *originconn.Response) *Response {
	header := policy.ViewerHeader(r.Header, b, x.log)
	header["Connection"], header["Upgrade"] = []string{"Upgrade"}, []string{"websocket"}
	x.applyPolicy(header, v, b, r)
	e.sign(header, x.exchange.ID, cacheMiss)
	x.exchange.Response.OriginHead = r.RawHead
	protocol := "ws"
	if v.Scheme == "https" {
		protocol = "wss"
	}
	x.exchange.Tunnel = &recording.Tunnel{Protocol: protocol}
	x.exchange.Findings = append(x.exchange.Findings, policy.JudgeAccept(v.Header.Get("Sec-Websocket-Key"), r.Header)...)
	response := x.answer(&Response{Status: http.StatusSwitchingProtocols, Header: header, Body: r.Body, OriginHead: headInOrder(r)})
	response.Upgrade = &Upgrade{x: x, origin: r.Tunnel}
	return response
}

// Relay copies bytes in both directions until both have ended, one has failed, the
// origin has been silent for ten minutes (CF-WS-05, CF-TIME-14), or ctx is done.
// When one side stops sending, Relay half-closes the connection to the other side,
// which may continue to send. Relay closes the viewer's connection; closing the
// response body completes the recording.
func (u *Upgrade) Relay(ctx context.Context, viewer net.Conn) {
	began := time.Now()
	r := &relay{viewer: viewer, origin: u.origin}
	unwatch := context.AfterFunc(ctx, func() { r.end(recording.TunnelStopped) })
	var up sync.WaitGroup
	up.Go(r.toOrigin)
	r.toViewer()
	up.Wait()
	unwatch()
	r.close()

	t := u.x.exchange.Tunnel
	t.Duration, t.FromViewer, t.FromOrigin = time.Since(began), r.fromViewer, r.fromOrigin
	u.x.exchange.Response.BodyBytes = r.fromOrigin
	r.mu.Lock()
	defer r.mu.Unlock()
	t.Ended = r.ended
	if t.Ended == recording.TunnelIdle {
		u.x.exchange.Findings = append(u.x.exchange.Findings, policy.IdleWebSocket())
	}
}

// relay is the state of the two directions.
type relay struct {
	viewer                 net.Conn
	origin                 *originconn.Tunnel
	fromViewer, fromOrigin int64 // each belongs to one direction

	mu    sync.Mutex
	ended recording.TunnelEnd
}

var relayBuffers = sync.Pool{New: func() any { b := make([]byte, 32<<10); return &b }}

// toOrigin carries what the viewer sends.
func (r *relay) toOrigin() {
	buf := relayBuffers.Get().(*[]byte)
	defer relayBuffers.Put(buf)
	for {
		n, readErr := r.viewer.Read(*buf)
		if n > 0 {
			if _, err := r.origin.Write((*buf)[:n]); err != nil {
				r.end(recording.TunnelOriginFailed)
				return
			}
			r.fromViewer += int64(n)
		}
		switch {
		case readErr == nil:
		case readErr == io.EOF:
			r.note(recording.TunnelViewerClosed)
			if r.origin.CloseWrite() != nil {
				r.close()
			}
			return
		case errors.Is(readErr, os.ErrDeadlineExceeded):
			r.end(recording.TunnelIdle)
			return
		default:
			r.end(recording.TunnelViewerFailed)
			return
		}
	}
}

// toViewer carries what the origin sends, and times its silence.
func (r *relay) toViewer() {
	buf := relayBuffers.Get().(*[]byte)
	defer relayBuffers.Put(buf)
	for {
		_ = r.origin.SetReadDeadline(time.Now().Add(policy.WebSocketIdle)) // fails on a closed connection, as Read does
		n, readErr := r.origin.Read(*buf)
		if n > 0 {
			_ = r.viewer.SetWriteDeadline(time.Now().Add(policy.WebSocketIdle))
			if _, err := r.viewer.Write((*buf)[:n]); err != nil {
				r.end(recording.TunnelViewerFailed)
				return
			}
			r.fromOrigin += int64(n)
		}
		switch {
		case readErr == nil:
		case readErr == io.EOF:
			r.note(recording.TunnelOriginClosed)
			r.endViewer()
			return
		case errors.Is(readErr, os.ErrDeadlineExceeded):
			r.end(recording.TunnelIdle)
			return
		default:
			r.end(recording.TunnelOriginFailed)
			return
		}
	}
}

// endViewer tells the viewer that the origin sends no more. What the viewer still sends is
// forwarded, for as long as a silent origin would be tolerated.
func (r *relay) endViewer() {
	half, ok := r.viewer.(interface{ CloseWrite() error })
	if !ok || half.CloseWrite() != nil || r.viewer.SetReadDeadline(time.Now().Add(policy.WebSocketIdle)) != nil {
		r.close()
	}
}

// note keeps the first reason for the end.
func (r *relay) note(reason recording.TunnelEnd) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ended == "" {
		r.ended = reason
	}
}

// end ends both directions.
func (r *relay) end(reason recording.TunnelEnd) {
	r.note(reason)
	r.close()
}

func (r *relay) close() {
	_ = r.origin.Close() // nothing is lost if it is already gone
	_ = r.viewer.Close()
}
