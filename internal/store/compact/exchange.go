package compact

import (
	"encoding/base64"
	"net/http"
	"strings"
	"time"

	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

// The fields of an exchange.
const (
	xID = iota + 1
	xIDBytes
	xStart
	xDuration
	xFirstByte
	xViewer
	xBehavior
	xOrigin
	xSent
	xResponse
	xAttempt
	xFindings
	xCause
	xResultType
	xDetailedResultType
	xEdge
	xTunnel
	xForced
	xReplayed
	xGRPC
	xErrorPage
	xDistribution
	xChanges
	xCache
	xFunction
	xFailover
)

// The fields of a viewer's request.
const (
	vAddress = iota + 1
	vMethod
	vScheme
	vHost
	vURI
	vProto
	vHeader
	vForm
	vTLSVersion
	vTLSCipher
	vBodyBytes
	vTruncated
	vFields
)

// The fields of what was sent.
const (
	sMethod = iota + 1
	sHost
	sTLS
	sURI
	sHeader
)

// The fields of a custom error page.
const (
	pBehavior = iota + 1
	pOrigin
	pSent
	pReplaced
	pChanges
)

// The fields of a response.
const (
	rStatus = iota + 1
	rHeader
	rOriginHead
	rBodyBytes
	rTruncated
	rTrailer
)

// The fields of a header.
const (
	hName = iota + 1
	hValue
)

// exchange writes everything except the bodies.
func (c *Encoder) exchange(b []byte, e *recording.Exchange) []byte {
	b = c.identity(b, e.ID)
	b = c.text(b, xEdge, e.Edge)
	b = appendTime(b, xStart, e.Start)
	b = appendSigned(b, xDuration, int64(e.Duration))
	b = appendSigned(b, xFirstByte, int64(e.FirstByte))
	nested := c.viewer(c.list(), &e.Viewer)
	b = appendBytes(b, xViewer, nested)
	b = c.text(b, xBehavior, e.Behavior)
	b = c.text(b, xOrigin, e.Origin)
	if e.Sent != nil {
		nested = c.sent(nested[:0], e.Sent)
		b = appendBytes(b, xSent, nested)
	}
	nested = c.response(nested[:0], &e.Response)
	b = appendBytes(b, xResponse, nested)
	for _, a := range e.Attempts {
		nested = c.attempt(nested[:0], a)
		b = appendBytes(b, xAttempt, nested)
	}
	b = c.findingsField(b, xFindings, e.Findings)
	if e.Cause != nil {
		nested = c.cause(nested[:0], e.Cause)
		b = appendBytes(b, xCause, nested)
	}
	if t := e.Tunnel; t != nil {
		nested = c.tunnel(nested[:0], t)
		b = appendBytes(b, xTunnel, nested)
	}
	if g := e.GRPC; g != nil {
		nested = c.text(c.text(nested[:0], gStatus, g.Status), gMessage, g.Message)
		b = appendBytes(b, xGRPC, nested)
	}
	if p := e.ErrorPage; p != nil {
		nested = c.errorPage(nested[:0], p)
		b = appendBytes(b, xErrorPage, nested)
	}
	b = c.changesField(b, xChanges, e.Changes)
	if e.Cache != nil {
		nested = c.cacheFacts(nested[:0], e.Cache)
		b = appendBytes(b, xCache, nested)
	}
	for i := range e.Functions {
		nested = c.function(nested[:0], &e.Functions[i])
		b = appendBytes(b, xFunction, nested)
	}
	for i := range e.Failover {
		nested = c.failover(nested[:0], &e.Failover[i])
		b = appendBytes(b, xFailover, nested)
	}
	c.done(nested)
	b = c.text(b, xDistribution, e.Distribution)
	b = c.text(b, xForced, e.Forced)
	b = c.text(b, xReplayed, e.Replayed)
	b = c.text(b, xResultType, e.ResultType)
	return c.text(b, xDetailedResultType, e.DetailedResultType)
}

// identity writes the id; an X-Amz-Cf-Id as the 40 bytes that it encodes.
func (c *Encoder) identity(b []byte, id string) []byte {
	var raw [42]byte
	if len(id) == 56 {
		if n, err := base64.URLEncoding.Decode(raw[:], []byte(id)); err == nil && base64.URLEncoding.EncodeToString(raw[:n]) == id {
			return appendBytes(b, xIDBytes, raw[:n])
		}
	}
	return appendBytes(b, xID, id)
}

func (c *Encoder) viewer(b []byte, v *recording.Viewer) []byte {
	b = c.text(b, vAddress, v.Address)
	b = c.text(b, vMethod, v.Method)
	b = c.text(b, vScheme, v.Scheme)
	b = c.text(b, vHost, v.Host)
	b = c.text(b, vURI, v.URI)
	b = c.text(b, vProto, v.Proto)
	b = c.header(b, vHeader, v.Header)
	b = c.fields(b, vFields, v.Fields)
	b = c.text(b, vForm, v.Form)
	b = appendNumber(b, vTLSVersion, uint64(v.TLSVersion))
	b = appendNumber(b, vTLSCipher, uint64(v.TLSCipher))
	b = appendSigned(b, vBodyBytes, v.BodyBytes)
	return appendBool(b, vTruncated, v.Truncated)
}

func (c *Encoder) sent(b []byte, s *recording.Sent) []byte {
	b = c.text(b, sMethod, s.Method)
	b = c.text(b, sHost, s.Host)
	b = appendBool(b, sTLS, s.TLS)
	b = c.text(b, sURI, s.URI)
	return c.fields(b, sHeader, s.Header)
}

func (c *Encoder) errorPage(b []byte, p *recording.ErrorPage) []byte {
	b = c.text(b, pBehavior, p.Behavior)
	b = c.text(b, pOrigin, p.Origin)
	if p.Sent != nil {
		sent := c.sent(c.list(), p.Sent)
		b = appendBytes(b, pSent, sent)
		c.done(sent)
	}
	for line := range strings.Lines(p.Replaced) {
		b = c.item(b, pReplaced, line)
	}
	return c.changesField(b, pChanges, p.Changes)
}

// fields writes a list of fields in order.
func (c *Encoder) fields(b []byte, field int, all []policy.Field) []byte {
	if all == nil {
		return b
	}
	list := c.list()
	for i := range all {
		list = c.item(list, hName, all[i].Name)
		list = c.item(list, hValue, all[i].Value)
	}
	b = appendBytes(b, field, list)
	c.done(list)
	return b
}

func (c *Encoder) response(b []byte, r *recording.Response) []byte {
	b = appendSigned(b, rStatus, int64(r.Status))
	b = c.header(b, rHeader, r.Header)
	b = c.header(b, rTrailer, r.Trailer)
	// By line, as all but the date repeat.
	for line := range strings.Lines(r.OriginHead) {
		b = c.item(b, rOriginHead, line)
	}
	b = appendSigned(b, rBodyBytes, r.BodyBytes)
	return appendBool(b, rTruncated, r.Truncated)
}

// header writes a map of fields.
func (c *Encoder) header(b []byte, field int, h http.Header) []byte {
	if h == nil {
		return b
	}
	list := c.list()
	for name, values := range h {
		list = c.item(list, hName, name)
		for _, value := range values {
			list = c.item(list, hValue, value)
		}
	}
	b = appendBytes(b, field, list)
	c.done(list)
	return b
}

// The fields of a tunnel.
const (
	tProtocol = iota + 1
	tFromViewer
	tFromOrigin
	tDuration
	tEnded
)

func (c *Encoder) tunnel(b []byte, t *recording.Tunnel) []byte {
	b = c.text(b, tProtocol, t.Protocol)
	b = appendSigned(b, tFromViewer, t.FromViewer)
	b = appendSigned(b, tFromOrigin, t.FromOrigin)
	b = appendSigned(b, tDuration, int64(t.Duration))
	return c.text(b, tEnded, string(t.Ended))
}

// The fields of a gRPC call.
const (
	gStatus = iota + 1
	gMessage
)

// appendTime writes a time with nanoseconds, unless it is zero.
func appendTime(b []byte, field int, t time.Time) []byte {
	if t.IsZero() {
		return b
	}
	return appendSigned(b, field, t.UnixNano())
}

// The fields of a cause.
const (
	cName = iota + 1
	cRule
	cStage
	cStatus
	cSentence
	cResultType
	cDetailedResultType
	cDetail
	cHint
	cInferred
	cErr
)

func (c *Encoder) cause(b []byte, cause *policy.Cause) []byte {
	b = c.text(b, cName, string(cause.Name))
	b = c.text(b, cRule, string(cause.Rule))
	b = c.text(b, cStage, string(cause.Stage))
	b = appendSigned(b, cStatus, int64(cause.Status))
	b = c.text(b, cSentence, cause.Sentence)
	b = c.text(b, cResultType, cause.ResultType)
	b = c.text(b, cDetailedResultType, cause.DetailedResultType)
	b = c.text(b, cDetail, cause.Detail)
	b = c.text(b, cHint, cause.Hint)
	b = appendBool(b, cInferred, cause.Inferred)
	if cause.Err != nil {
		b = c.text(b, cErr, cause.Err.Error())
	}
	return b
}
