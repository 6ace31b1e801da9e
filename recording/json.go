package recording

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"time"
	"unicode/utf8"

	"github.com/edgesim/edgesim/internal/tlswire"
	"github.com/edgesim/edgesim/policy"
)

// exchangeJSON is the JSON form of an Exchange for the API; see the package comment.
type exchangeJSON struct {
	ID                 string           `json:"id"`
	Edge               string           `json:"edge,omitempty"`
	Distribution       string           `json:"distribution,omitempty"`
	Start              time.Time        `json:"start"`
	Duration           milliseconds     `json:"durationMs"`
	FirstByte          milliseconds     `json:"firstByteMs"`
	Viewer             viewerJSON       `json:"viewer"`
	Behavior           string           `json:"behavior,omitempty"`
	Origin             string           `json:"origin,omitempty"`
	Sent               *sentJSON        `json:"sent,omitempty"`
	Response           responseJSON     `json:"response"`
	ErrorPage          *errorPageJSON   `json:"errorPage,omitempty"`
	Changes            []policy.Change  `json:"changes,omitempty"`
	Cache              *cacheJSON       `json:"cache,omitempty"`
	Functions          []functionJSON   `json:"functions,omitempty"`
	Failover           []failoverJSON   `json:"failover,omitempty"`
	Tunnel             *tunnelJSON      `json:"tunnel,omitempty"`
	GRPC               *GRPC            `json:"grpc,omitempty"`
	Attempts           []*attemptJSON   `json:"attempts,omitempty"`
	Findings           []policy.Finding `json:"findings,omitempty"`
	Cause              *causeJSON       `json:"cause,omitempty"`
	Forced             string           `json:"forced,omitempty"`
	Replayed           string           `json:"replayed,omitempty"`
	ResultType         string           `json:"resultType"`
	DetailedResultType string           `json:"detailedResultType"`
}

type viewerJSON struct {
	Address string         `json:"address"`
	Form    string         `json:"form"`
	Method  string         `json:"method"`
	Scheme  string         `json:"scheme"`
	Host    string         `json:"host"`
	URI     string         `json:"uri"`
	Proto   string         `json:"proto"`
	TLS     *viewerTLSJSON `json:"tls,omitempty"`
	Header  http.Header    `json:"header"`
	Fields  []policy.Field `json:"fields,omitempty"`
	bodyJSON
}

// bodyJSON is the JSON form of a recorded body.
type bodyJSON struct {
	BodyBytes  int64  `json:"bodyBytes"`
	Body       string `json:"body,omitempty"`
	BodyBase64 string `json:"bodyBase64,omitempty"`
	Truncated  bool   `json:"truncated,omitempty"`
}

func encodeBody(size int64, body []byte, truncated bool) bodyJSON {
	j := bodyJSON{BodyBytes: size, Truncated: truncated}
	j.Body, j.BodyBase64 = encodeText(body)
	return j
}

type viewerTLSJSON struct {
	Version     string `json:"version"`
	CipherSuite string `json:"cipherSuite"`
}

type sentJSON struct {
	Host   string         `json:"host"`
	TLS    bool           `json:"tls"`
	Method string         `json:"method"`
	URI    string         `json:"uri"`
	Header []policy.Field `json:"header"`
}

type responseJSON struct {
	Status           int         `json:"status"`
	Header           http.Header `json:"header"`
	Trailer          http.Header `json:"trailer,omitempty"`
	OriginHead       string      `json:"originHead,omitempty"`
	OriginHeadBase64 string      `json:"originHeadBase64,omitempty"`
	bodyJSON
}

// causeJSON is a cause with the text of the underlying error.
type causeJSON struct {
	*policy.Cause
	Underlying string `json:"error,omitempty"`
}

// MarshalJSON returns the exchange in the form that the package comment
// describes. It does not escape <, > and &, which are common in bodies and error
// texts.
func (e Exchange) MarshalJSON() ([]byte, error) {
	return (&JSONEncoder{once: true}).Append(nil, &e)
}

