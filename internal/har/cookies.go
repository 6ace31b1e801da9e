package har

import (
	"net/http"
	"strings"
	"time"
)

// requestCookies splits the Cookie fields. It is more lenient than net/http, as redacted
// values have characters that are not allowed in cookies.
func requestCookies(h http.Header) []cookie {
	cookies := []cookie{}
	for _, line := range h["Cookie"] {
		for part := range strings.SplitSeq(line, ";") {
			if name, value, ok := strings.Cut(strings.TrimSpace(part), "="); ok {
				cookies = append(cookies, cookie{Name: name, Value: value})
			}
		}
	}
	return cookies
}

// responseCookies parses the Set-Cookie fields with the attributes that the format
// supports.
func responseCookies(h http.Header) []cookie {
	cookies := []cookie{}
	for _, line := range h["Set-Cookie"] {
		first, attributes, _ := strings.Cut(line, ";")
		name, value, ok := strings.Cut(strings.TrimSpace(first), "=")
		if !ok {
			continue
		}
		c := cookie{Name: name, Value: value}
		for attribute := range strings.SplitSeq(attributes, ";") {
			c.set(strings.TrimSpace(attribute))
		}
		cookies = append(cookies, c)
	}
	return cookies
}

// set applies one attribute of a Set-Cookie field.
func (c *cookie) set(attribute string) {
	name, value, _ := strings.Cut(attribute, "=")
	switch strings.ToLower(name) {
	case "path":
		c.Path = value
	case "domain":
		c.Domain = value
	case "httponly":
		c.HTTPOnly = true
	case "secure":
		c.Secure = true
	case "expires":
		if at, err := http.ParseTime(value); err == nil {
			c.Expires = at.UTC().Format(time.RFC3339)
		}
	}
}
