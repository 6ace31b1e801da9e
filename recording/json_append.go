package recording

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

// JSONEncoder encodes exchanges as JSON, several times as fast as encoding/json
// and with identical bytes. It caches the encoding of handshakes and findings,
// which exchanges on one connection share. It must not be used concurrently. The
// zero value is ready to use; its memory is bounded.
type JSONEncoder struct {
	// EscapeHTML writes <, > and & as \u003c, \u003e and \u0026, as [json.Marshal]
	// does with the result of [Exchange.MarshalJSON].
	EscapeHTML bool

	handshakes map[*originconn.Handshake][]byte
	findings   map[findingsAt][]byte
	names      []string
	scratch    bytes.Buffer
	// once means that nothing is worth caching.
	once bool
	err  error
}

// findingsAt identifies a list of findings in memory.
type findingsAt struct {
	first  *policy.Finding
	length int
}

// mostFragments limits how many handshakes, and how many lists of findings, are cached.
const mostFragments = 256

// Append appends the JSON of an exchange, without a newline.
func (c *JSONEncoder) Append(b []byte, e *Exchange) ([]byte, error) {
	c.err = nil
	if !writable(e) {
		b = c.value(b, shape(e))
		return b, c.err
	}
	b = append(b, `{"id":`...)
	b = c.text(b, e.ID)
	b = c.optional(b, `,"edge":`, e.Edge)
	b = c.optional(b, `,"distribution":`, e.Distribution)
	b = append(b, `,"start":`...)
	b = appendMoment(b, e.Start)
	b = append(b, `,"durationMs":`...)
	b = appendMilliseconds(b, e.Duration)
	b = append(b, `,"firstByteMs":`...)
	b = appendMilliseconds(b, e.FirstByte)
	b = c.viewer(b, &e.Viewer)
	b = c.optional(b, `,"behavior":`, e.Behavior)
	b = c.optional(b, `,"origin":`, e.Origin)
	if e.Sent != nil {
		b = c.sent(b, e.Sent)
	}
	b = c.response(b, &e.Response)
	if e.ErrorPage != nil {
		b = c.value(append(b, `,"errorPage":`...), encodeErrorPage(e.ErrorPage))
	}
	if len(e.Changes) > 0 {
		b = c.changes(b, e.Changes)
	}
	if e.Cache != nil {
		b = c.value(append(b, `,"cache":`...), encodeCache(e.Cache))
	}
	if len(e.Functions) > 0 {
		b = c.value(append(b, `,"functions":`...), encodeFunctions(e.Functions))
	}
	if len(e.Failover) > 0 {
		b = c.value(append(b, `,"failover":`...), encodeFailover(e.Failover))
	}
	if e.Tunnel != nil {
		b = c.value(append(b, `,"tunnel":`...), encodeTunnel(e.Tunnel))
	}
	if e.GRPC != nil {
		b = c.value(append(b, `,"grpc":`...), e.GRPC)
	}
	for i, a := range e.Attempts {
		if b = append(b, ','); i == 0 {
			b = append(b, `"attempts":[`...)
		}
		b = c.attempt(b, a)
	}
	if len(e.Attempts) > 0 {
		b = append(b, ']')
	}
	b = c.findingsField(b, e.Findings)
	b = c.cause(b, e.Cause)
	b = c.optional(b, `,"forced":`, e.Forced)
	b = c.optional(b, `,"replayed":`, e.Replayed)
	b = c.text(append(b, `,"resultType":`...), e.ResultType)
	b = c.text(append(b, `,"detailedResultType":`...), e.DetailedResultType)
	return append(b, '}'), c.err
}

// writable reports whether JSON can represent every time; if not, the error is that of
// encoding/json.
func writable(e *Exchange) bool {
	inRange := func(t time.Time) bool { return t.UTC().Year() >= 0 && t.UTC().Year() <= 9999 }
	return inRange(e.Start) && !slices.ContainsFunc(e.Attempts, func(a *originconn.Attempt) bool { return a != nil && !inRange(a.Start) })
}