// shape returns the value that encoding/json encodes for an exchange.
func shape(e *Exchange) *exchangeJSON {
	j := &exchangeJSON{
		ID: e.ID, Edge: e.Edge, Distribution: e.Distribution, Start: e.Start.UTC(), Duration: milliseconds(e.Duration), FirstByte: milliseconds(e.FirstByte),
		Viewer: viewerJSON{
			Address: e.Viewer.Address, Form: e.Viewer.Form, Method: e.Viewer.Method, Scheme: e.Viewer.Scheme,
			Host: e.Viewer.Host, URI: e.Viewer.URI, Proto: e.Viewer.Proto, Header: e.Viewer.Header, Fields: e.Viewer.Fields,
			bodyJSON: encodeBody(e.Viewer.BodyBytes, e.Viewer.Body, e.Viewer.Truncated),
		},
		Behavior: e.Behavior, Origin: e.Origin, Findings: e.Findings, Cause: encodeCause(e.Cause),
		Changes: e.Changes, Cache: encodeCache(e.Cache), Functions: encodeFunctions(e.Functions), Failover: encodeFailover(e.Failover),
		Tunnel: encodeTunnel(e.Tunnel), GRPC: e.GRPC, Forced: e.Forced, Replayed: e.Replayed, ResultType: e.ResultType, DetailedResultType: e.DetailedResultType,
		Response: responseJSON{
			Status: e.Response.Status, Header: e.Response.Header, Trailer: e.Response.Trailer,
			bodyJSON: encodeBody(e.Response.BodyBytes, e.Response.Body, e.Response.Truncated),
		},
	}
	if v := e.Viewer; v.TLSVersion != 0 || v.TLSCipher != 0 {
		j.Viewer.TLS = &viewerTLSJSON{Version: versionName(v.TLSVersion), CipherSuite: suiteName(v.TLSCipher)}
	}
	j.Sent, j.ErrorPage = encodeSent(e.Sent), encodeErrorPage(e.ErrorPage)
	j.Response.OriginHead, j.Response.OriginHeadBase64 = encodeText([]byte(e.Response.OriginHead))
	for _, a := range e.Attempts {
		j.Attempts = append(j.Attempts, encodeAttempt(a))
	}
	return j
}

// UnmarshalJSON reads the output of MarshalJSON. It restores only the text of a
// cause's underlying error, and it returns times in UTC.
func (e *Exchange) UnmarshalJSON(data []byte) error {
	var j exchangeJSON
	if err := json.Unmarshal(data, &j); err != nil {
		return err
	}
	var d decoder
	*e = Exchange{
		ID: j.ID, Edge: j.Edge, Distribution: j.Distribution, Start: j.Start, Duration: time.Duration(j.Duration), FirstByte: time.Duration(j.FirstByte),
		Viewer: Viewer{
			Address: j.Viewer.Address, Form: j.Viewer.Form, Method: j.Viewer.Method, Scheme: j.Viewer.Scheme,
			Host: j.Viewer.Host, URI: j.Viewer.URI, Proto: j.Viewer.Proto, Header: j.Viewer.Header, Fields: j.Viewer.Fields,
			BodyBytes: j.Viewer.BodyBytes, Body: d.text(j.Viewer.Body, j.Viewer.BodyBase64), Truncated: j.Viewer.Truncated,
		},
		Behavior: j.Behavior, Origin: j.Origin, Findings: j.Findings, Cause: decodeCause(j.Cause), Tunnel: decodeTunnel(j.Tunnel), GRPC: j.GRPC,
		Changes: j.Changes, Cache: decodeCache(j.Cache), Functions: decodeFunctions(j.Functions), Failover: decodeFailover(j.Failover),
		Forced: j.Forced, Replayed: j.Replayed, ResultType: j.ResultType, DetailedResultType: j.DetailedResultType,
		Response: Response{
			Status: j.Response.Status, Header: j.Response.Header, Trailer: j.Response.Trailer,
			OriginHead: string(d.text(j.Response.OriginHead, j.Response.OriginHeadBase64)),
			BodyBytes:  j.Response.BodyBytes,
			Body:       d.text(j.Response.Body, j.Response.BodyBase64), Truncated: j.Response.Truncated,
		},
	}
	if t := j.Viewer.TLS; t != nil {
		e.Viewer.TLSVersion, e.Viewer.TLSCipher = d.version(t.Version), d.suite(t.CipherSuite)
	}
	e.Sent, e.ErrorPage = decodeSent(j.Sent), d.errorPage(j.ErrorPage)
	for _, a := range j.Attempts {
		e.Attempts = append(e.Attempts, d.attempt(a))
	}
	return d.err
}

func encodeCause(c *policy.Cause) *causeJSON {
	if c == nil {
		return nil
	}
	j := &causeJSON{Cause: c}
	if c.Err != nil {
		j.Underlying = c.Err.Error()
	}
	return j
}

func decodeCause(j *causeJSON) *policy.Cause {
	if j == nil || j.Cause == nil {
		return nil
	}
	if j.Underlying != "" {
		j.Cause.Err = errors.New(j.Underlying)
	}
	return j.Cause
}

// encodeText returns bytes as text, or in base64 if they are not UTF-8 and would not
// survive as text.
func encodeText(b []byte) (text, inBase64 string) {
	if utf8.Valid(b) {
		return string(b), ""
	}
	return "", base64.StdEncoding.EncodeToString(b)
}

// encodeReadable is json.Marshal, but does not escape <, > and &.
func encodeReadable(v any) ([]byte, error) {
	c := JSONEncoder{}
	b := c.value(nil, v)
	return b, c.err
}

// versionName, suiteName, signatureName and groupName return "" for 0, which means "not
// negotiated".
func versionName(v uint16) string {
	if v == 0 {
		return ""
	}
	return tlswire.VersionName(v)
}

func suiteName(s uint16) string {
	if s == 0 {
		return ""
	}
	return tlswire.SuiteName(s)
}

func signatureName(s uint16) string {
	if s == 0 {
		return ""
	}
	return tlswire.SignatureName(s)
}

func groupName(g uint16) string {
	if g == 0 {
		return ""
	}
	return tlswire.GroupName(g)
}
