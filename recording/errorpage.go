package recording

import "github.com/edgesim/edgesim/policy"

// ErrorPage is how a custom error page replaced an error (CF-ERR-38): the request
// for the page, and the response that it replaced. The exchange's Response is the
// page; its Sent is the request that failed.
type ErrorPage struct {
	// Behavior is the path pattern of the page's own behavior, Origin the id of the
	// origin that the page was requested from.
	Behavior, Origin string
	// Sent is the request for the page as sent to the origin; nil if none was sent.
	Sent *Sent
	// Replaced is the head of the origin's own response, as received; "" if there
	// was none, in which case the exchange's cause says why.
	Replaced string
	// Changes are the changes that the settings made to the request for the page.
	Changes []policy.Change
}

// errorPageJSON is its JSON form.
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
