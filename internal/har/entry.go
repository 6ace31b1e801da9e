package har

import (
	"bytes"
	"encoding/json"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/edgesim/edgesim/recording"
)

// encodeEntry returns the entry of an exchange.
func encodeEntry(e *recording.Exchange) (*entry, error) {
	t, total := timingsOf(e)
	body, exact := encodeBody(e)
	post, postExact := encodePost(&e.Viewer)
	h := &entry{
		Started: e.Start.UTC().Format(time.RFC3339Nano), Time: total, Timings: t,
		Request: request{
			Method: e.Viewer.Method, URL: address(&e.Viewer), HTTPVersion: e.Viewer.Proto,
			Cookies: requestCookies(e.Viewer.Header), Headers: requestHeaders(&e.Viewer),
			QueryString: queryPairs(e.Viewer.URI), PostData: post, HeadersSize: -1, BodySize: e.Viewer.BodyBytes,
		},
		Response: response{
			Status: e.Response.Status, StatusText: http.StatusText(e.Response.Status), HTTPVersion: e.Viewer.Proto,
			Cookies: responseCookies(e.Response.Header), Headers: headerPairs(e.Response.Header),
			Content: body, RedirectURL: e.Response.Header.Get("Location"),
			HeadersSize: -1, BodySize: e.Response.BodyBytes, TransferSize: e.Response.BodyBytes,
		},
	}
	if a := answering(e); a != nil {
		h.ServerIPAddress, h.Connection = splitAddress(a.Address)
	}
	if e.Cause != nil {
		h.Comment = e.Cause.Error()
	}
	bare := *e
	if exact {
		bare.Response.Body = nil
	}
	if postExact {
		bare.Viewer.Body = nil
	}
	raw, err := encode(bare)
	h.Edgesim = raw
	return h, err
}

// encode is json.Marshal, but keeps <, > and & readable.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// address is the URL of a viewer's request. Characters that are not allowed in a URL but
// occur in a request line are escaped: the line as sent is in _edgesim.
func address(v *recording.Viewer) string {
	text := v.Scheme + "://" + v.Host + v.URI
	if strings.Contains(v.URI, "://") { // absolute-form kept as received
		text = v.URI
	}
	var b strings.Builder
	for i := range len(text) {
		switch c := text[i]; {
		case c == '%' && !isEscape(text[i:]):
			b.WriteString("%25")
		case c <= ' ' || c >= 0x7f || strings.IndexByte("\"<>\\^`{|}", c) >= 0:
			b.WriteString("%" + strings.ToUpper(string([]byte{hexDigits[c>>4], hexDigits[c&15]})))
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

const hexDigits = "0123456789abcdef"

// isEscape reports whether text starts with a percent sign and two hexadecimal digits.
func isEscape(text string) bool {
	isHex := func(c byte) bool { return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f' }
	return len(text) > 2 && isHex(text[1]) && isHex(text[2])
}

// splitAddress returns the IP address and the port of an ip:port, or "" if it is not one.
func splitAddress(address string) (ip, port string) {
	host, port, err := net.SplitHostPort(address)
	if err != nil || net.ParseIP(host) == nil {
		return "", ""
	}
	return host, port
}

// requestHeaders returns the fields of the request in the original order or, if that is
// unknown, in alphabetical order after Host.
func requestHeaders(v *recording.Viewer) []pair {
	if len(v.Fields) > 0 {
		pairs := make([]pair, len(v.Fields))
		for i, f := range v.Fields {
			pairs[i] = pair{Name: f.Name, Value: f.Value}
		}
		return pairs
	}
	pairs := headerPairs(v.Header)
	if v.Host != "" && v.Header.Get("Host") == "" {
		pairs = slices.Insert(pairs, 0, pair{Name: "Host", Value: v.Host})
	}
	return pairs
}

// headerPairs returns the fields in alphabetical order.
func headerPairs(h http.Header) []pair {
	pairs := make([]pair, 0, len(h))
	for name, values := range h {
		for _, value := range values {
			pairs = append(pairs, pair{Name: name, Value: value})
		}
	}
	slices.SortStableFunc(pairs, func(a, b pair) int { return strings.Compare(a.Name, b.Name) })
	return pairs
}

// queryPairs returns the parameters of a query in order. An invalid escape is kept as is.
func queryPairs(uri string) []pair {
	pairs := []pair{}
	_, query, _ := strings.Cut(uri, "?")
	for part := range strings.SplitSeq(query, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		pairs = append(pairs, pair{Name: unescape(name), Value: unescape(value)})
	}
	return pairs
}

func unescape(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil {
		return plain
	}
	return text
}
