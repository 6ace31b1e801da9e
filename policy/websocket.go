package policy

import (
	"crypto/sha1" // RFC 6455 requires it; nothing here is secret
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/edgesim/edgesim/distribution"
)

// WebSocketIdle is how long a WebSocket connection stays open without receiving a
// byte from the origin (CF-WS-05, CF-TIME-14).
const WebSocketIdle = 10 * time.Minute

// AsksForWebSocket reports whether a viewer requests a WebSocket connection (RFC
// 6455 section 4.1), which is possible only over HTTP/1.1 (CF-WS-03).
func AsksForWebSocket(method, proto string, h http.Header) bool {
	return len(h["Upgrade"]) > 0 && method == http.MethodGet && proto == "HTTP/1.1" &&
		hasToken(h["Upgrade"], "websocket") && hasToken(h["Connection"], "upgrade")
}

// JudgeNoWebSocket explains to a viewer that sends a WebSocket key why it gets no
// WebSocket connection: CloudFront sets up none over HTTP/2 and HTTP/1.0
// (CF-WS-03).
func JudgeNoWebSocket(proto string, h http.Header) []Finding {
	if proto == "HTTP/1.1" || len(h["Sec-Websocket-Key"]) == 0 {
		return nil
	}
	return []Finding{{
		Rule: "CF-WS-03", Verdict: Warn, Subject: "WebSocket", Observed: "the viewer sent Sec-WebSocket-Key over " + proto + ": the request goes on as an ordinary one",
		Expected: "a WebSocket handshake over HTTP/1.1", Hint: "let the client use HTTP/1.1 for wss:, as browsers do (ALPN http/1.1); CloudFront does not support WebSocket over HTTP/2",
	}}
}

// WebSocketFacts is what decides whether an upgrade can go to an origin.
type WebSocketFacts struct {
	Behavior *distribution.CacheBehavior
	// OriginMTLS says that the edge has a client certificate for the origin.
	OriginMTLS bool
}

// neededByWebSocket are the fields without which no origin can accept a WebSocket
// (CF-WS-01). The others of RFC 6455 are optional.
var neededByWebSocket = []string{"Sec-Websocket-Key", "Sec-Websocket-Version"}

// JudgeWebSocket decides whether a WebSocket request goes to the origin as one,
// and reports problems with it. Without the fields required for a handshake it is
// forwarded all the same: CloudFront was seen to send Connection and Upgrade and
// to drop only the Sec-WebSocket-* fields (v2ray/discussion#795). With origin
// mTLS it is forwarded as an ordinary request, without Upgrade (CF-REQ-52); that
// it is forwarded rather than refused is inferred.
func JudgeWebSocket(f WebSocketFacts) (ok bool, findings []Finding) {
	finding := Finding{Verdict: Fail, Subject: "WebSocket"}
	if f.OriginMTLS {
		finding.Inferred = true
		finding.Rule, finding.Observed = "CF-WS-06", "origin mTLS is on, so Upgrade was not sent to the origin"
		finding.Expected = "an origin without a client certificate"
		return false, append(findings, finding)
	}
	s := selectionOf(f.Behavior)
	var missing []string
	for _, name := range neededByWebSocket {
		if !s.decide(name, http.MethodGet).Sent {
			missing = append(missing, strings.Replace(name, "Websocket", "WebSocket", 1))
		}
	}
	if len(missing) == 0 {
		return true, nil
	}
	finding.Rule = "CF-WS-02"
	finding.Observed = fmt.Sprintf("the origin got Connection and Upgrade, and not %s, which the behavior %q does not forward: it cannot answer the handshake",
		strings.Join(missing, " and "), f.Behavior.PathPattern)
	finding.Expected = "Sec-WebSocket-Key and Sec-WebSocket-Version forwarded"
	finding.Hint = "attach the origin request policy AllViewer or AllViewerExceptHostHeader, or name both fields in one of your own"
	return true, append(findings, finding)
}

// SwitchedToWebSocket reports whether a response with status 101 names the
// requested protocol (RFC 6455 section 4.1).
func SwitchedToWebSocket(h http.Header) bool {
	return hasToken(h["Upgrade"], "websocket") && hasToken(h["Connection"], "upgrade")
}

// JudgeAccept checks the origin's response to the viewer's key (RFC 6455 section
// 4.2.2). That the edge forwards a mismatch is inferred: the viewer must then
// fail the connection. It returns nil if the key matches.
func JudgeAccept(key string, h http.Header) []Finding {
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	want, got := base64.StdEncoding.EncodeToString(sum[:]), h.Get("Sec-Websocket-Accept")
	if got == want {
		return nil
	}
	return []Finding{{
		Rule: "CF-WS-01", Verdict: Warn, Inferred: true, Subject: "Sec-WebSocket-Accept", Observed: fmt.Sprintf("%q", got), Expected: want,
		Hint: "the origin must answer the key it was sent; viewers refuse this connection",
	}}
}

// IdleWebSocket returns the finding for a connection that ended because the
// origin sent nothing for too long.
func IdleWebSocket() Finding {
	return Finding{
		Rule: "CF-WS-05", Verdict: Warn, Subject: "WebSocket", Observed: "no byte from the origin for " + WebSocketIdle.String(),
		Expected: "something from the origin before that", Hint: "let the origin send a ping every few minutes",
	}
}

// hasToken reports whether a list field has a token, in any letter case.
func hasToken(values []string, token string) bool {
	for _, value := range values {
		for item := range strings.SplitSeq(value, ",") {
			if strings.EqualFold(strings.TrimSpace(item), token) {
				return true
			}
		}
	}
	return false
}
