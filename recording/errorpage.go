package recording

import "github.com/edgesim/edgesim/policy"

// ErrorPage is how a custom error page came to stand in for an error
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
	// Changes are what the settings changed of the page's request.
	Changes []policy.Change
}

// errorPageJSON is its shape in JSON.
type errorPageJSON struct {
	Behavior       string          `json:"behavior"`
	Origin         string          `json:"origin"`
	Sent           *sentJSON       `json:"sent,omitempty"`
	Replaced       string          `json:"replaced,omitempty"`
	ReplacedBase64 string          `json:"replacedBase64,omitempty"`
	Changes        []policy.Change `json:"changes,omitempty"`
}

func encodeErrorPage(p *ErrorPage) *errorPageJSON {
	if p == nil {
		return nil
	}
	j := &errorPageJSON{Behavior: p.Behavior, Origin: p.Origin, Sent: encodeSent(p.Sent), Changes: p.Changes}
	j.Replaced, j.ReplacedBase64 = encodeText([]byte(p.Replaced))
	return j
}

func (d *decoder) errorPage(j *errorPageJSON) *ErrorPage {
	if j == nil {
		return nil
	}
	return &ErrorPage{
		Behavior: j.Behavior, Origin: j.Origin, Sent: decodeSent(j.Sent),
		Replaced: string(d.text(j.Replaced, j.ReplacedBase64)), Changes: j.Changes,
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
