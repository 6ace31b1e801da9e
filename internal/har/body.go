package har

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"fmt"
	"io"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/andybalholm/brotli"

	"github.com/edgesim/edgesim/recording"
)

// largestDecoded limits a decompressed body: a few kilobytes may expand to gigabytes.
const largestDecoded = 64 << 20

// encodeBody returns the content of a response, and reports whether its text has exactly
// the recorded bytes.
func encodeBody(e *recording.Exchange) (content, bool) {
	r := &e.Response
	c := content{Size: r.BodyBytes, MimeType: r.Header.Get("Content-Type")}
	if r.Truncated || int64(len(r.Body)) < r.BodyBytes {
		c.Text, c.Encoding = encodeText(r.Body)
		c.Comment = fmt.Sprintf("edgesim recorded the first %d of %d bytes (--body-limit)", len(r.Body), r.BodyBytes)
		return c, true
	}
	coding := r.Header.Get("Content-Encoding")
	if coding == "" || len(r.Body) == 0 {
		c.Text, c.Encoding = encodeText(r.Body)
		return c, true
	}
	plain, err := decode(coding, r.Body)
	if err != nil {
		c.Text, c.Encoding = encodeText(r.Body)
		c.Comment = fmt.Sprintf("the body is as it was sent, as it cannot be decompressed: %v", err)
		return c, true
	}
	c.Text, c.Encoding = encodeText(plain)
	c.Size, c.Compression = int64(len(plain)), int64(len(plain)-len(r.Body))
	return c, false
}

// encodePost returns the body of a request, nil if there was none, and reports whether its
// text has exactly the recorded bytes. The format has no encoding for it, so bytes that are
// not text are only in _edgesim.
func encodePost(v *recording.Viewer) (*postData, bool) {
	if v.BodyBytes == 0 && len(v.Body) == 0 {
		return nil, false
	}
	p := &postData{MimeType: v.Header.Get("Content-Type")}
	exact := utf8.Valid(v.Body)
	switch {
	case exact:
		p.Text = string(v.Body)
	default:
		p.Comment = "the body is not text; _edgesim has it as viewer.bodyBase64"
	}
	if v.Truncated || int64(len(v.Body)) < v.BodyBytes {
		p.Comment = strings.TrimPrefix(p.Comment+fmt.Sprintf("; edgesim recorded the first %d of %d bytes (--body-limit)", len(v.Body), v.BodyBytes), "; ")
	}
	return p, exact
}

// decodePost reads the body of a request from a browser's archive: as text, or as the
// parameters of a form.
func decodePost(p *postData, size int64, v *recording.Viewer) {
	if p != nil {
		v.Body = []byte(p.Text)
	}
	if p != nil && p.Text == "" {
		var form []string
		for _, param := range p.Params {
			form = append(form, url.QueryEscape(param.Name)+"="+url.QueryEscape(param.Value))
		}
		v.Body = []byte(strings.Join(form, "&"))
	}
	v.BodyBytes = int64(len(v.Body))
	if v.BodyBytes == 0 {
		v.Body = nil
		v.BodyBytes, v.Truncated = max(size, 0), size > 0
	}
}

// decode undoes one content coding.
func decode(coding string, body []byte) ([]byte, error) {
	var r io.Reader
	var err error
	switch strings.ToLower(strings.TrimSpace(coding)) {
	case "gzip", "x-gzip":
		r, err = gzip.NewReader(bytes.NewReader(body))
	case "deflate":
		r, err = zlib.NewReader(bytes.NewReader(body))
	case "br":
		r = brotli.NewReader(bytes.NewReader(body))
	case "identity":
		return body, nil
	default:
		return nil, fmt.Errorf("the content coding %q is not known", coding)
	}
	if err != nil {
		return nil, err
	}
	plain, err := io.ReadAll(io.LimitReader(r, largestDecoded+1))
	if err == nil && len(plain) > largestDecoded {
		err = fmt.Errorf("it is larger than %d bytes", largestDecoded)
	}
	return plain, err
}

// encodeText returns bytes as the text of a content and its encoding: base64 if they are
// not UTF-8.
func encodeText(b []byte) (text, encoding string) {
	if utf8.Valid(b) {
		return string(b), ""
	}
	return base64.StdEncoding.EncodeToString(b), "base64"
}

// decodeText is the reverse of encodeText.
func decodeText(text, encoding string) ([]byte, error) {
	switch {
	case text == "":
		return nil, nil
	case strings.EqualFold(encoding, "base64"):
		return base64.StdEncoding.DecodeString(text)
	case encoding == "":
		return []byte(text), nil
	}
	return nil, fmt.Errorf("the encoding %q is neither base64 nor none", encoding)
}