func (c *JSONEncoder) viewer(b []byte, v *Viewer) []byte {
	b = c.text(append(b, `,"viewer":{"address":`...), v.Address)
	b = c.text(append(b, `,"form":`...), v.Form)
	b = c.text(append(b, `,"method":`...), v.Method)
	b = c.text(append(b, `,"scheme":`...), v.Scheme)
	b = c.text(append(b, `,"host":`...), v.Host)
	b = c.text(append(b, `,"uri":`...), v.URI)
	b = c.text(append(b, `,"proto":`...), v.Proto)
	if v.TLSVersion != 0 || v.TLSCipher != 0 {
		b = c.text(append(b, `,"tls":{"version":`...), versionName(v.TLSVersion))
		b = c.text(append(b, `,"cipherSuite":`...), suiteName(v.TLSCipher))
		b = append(b, '}')
	}
	b = c.header(append(b, `,"header":`...), v.Header)
	if len(v.Fields) > 0 {
		b = c.fields(append(b, `,"fields":`...), v.Fields)
	}
	b = c.body(b, v.BodyBytes, v.Body, v.Truncated)
	return append(b, '}')
}

func (c *JSONEncoder) sent(b []byte, s *Sent) []byte {
	b = c.text(append(b, `,"sent":{"host":`...), s.Host)
	b = strconv.AppendBool(append(b, `,"tls":`...), s.TLS)
	b = c.text(append(b, `,"method":`...), s.Method)
	b = c.text(append(b, `,"uri":`...), s.URI)
	b = c.fields(append(b, `,"header":`...), s.Header)
	return append(b, '}')
}

func (c *JSONEncoder) response(b []byte, r *Response) []byte {
	b = strconv.AppendInt(append(b, `,"response":{"status":`...), int64(r.Status), 10)
	b = c.header(append(b, `,"header":`...), r.Header)
	if len(r.Trailer) > 0 {
		b = c.header(append(b, `,"trailer":`...), r.Trailer)
	}
	if utf8.ValidString(r.OriginHead) {
		b = c.optional(b, `,"originHead":`, r.OriginHead)
	} else {
		b = appendBase64(append(b, `,"originHeadBase64":`...), []byte(r.OriginHead))
	}
	b = c.body(b, r.BodyBytes, r.Body, r.Truncated)
	return append(b, '}')
}

func (c *JSONEncoder) body(b []byte, size int64, body []byte, truncated bool) []byte {
	b = strconv.AppendInt(append(b, `,"bodyBytes":`...), size, 10)
	switch {
	case len(body) == 0:
	case utf8.Valid(body):
		b = appendText(append(b, `,"body":`...), body, c.EscapeHTML)
	default:
		b = appendBase64(append(b, `,"bodyBase64":`...), body)
	}
	if truncated {
		b = append(b, `,"truncated":true`...)
	}
	return b
}

func (c *JSONEncoder) attempt(b []byte, a *originconn.Attempt) []byte {
	if a == nil {
		return append(b, "null"...)
	}
	b = strconv.AppendInt(append(b, `{"number":`...), int64(a.Number), 10)
	b = c.optional(b, `,"target":`, a.Target)
	b = appendMoment(append(b, `,"start":`...), a.Start)
	for i, address := range a.Addresses {
		if b = append(b, ','); i == 0 {
			b = append(b, `"addresses":[`...)
		}
		b = c.text(b, address)
	}
	if len(a.Addresses) > 0 {
		b = append(b, ']')
	}
	b = c.optional(b, `,"address":`, a.Address)
	if a.Reused {
		b = append(b, `,"reused":true`...)
	}
	if a.Idle != 0 {
		b = appendMilliseconds(append(b, `,"idleMs":`...), a.Idle)
	}
	if a.StaleIdle != 0 {
		b = appendMilliseconds(append(b, `,"staleIdleMs":`...), a.StaleIdle)
	}
	p := &a.Phases
	b = appendMilliseconds(append(b, `,"phases":{"resolveMs":`...), p.Resolve)
	b = appendMilliseconds(append(b, `,"dialMs":`...), p.Dial)
	b = appendMilliseconds(append(b, `,"handshakeMs":`...), p.Handshake)
	b = appendMilliseconds(append(b, `,"sendMs":`...), p.Send)
	b = appendMilliseconds(append(b, `,"waitMs":`...), p.Wait)
	b = append(b, '}')
	b = c.handshake(b, a.Handshake)
	if x := encodeExplanation(a.Explanation); x != nil {
		b = c.value(append(b, `,"explanation":`...), x)
	}
	b = c.findingsField(b, a.Findings)
	b = c.cause(b, a.Cause)
	return append(b, '}')
}

