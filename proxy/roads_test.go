package proxy_test

import (
	"crypto/tls"
	"net/http"
	"net/url"
	"testing"
	"time"
)

// clients are the roads by which a request reaches the edge.
var clients = map[string]func(testing.TB, *running) (*http.Client, string){
	"plain": func(t testing.TB, s *running) (*http.Client, string) {
		return client(t, s, "http/1.1", false), "http://" + s.http + "/"
	},
	"tls, http/1.1": func(t testing.TB, s *running) (*http.Client, string) {
		return client(t, s, "http/1.1", false), "https://" + s.https + "/"
	},
	"tls, h2": func(t testing.TB, s *running) (*http.Client, string) {
		return client(t, s, "h2", false), "https://" + s.https + "/"
	},
	"absolute": func(t testing.TB, s *running) (*http.Client, string) {
		return client(t, s, "http/1.1", true), "http://a.example/"
	},
	"connect, http/1.1": func(t testing.TB, s *running) (*http.Client, string) {
		return client(t, s, "http/1.1", true), "https://a.example/"
	},
	"connect, h2": func(t testing.TB, s *running) (*http.Client, string) {
		return client(t, s, "h2", true), "https://a.example/"
	},
}

// client is a viewer that trusts the CA, and uses the server as its proxy or not.
func client(t testing.TB, s *running, proto string, viaProxy bool) *http.Client {
	transport := &http.Transport{
		TLSClientConfig:   &tls.Config{RootCAs: s.CA().Pool(), MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2: proto == "h2",
	}
	if viaProxy {
		transport.Proxy = http.ProxyURL(mustURL("http://" + s.http))
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: 30 * time.Second}
}

func mustURL(s string) *url.URL {
	u, err := url.Parse(s)
	if err != nil {
		panic(err)
	}
	return u
}

func transportOf(c *http.Client) *http.Transport { return c.Transport.(*http.Transport) }
