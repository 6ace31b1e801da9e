package compact

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

// Decode reads the record of an exchange, without its bodies. part returns the bytes of a
// part by its reference; they must not be modified, and may be shared.
func Decode(record []byte, part func(ref uint64) ([]byte, error)) (*recording.Exchange, error) {
	return (&Decoder{Part: part}).Decode(record)
}

// Decoder reads records with a common set of references, and keeps one copy of a part that
// many records refer to, which the exchanges share. It must not be used concurrently. Its
// memory is limited.
type Decoder struct {
	// Part returns the bytes of a part by its reference; they must not be modified, and may
	// be shared.
	Part func(ref uint64) ([]byte, error)

	texts      map[uint64]string
	handshakes map[uint64]*originconn.Handshake
	findings   map[uint64][]policy.Finding
}

const (
	// sharedTexts and sharedLists limit what a Decoder caches, longestShared the length of
	// a cached text.
	sharedTexts   = 2048
	sharedLists   = 128
	longestShared = 1 << 10
)

// Decode reads the record of an exchange, without its bodies.
func (c *Decoder) Decode(record []byte) (*recording.Exchange, error) {
	d := &decoder{shared: c}
	e := &recording.Exchange{}
	// The id comes first, as other fields refer to it.
	d.exchange(record, e)
	if d.err != nil {
		return nil, fmt.Errorf("reading an exchange: %w", d.err)
	}
	return e, nil
}

// share caches what a reference stands for, in a map of at most this size.
func share[T any](m *map[uint64]T, most int, ref uint64, value T) {
	if *m == nil {
		*m = map[uint64]T{}
	}
	if len(*m) >= most {
		clear(*m)
	}
	(*m)[ref] = value
}

// decoder reads fields and keeps the first error.
type decoder struct {
	shared *Decoder
	id     string
	err    error
}

// fields calls each for every field of a list.
func (d *decoder) fields(b []byte, each func(*field)) {
	for len(b) > 0 && d.err == nil {
		f, rest, err := next(b)
		if err != nil {
			d.err = err
			return
		}
		b = rest
		each(&f)
	}
}

// bytes returns the value of a field of any kind except number.
func (d *decoder) bytes(f *field) []byte {
	switch f.kind {
	case kindBytes:
		return f.bytes
	case kindPart:
		b, err := d.shared.Part(f.value)
		if err != nil && d.err == nil {
			d.err = err
		}
		return b
	case kindStatic:
		return []byte(d.text(f))
	}
	if d.err == nil {
		d.err = damaged(fmt.Sprintf("field %d is a number and should not be one", f.number))
	}
	return nil
}

func (d *decoder) text(f *field) string {
	switch f.kind {
	case kindStatic:
	case kindPart:
		if text, ok := d.shared.texts[f.value]; ok {
			return text
		}
		text := string(d.bytes(f))
		if d.err == nil && len(text) <= longestShared {
			share(&d.shared.texts, sharedTexts, f.value, text)
		}
		return text
	default:
		return string(d.bytes(f))
	}
	switch {
	case f.value == 0:
		return d.id
	case f.value < uint64(len(static)):
		return static[f.value]
	}
	if d.err == nil {
		d.err = damaged(fmt.Sprintf("there is no text %d", f.value))
	}
	return ""
}

func (f *field) time() time.Time         { return time.Unix(0, f.signed()).UTC() }
func (f *field) duration() time.Duration { return time.Duration(f.signed()) }
func (f *field) bool() bool              { return f.value != 0 }
func (f *field) uint16() uint16          { return uint16(f.value) }

func (d *decoder) exchange(b []byte, e *recording.Exchange) {
	d.fields(b, func(f *field) {
		switch f.number {
		case xID:
			e.ID = d.text(f)
			d.id = e.ID
		case xIDBytes:
			e.ID = base64.URLEncoding.EncodeToString(d.bytes(f))
			d.id = e.ID
		case xEdge:
			e.Edge = d.text(f)
		case xStart:
			e.Start = f.time()
		case xDuration:
			e.Duration = f.duration()
		case xFirstByte:
			e.FirstByte = f.duration()
		case xViewer:
			d.viewer(d.bytes(f), &e.Viewer)
		case xBehavior:
			e.Behavior = d.text(f)
		case xOrigin:
			e.Origin = d.text(f)
		case xSent:
			e.Sent = d.sent(d.bytes(f))
		case xResponse:
			d.response(d.bytes(f), &e.Response)
		case xAttempt:
			e.Attempts = append(e.Attempts, d.attempt(d.bytes(f)))
		case xFindings:
			e.Findings = d.sharedFindings(f)
		case xCause:
			e.Cause = d.cause(d.bytes(f))
		case xTunnel:
			e.Tunnel = d.tunnel(d.bytes(f))
		case xGRPC:
			e.GRPC = d.grpc(d.bytes(f))
		case xErrorPage:
			e.ErrorPage = d.errorPage(d.bytes(f))
		case xDistribution:
			e.Distribution = d.text(f)
		case xChanges:
			e.Changes = d.changes(d.bytes(f))
		case xCache:
			e.Cache = d.cacheFacts(d.bytes(f))
		case xFunction:
			e.Functions = append(e.Functions, d.function(d.bytes(f)))
		case xFailover:
			e.Failover = append(e.Failover, d.failover(d.bytes(f)))
		case xForced:
			e.Forced = d.text(f)
		case xReplayed:
			e.Replayed = d.text(f)
		case xResultType:
			e.ResultType = d.text(f)
		case xDetailedResultType:
			e.DetailedResultType = d.text(f)
		}
	})
}

