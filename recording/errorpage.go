package recording

// ErrorPage is how a custom error page came to stand in the place of an error
// (CF-ERR-38): the page's request, and the answer that it replaced. The response
// of the exchange is the page, its Sent the request that failed.
type ErrorPage struct {
	// Behavior is the path pattern of the page's own behavior, Origin the id of
	// the origin that was asked for it.
	Behavior, Origin string
	// Sent is the request for the page as it went to the origin; nil if none did.
	Sent *Sent
	// Replaced is the head of the origin's own answer, as it came; "" if there
	// was none, and the exchange's cause says why.
	Replaced string
}

// redact returns it without secrets and whether there were any.
func (p *ErrorPage) redact() (*ErrorPage, bool) {
	if p == nil {
		return nil, false
	}
	sent, sentSecret := redactSent(p.Sent)
	head, headSecret := redactHead(p.Replaced)
	if !sentSecret && !headSecret {
		return p, false
	}
	hidden := *p
	hidden.Sent, hidden.Replaced = sent, head
	return &hidden, true
}

// errorPage returns it without the values of secret query parameters.
func (r *Redactor) errorPage(p *ErrorPage) *ErrorPage {
	if p == nil {
		return nil
	}
	hidden := *p
	hidden.Sent, hidden.Replaced = r.sent(p.Sent), r.text(p.Replaced)
	return &hidden
}

// sent returns a request without the values of secret query parameters.
func (r *Redactor) sent(s *Sent) *Sent {
	if s == nil {
		return nil
	}
	sent := *s
	sent.URI, sent.Header = r.text(s.URI), r.fields(s.Header)
	return &sent
}

// errorPageJSON is its shape in JSON.
type errorPageJSON struct {
	Behavior       string    `json:"behavior"`
	Origin         string    `json:"origin"`
	Sent           *sentJSON `json:"sent,omitempty"`
	Replaced       string    `json:"replaced,omitempty"`
	ReplacedBase64 string    `json:"replacedBase64,omitempty"`
}

func encodeErrorPage(p *ErrorPage) *errorPageJSON {
	if p == nil {
		return nil
	}
	j := &errorPageJSON{Behavior: p.Behavior, Origin: p.Origin, Sent: encodeSent(p.Sent)}
	j.Replaced, j.ReplacedBase64 = encodeText([]byte(p.Replaced))
	return j
}

func (d *decoder) errorPage(j *errorPageJSON) *ErrorPage {
	if j == nil {
		return nil
	}
	return &ErrorPage{
		Behavior: j.Behavior, Origin: j.Origin, Sent: decodeSent(j.Sent),
		Replaced: string(d.text(j.Replaced, j.ReplacedBase64)),
	}
}

func encodeSent(s *Sent) *sentJSON {
	if s == nil {
		return nil
	}
	return &sentJSON{Host: s.Host, TLS: s.TLS, Method: s.Method, URI: s.URI, Header: s.Header}
}

func decodeSent(j *sentJSON) *Sent {
	if j == nil {
		return nil
	}
	return &Sent{Host: j.Host, TLS: j.TLS, Method: j.Method, URI: j.URI, Header: j.Header}
}

// size estimates the memory that it takes.
func (p *ErrorPage) size() int {
	if p == nil {
		return 0
	}
	return len(p.Replaced) + p.Sent.size()
}

// size estimates the memory that a request takes.
func (s *Sent) size() int {
	if s == nil {
		return 0
	}
	n := len(s.URI)
	for _, f := range s.Header {
		n += sizeField + len(f.Name) + len(f.Value)
	}
	return n
}