func (c *JSONEncoder) handshake(b []byte, h *originconn.Handshake) []byte {
	if h == nil {
		return b
	}
	text, ok := c.handshakes[h]
	if !ok {
		text = c.value(nil, encodeHandshake(h))
		remember(c, &c.handshakes, h, text)
	}
	return append(append(b, `,"handshake":`...), text...)
}

func (c *JSONEncoder) findingsField(b []byte, findings []policy.Finding) []byte {
	if len(findings) == 0 {
		return b
	}
	key := findingsAt{&findings[0], len(findings)}
	text, ok := c.findings[key]
	if !ok {
		text = c.value(nil, findings)
		remember(c, &c.findings, key, text)
	}
	return append(append(b, `,"findings":`...), text...)
}

// remember caches a fragment.
func remember[K comparable](c *JSONEncoder, m *map[K][]byte, key K, text []byte) {
	if c.once {
		return
	}
	if *m == nil || len(*m) >= mostFragments {
		*m = map[K][]byte{}
	}
	(*m)[key] = text
}

func (c *JSONEncoder) cause(b []byte, cause *policy.Cause) []byte {
	if cause == nil {
		return b
	}
	return c.value(append(b, `,"cause":`...), encodeCause(cause))
}

func (c *JSONEncoder) changes(b []byte, changes []policy.Change) []byte {
	b = append(b, `,"changes":[`...)
	for i := range changes {
		if i > 0 {
			b = append(b, ',')
		}
		change := &changes[i]
		b = c.text(append(b, `{"leg":`...), string(change.Leg))
		b = c.text(append(b, `,"field":`...), change.Field)
		b = c.text(append(b, `,"kind":`...), string(change.Kind))
		b = c.optional(b, `,"from":`, change.From)
		b = c.optional(b, `,"to":`, change.To)
		b = c.optional(b, `,"by":`, change.By)
		b = c.optional(b, `,"rule":`, string(change.Rule))
		b = append(b, '}')
	}
	return append(b, ']')
}

func (c *JSONEncoder) fields(b []byte, fields []policy.Field) []byte {
	if fields == nil {
		return append(b, "null"...)
	}
	b = append(b, '[')
	for i := range fields {
		if i > 0 {
			b = append(b, ',')
		}
		b = c.text(append(b, `{"name":`...), fields[i].Name)
		b = c.text(append(b, `,"value":`...), fields[i].Value)
		b = append(b, '}')
	}
	return append(b, ']')
}

func (c *JSONEncoder) header(b []byte, h http.Header) []byte {
	if h == nil {
		return append(b, "null"...)
	}
	c.names = c.names[:0]
	for name := range h {
		c.names = append(c.names, name)
	}
	slices.Sort(c.names)
	b = append(b, '{')
	for i, name := range c.names {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(c.text(b, name), ':')
		values := h[name]
		if values == nil {
			b = append(b, "null"...)
			continue
		}
		b = append(b, '[')
		for j, value := range values {
			if j > 0 {
				b = append(b, ',')
			}
			b = c.text(b, value)
		}
		b = append(b, ']')
	}
	return append(b, '}')
}

// value appends what encoding/json makes of a value; used for what is rare.
func (c *JSONEncoder) value(b []byte, v any) []byte {
	c.scratch.Reset()
	enc := json.NewEncoder(&c.scratch)
	enc.SetEscapeHTML(c.EscapeHTML)
	if err := enc.Encode(v); err != nil && c.err == nil {
		c.err = err
	}
	return append(b, bytes.TrimSuffix(c.scratch.Bytes(), []byte("\n"))...)
}

func (c *JSONEncoder) text(b []byte, s string) []byte { return appendText(b, s, c.EscapeHTML) }

// optional appends a field unless its value is empty.
func (c *JSONEncoder) optional(b []byte, name, value string) []byte {
	if value == "" {
		return b
	}
	return c.text(append(b, name...), value)
}
