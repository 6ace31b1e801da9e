package policy

import (
	"fmt"
	"time"

	"github.com/edgesim/edgesim/distribution"
)

// AdviseCause returns the cause with advice from the configuration: which setting
// led to it, and which one fixes it. The verdict (name, rule and status) is
// unchanged. If there is nothing to add, it returns the cause itself.
func AdviseCause(f AdviceFacts, cause *Cause) *Cause {
	told := *cause
	switch cause.Name {
	case CauseCertNameMismatch, CauseTLSHandshakeFailure:
		f.adviseName(&told)
	case CauseConnectRefused, CauseConnectTimeout, CauseConnectReset:
		f.adviseConnect(&told)
	case CauseDNSFailure:
		told.advise("correct DomainName of the origin %q, or publish that name in the public DNS; for a test, send it to an address of your own: --connect %s=127.0.0.1:PORT", f.Origin.ID, f.Origin.DomainName)
	case CauseResponseTimeout:
		told.advise("let the origin %q answer sooner, or raise its OriginReadTimeout, now %s (CloudFront allows 1 to 120 s; more needs a quota)", f.Origin.ID, inSeconds(f.Origin.ResponseTimeout))
	case CauseResponseCompletionTimeout:
		told.advise("let the origin %q finish sooner, or raise its ResponseCompletionTimeout, now %s, or leave it out", f.Origin.ID, inSeconds(f.Origin.ResponseCompletionTimeout))
	case CauseOriginClosed:
		f.adviseClosed(&told)
	case CauseResponseInvalid:
		told.advise("let the origin %q answer in HTTP/1.1: a status line, then one \"Name: value\" a line, each line ended by CR LF; curl -v --http1.1 shows what it sends", f.Origin.ID)
	case CauseResponseHeadersTooBig:
		told.advise("let the origin %q send fewer or smaller headers, cookies above all: CloudFront takes %d bytes in all", f.Origin.ID, ResponseHeaderLimit)
	}
	if told.Detail == cause.Detail && told.Hint == cause.Hint {
		return cause
	}
	return &told
}

// advise sets a hint if there is none yet.
func (c *Cause) advise(format string, args ...any) {
	if c.Hint == "" {
		c.Hint = fmt.Sprintf(format, args...)
	}
}

// adviseName explains which name was used and why (CF-NAME-04): a forwarded Host makes the
// SNI the viewer's, and one that is not forwarded rules out the name that the certificate
// may have (CF-NAME-14).
func (f *AdviceFacts) adviseName(c *Cause) {
	viewer, origin := canonicalName(hostOnly(f.Host)), canonicalName(f.Origin.DomainName)
	if c.Name == CauseTLSHandshakeFailure {
		defer func() {
			c.advise("look into the error log of the origin %q at this time; edgesim check --scan lists the versions, ciphers and curves that it accepts", f.Origin.ID)
		}()
	}
	switch {
	case !f.Secure:
	case f.hostForwarded():
		c.Detail += fmt.Sprintf("; the SNI sent was %q, the viewer's Host, because %s forwards it", viewer, selectedBy(f.Behavior, "Host"))
		c.Hint = fmt.Sprintf("attach AllViewerExceptHostHeader to the behavior %q, which sends the origin's own name, %q, as SNI and Host; or %s", f.Behavior.PathPattern, origin, serveFor(viewer))
	case c.Name == CauseCertNameMismatch && f.Carries != nil && f.Carries(viewer):
		c.Detail += fmt.Sprintf("; the certificate is for %q, the viewer's Host, which is not forwarded", viewer)
		c.Hint = "forward Host to this origin (origin request policy AllViewer), and the certificate matches"
		if !NamedByAWS(origin) {
			c.Hint += fmt.Sprintf("; or get one for %q", origin)
		}
	}
}

// serveFor advises a certificate for the viewer's Host or, since no one can get one for the
// distribution's own name, for an alias.
func serveFor(viewer string) string {
	if NamedByAWS(viewer) {
		return fmt.Sprintf("give the distribution an alias (alternate domain name), and the origin a certificate for that: no CA issues one for %q to you", viewer)
	}
	return fmt.Sprintf("serve a certificate for %q", viewer)
}

// adviseConnect says what to change if nothing answers.
func (f *AdviceFacts) adviseConnect(c *Cause) {
	if f.Secure && f.Origin.Kind == distribution.OriginCustom && distribution.IsS3Website(f.Origin.DomainName) {
		c.Hint = fmt.Sprintf("%q is an S3 website endpoint, which speaks HTTP only (CF-CONN-22): set its protocol policy to http-only, with HTTPPort 80", f.Origin.DomainName)
		return
	}
	setting, port := "HTTPPort", f.Origin.HTTPPort
	if f.Secure {
		setting, port = "HTTPSPort", f.Origin.HTTPSPort
	}
	switch c.Name {
	case CauseConnectReset:
		c.advise("look into the log of what listens on port %d of the origin %q: a listener without a certificate, or a load balancer without a healthy target, resets like this", port, f.Origin.ID)
	case CauseConnectRefused:
		if distribution.IsLoopback(f.Origin.DomainName) {
			c.advise("start the server on port %d; inside a container, %s is the container itself: name the server's service, or host.docker.internal for the host", port, f.Origin.DomainName)
		}
		c.advise("let the origin %q listen on port %d, or correct its %s or its protocol policy, now %s", f.Origin.ID, port, setting, f.Origin.ProtocolPolicy)
	case CauseConnectTimeout: // CF-ERR-41
		c.advise("open port %d of the origin %q to CloudFront in its firewall or security group, or correct its %s or its protocol policy, now %s", port, f.Origin.ID, setting, f.Origin.ProtocolPolicy)
	}
}

// adviseClosed compares the keep-alive timeouts if a kept-alive connection was closed under
// the request (CF-CONN-20), and otherwise says where to look.
func (f *AdviceFacts) adviseClosed(c *Cause) {
	switch {
	case c.Hint == "" && c.Stage == StageBody:
		c.advise("let the origin %q send as many bytes as its Content-Length says, or its last chunk; look into its log for a crash or a write timeout at this time", f.Origin.ID)
		return
	case c.Hint == "":
		c.advise("look into the log of the origin %q at this time for a crash, a worker timeout or a limit that closes connections", f.Origin.ID)
		return
	}
	c.Hint = fmt.Sprintf("make the origin's own keep-alive timeout longer than OriginKeepaliveTimeout of %q, now %s, or lower that below the origin's", f.Origin.ID, f.Origin.KeepaliveTimeout.Round(time.Second))
}