func (d *decoder) viewer(b []byte, v *recording.Viewer) {
	d.fields(b, func(f *field) {
		switch f.number {
		case vAddress:
			v.Address = d.text(f)
		case vMethod:
			v.Method = d.text(f)
		case vScheme:
			v.Scheme = d.text(f)
		case vHost:
			v.Host = d.text(f)
		case vURI:
			v.URI = d.text(f)
		case vProto:
			v.Proto = d.text(f)
		case vHeader:
			v.Header = d.header(d.bytes(f))
		case vFields:
			v.Fields = d.list(d.bytes(f))
		case vForm:
			v.Form = d.text(f)
		case vTLSVersion:
			v.TLSVersion = f.uint16()
		case vTLSCipher:
			v.TLSCipher = f.uint16()
		case vBodyBytes:
			v.BodyBytes = f.signed()
		case vTruncated:
			v.Truncated = f.bool()
		}
	})
}

func (d *decoder) sent(b []byte) *recording.Sent {
	s := &recording.Sent{}
	d.fields(b, func(f *field) {
		switch f.number {
		case sMethod:
			s.Method = d.text(f)
		case sHost:
			s.Host = d.text(f)
		case sTLS:
			s.TLS = f.bool()
		case sURI:
			s.URI = d.text(f)
		case sHeader:
			s.Header = d.list(d.bytes(f))
		}
	})
	return s
}

func (d *decoder) errorPage(b []byte) *recording.ErrorPage {
	p := &recording.ErrorPage{}
	d.fields(b, func(f *field) {
		switch f.number {
		case pBehavior:
			p.Behavior = d.text(f)
		case pOrigin:
			p.Origin = d.text(f)
		case pSent:
			p.Sent = d.sent(d.bytes(f))
		case pReplaced:
			p.Replaced += d.text(f)
		case pChanges:
			p.Changes = d.changes(d.bytes(f))
		}
	})
	return p
}

// list reads a list of fields in order.
func (d *decoder) list(b []byte) []policy.Field {
	all := make([]policy.Field, 0, count(b, hName))
	d.fields(b, func(f *field) {
		switch f.number {
		case hName:
			all = append(all, policy.Field{Name: d.text(f)})
		case hValue:
			if n := len(all); n > 0 {
				all[n-1].Value = d.text(f)
			}
		}
	})
	return all
}

func (d *decoder) response(b []byte, r *recording.Response) {
	var space [512]byte
	head := space[:0]
	d.fields(b, func(f *field) {
		switch f.number {
		case rStatus:
			r.Status = int(f.signed())
		case rHeader:
			r.Header = d.header(d.bytes(f))
		case rTrailer:
			r.Trailer = d.header(d.bytes(f))
		case rOriginHead:
			if f.kind == kindBytes {
				head = append(head, f.bytes...)
			} else {
				head = append(head, d.text(f)...)
			}
		case rBodyBytes:
			r.BodyBytes = f.signed()
		case rTruncated:
			r.Truncated = f.bool()
		}
	})
	r.OriginHead = string(head)
}

func (d *decoder) tunnel(b []byte) *recording.Tunnel {
	t := &recording.Tunnel{}
	d.fields(b, func(f *field) {
		switch f.number {
		case tProtocol:
			t.Protocol = d.text(f)
		case tFromViewer:
			t.FromViewer = f.signed()
		case tFromOrigin:
			t.FromOrigin = f.signed()
		case tDuration:
			t.Duration = f.duration()
		case tEnded:
			t.Ended = recording.TunnelEnd(d.text(f))
		}
	})
	return t
}

func (d *decoder) grpc(b []byte) *recording.GRPC {
	g := &recording.GRPC{}
	d.fields(b, func(f *field) {
		switch f.number {
		case gStatus:
			g.Status = d.text(f)
		case gMessage:
			g.Message = d.text(f)
		}
	})
	return g
}

func (d *decoder) header(b []byte) http.Header {
	names := count(b, hName)
	h := make(http.Header, names)
	values := make([]string, 0, count(b, hValue))
	name, first := "", 0
	d.fields(b, func(f *field) {
		switch f.number {
		case hName:
			name, first = d.text(f), len(values)
			h[name] = nil
		case hValue:
			values = append(values, d.text(f))
			h[name] = values[first:len(values):len(values)]
		}
	})
	return h
}

func (d *decoder) cause(b []byte) *policy.Cause {
	c := &policy.Cause{}
	d.fields(b, func(f *field) {
		switch f.number {
		case cName:
			c.Name = policy.CauseName(d.text(f))
		case cRule:
			c.Rule = policy.RuleID(d.text(f))
		case cStage:
			c.Stage = policy.Stage(d.text(f))
		case cStatus:
			c.Status = int(f.signed())
		case cSentence:
			c.Sentence = d.text(f)
		case cResultType:
			c.ResultType = d.text(f)
		case cDetailedResultType:
			c.DetailedResultType = d.text(f)
		case cDetail:
			c.Detail = d.text(f)
		case cHint:
			c.Hint = d.text(f)
		case cInferred:
			c.Inferred = f.bool()
		case cErr:
			c.Err = errors.New(d.text(f))
		}
	})
	return c
}
