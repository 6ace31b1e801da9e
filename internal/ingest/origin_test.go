package ingest_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/internal/ingest"
)

func TestFromOrigin(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name    string
		flags   ingest.OriginFlags
		domain  string
		policy  distribution.OriginProtocolPolicy
		port    int
		connect map[string]string
		notices string // one line each
	}{
		{"https", ingest.OriginFlags{URL: "https://app.example.com", SSLProtocols: []string{"TLSv1.2"}}, "app.example.com", distribution.OriginHTTPSOnly, 443, nil, ""},
		{"https with a port and a slash", ingest.OriginFlags{URL: "HTTPS://App.Example.com:8443/", SSLProtocols: []string{"TLSv1", " TLSv1.2"}}, "app.example.com", distribution.OriginHTTPSOnly, 8443, nil, ""},
		{"http", ingest.OriginFlags{URL: "http://app.example.com"}, "app.example.com", distribution.OriginHTTPOnly, 80, nil, ""},
		{"protocols are inferred", ingest.OriginFlags{URL: "https://app.example.com"}, "app.example.com", distribution.OriginHTTPSOnly, 443, nil,
			"inferred: --origin-ssl-protocols: is not given and its default is not documented: TLSv1, TLSv1.1, TLSv1.2 are assumed"},
		{"protocols without https", ingest.OriginFlags{URL: "http://app.example.com", SSLProtocols: []string{"TLSv1.2"}}, "app.example.com", distribution.OriginHTTPOnly, 80, nil,
			"warning: --origin-ssl-protocols: has no effect on an origin that is reached over http (CF-CONF-02)"},
		{"localhost", ingest.OriginFlags{URL: "http://localhost:3000"}, "localhost", distribution.OriginHTTPOnly, 3000, map[string]string{"localhost": "localhost:3000"},
			`warning: --origin: "localhost" is not a public DNS name, which CloudFront itself would need (CF-CONF-13, CF-DNS-02)`},
		{"address", ingest.OriginFlags{URL: "http://127.0.0.1"}, "127.0.0.1", distribution.OriginHTTPOnly, 80, map[string]string{"127.0.0.1": "127.0.0.1:80"},
			`warning: --origin: "127.0.0.1" is not a public DNS name, which CloudFront itself would need (CF-CONF-13, CF-DNS-02)`},
		{"IPv6 address", ingest.OriginFlags{URL: "http://[::1]:3000"}, "::1", distribution.OriginHTTPOnly, 3000, map[string]string{"::1": "[::1]:3000"},
			`warning: --origin: "::1" is not a public DNS name, which CloudFront itself would need (CF-CONF-13, CF-DNS-02)`},
		{"one label", ingest.OriginFlags{URL: "http://web:8000"}, "web", distribution.OriginHTTPOnly, 8000, map[string]string{"web": "web:8000"},
			`warning: --origin: "web" is not a public DNS name, which CloudFront itself would need (CF-CONF-13, CF-DNS-02)`},
		{"private suffix", ingest.OriginFlags{URL: "http://app.internal"}, "app.internal", distribution.OriginHTTPOnly, 80, map[string]string{"app.internal": "app.internal:80"},
			`warning: --origin: "app.internal" is not a public DNS name, which CloudFront itself would need (CF-CONF-13, CF-DNS-02)`},
		{"S3 website (CF-CONN-22)", ingest.OriginFlags{URL: "https://b.s3-website.eu-central-1.amazonaws.com", SSLProtocols: []string{"TLSv1.2"}}, "b.s3-website.eu-central-1.amazonaws.com", distribution.OriginHTTPSOnly, 443, nil,
			`warning: --origin: "b.s3-website.eu-central-1.amazonaws.com" is an S3 website endpoint, which speaks HTTP only: over HTTPS nothing answers, and viewers get a 504 after all attempts (CF-CONN-22); set http-only, with HTTPPort 80`},
		{"S3 website over http", ingest.OriginFlags{URL: "http://b.s3-website-us-east-1.amazonaws.com"}, "b.s3-website-us-east-1.amazonaws.com", distribution.OriginHTTPOnly, 80, nil, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			got, err := ingest.FromOrigin(row.flags)
			if err != nil {
				t.Fatal(err)
			}
			o := got.Distribution.Origins[0]
			port := o.HTTPPort
			if o.ProtocolPolicy == distribution.OriginHTTPSOnly {
				port = o.HTTPSPort
			}
			if o.DomainName != row.domain || o.ProtocolPolicy != row.policy || port != row.port {
				t.Errorf("got %q, %s, %d, want %q, %s, %d", o.DomainName, o.ProtocolPolicy, port, row.domain, row.policy, row.port)
			}
			if !maps.Equal(got.Connect, row.connect) {
				t.Errorf("got connect %v, want %v", got.Connect, row.connect)
			}
			if n := noticeLines(got.Distribution); n != row.notices {
				t.Errorf("got notices\n%s\nwant\n%s", n, row.notices)
			}
		})
	}
}

func noticeLines(d *distribution.Distribution) string {
	var lines []string
	for _, n := range d.Notices {
		lines = append(lines, string(n.Kind)+": "+n.Path+": "+n.Message)
	}
	return strings.Join(lines, "\n")
}

// TestFromOriginDefaults checks the form against its documented defaults.
func TestFromOriginDefaults(t *testing.T) {
	t.Parallel()
	got, err := ingest.FromOrigin(ingest.OriginFlags{URL: "https://app.example.com"})
	if err != nil {
		t.Fatal(err)
	}
	d := got.Distribution
	b, o := d.DefaultBehavior, d.Origins[0]
	if b.CachePolicy.Name != "CachingDisabled" || b.OriginRequestPolicy.Name != "AllViewerExceptHostHeader" ||
		b.ViewerProtocolPolicy != distribution.ViewerAllowAll || !slices.Equal(b.AllowedMethods, distribution.AllMethods()) {
		t.Errorf("got the behavior %+v", b)
	}
	if o.ConnectionAttempts != 3 || o.ConnectionTimeout != 10*time.Second || o.ResponseTimeout != 30*time.Second || o.KeepaliveTimeout != 5*time.Second ||
		!slices.Equal(o.SSLProtocols, distribution.InferredSSLProtocols()) || o.Path != "" {
		t.Errorf("got the origin %+v", o)
	}
	if len(d.Aliases) != 0 || !d.Enabled || d.Match("/x").TargetOriginID != o.ID {
		t.Errorf("got %+v", d)
	}

	attempts, connect, read, keepalive := 1, 2, 3, 4
	got, err = ingest.FromOrigin(ingest.OriginFlags{URL: "https://app.example.com", ForwardHost: true, Path: "/v1", SSLProtocols: []string{"TLSv1"},
		ConnectionAttempts: &attempts, ConnectionTimeout: &connect, ReadTimeout: &read, KeepaliveTimeout: &keepalive})
	if err != nil {
		t.Fatal(err)
	}
	o = got.Distribution.Origins[0]
	if got.Distribution.DefaultBehavior.OriginRequestPolicy.Name != "AllViewer" {
		t.Errorf("--forward-host: got %q", got.Distribution.DefaultBehavior.OriginRequestPolicy.Name)
	}
	if o.ConnectionAttempts != 1 || o.ConnectionTimeout != 2*time.Second || o.ResponseTimeout != 3*time.Second || o.KeepaliveTimeout != 4*time.Second ||
		!slices.Equal(o.SSLProtocols, []distribution.SSLProtocol{distribution.TLSv1}) || o.Path != "/v1" {
		t.Errorf("got the origin %+v", o)
	}
}

func TestFromOriginRefuses(t *testing.T) {
	t.Parallel()
	n := func(i int) *int { return &i }
	at := func(url string) ingest.OriginFlags { return ingest.OriginFlags{URL: url} }
	const form = `, allowed: http://HOST[:PORT] or https://HOST[:PORT] `
	for _, row := range []struct {
		rule  string
		flags ingest.OriginFlags
		want  string
	}{
		{"CF-CONF-03", at("app.example.com:8080"), `--origin: has no scheme: got "app.example.com:8080"` + form + `(CF-CONF-03); write "http://app.example.com:8080" or "https://app.example.com:8080"`},
		{"CF-CONF-03", at("ftp://app.example.com"), `--origin: has the scheme "ftp": got "ftp://app.example.com"` + form + `(CF-CONF-03)`},
		{"CF-CONF-13", at("https://"), `--origin: has no host: got "https://"` + form + `(CF-CONF-13)`},
		{"CF-CONF-13", at("https://a b"), `--origin: is not a URL: got "https://a b"` + form + `(CF-CONF-13)`},
		{"CF-CONF-13", at("https://user:secret@app.example.com"), `--origin: holds user information: got "https://***@app.example.com"` + form + `(CF-CONF-13); write "https://app.example.com"`},
		{"CF-CONF-13", at("https://user:sec ret@app.example.com"), `--origin: is not a URL: got "https://***@app.example.com"` + form + `(CF-CONF-13)`},
		{"CF-CONF-12", at("https://app.example.com/v1/"), `--origin: holds a path: got "https://app.example.com/v1/"` + form + `(CF-CONF-12); write --origin https://app.example.com --origin-path /v1`},
		{"CF-CONF-13", at("https://app.example.com?x=1"), `--origin: holds a query or a fragment: got "https://app.example.com?x=1"` + form + `(CF-CONF-13); write "https://app.example.com"`},
		{"CF-CONF-13", at("https://app_.-x.example.com"), `--origin: is not a DNS name: got "app_.-x.example.com", allowed: a public DNS name, without scheme, port, path or IP address (CF-CONF-13)`},
		{"CF-CONF-01", at("http://localhost:81"), `--origin: the port is not one CloudFront connects to: got "81", allowed: 80, 443, 1024-65535 (CF-CONF-01); let the origin listen on one of these`},
		{"CF-CONF-01", at("http://localhost:70000"), `--origin: the port is not one CloudFront connects to: got "70000", allowed: 80, 443, 1024-65535 (CF-CONF-01); let the origin listen on one of these`},
		{"CF-CONF-12", ingest.OriginFlags{URL: "http://localhost", Path: "v1"}, `--origin-path: does not start with a slash: got "v1", allowed: "" or "/x" without a trailing slash (CF-CONF-12); write "/v1"`},
		{"CF-CONF-04", ingest.OriginFlags{URL: "https://localhost", SSLProtocols: []string{"TLSv1.3"}}, `--origin-ssl-protocols: is not one of the known values: there is no token for TLS 1.3 (CF-TLS-08): got "TLSv1.3", allowed: SSLv3, TLSv1, TLSv1.1, TLSv1.2 (CF-CONF-04); write "TLSv1.2"`},
		{"CF-CONF-06", ingest.OriginFlags{URL: "http://localhost", ConnectionAttempts: n(0)}, `--origin-connection-attempts: is out of range: got "0", allowed: 1-3 (CF-CONF-06); set 1`},
		{"CF-CONF-07", ingest.OriginFlags{URL: "http://localhost", ConnectionTimeout: n(11)}, `--origin-connection-timeout: is out of range: got "11", allowed: 1-10 seconds (CF-CONF-07); set 10`},
		{"CF-CONF-08", ingest.OriginFlags{URL: "http://localhost", ReadTimeout: n(0)}, `--origin-read-timeout: is out of range: got "0", allowed: 1-120 seconds (CF-CONF-08); set 1`},
		{"CF-CONF-09", ingest.OriginFlags{URL: "http://localhost", KeepaliveTimeout: n(-1)}, `--origin-keepalive-timeout: is out of range: got "-1", allowed: 1-300 seconds (CF-CONF-09); set 1`},
	} {
		_, err := ingest.FromOrigin(row.flags)
		var invalid *distribution.InvalidError
		if !errors.As(err, &invalid) || err.Error() != row.want || invalid.Problems[0].Rule != row.rule {
			t.Errorf("%s: got\n%v\nwant\n%s", row.rule, err, row.want)
		}
	}
}

func TestParseConnect(t *testing.T) {
	t.Parallel()
	for spec, want := range map[string][2]string{
		"app.example.com=127.0.0.1:9000":                        {"app.example.com", "127.0.0.1:9000"},
		"App.Example.com.:443=lab:8443":                         {"app.example.com:443", "lab:8443"},
		"[::1]:3000=[::1]:4000":                                 {"[::1]:3000", "[::1]:4000"},
		"B.s3.amazonaws.com=dir:./dist":                         {"b.s3.amazonaws.com", "dir:./dist"},
		"b.s3.amazonaws.com=dir:my site, b list=allowed":        {"b.s3.amazonaws.com", "dir:my site, b,list=allowed"},
		"b.s3.amazonaws.com=dir:/a,website=w.json,list=allowed": {"b.s3.amazonaws.com", "dir:/a,list=allowed,website=w.json"},
		"b.s3.amazonaws.com=dir:":                               {"error", `"dir:" names no folder: want dir:PATH`},
		"b.s3.amazonaws.com=dir:/a list=yes":                    {"error", "list=yes: want list=allowed"},
		"app.example.com":                                       {"error", `"app.example.com" is not DOMAIN[:PORT]=HOST:PORT`},
		"app.example.com=":                                      {"error", `"" is not HOST:PORT`},
		"app.example.com=127.0.0.1":                             {"error", `"127.0.0.1" is not HOST:PORT`},
		"app.example.com=127.0.0.1:0":                           {"error", `"127.0.0.1:0" is not HOST:PORT: the port 0 is not one from 1 to 65535`},
		"app.example.com=127.0.0.1:99999":                       {"error", `"127.0.0.1:99999" is not HOST:PORT: the port 99999 is not one from 1 to 65535`},
		"app.example.com:65536=127.0.0.1:1":                     {"error", `"app.example.com:65536" is not DOMAIN or DOMAIN:PORT: the port 65536 is not one from 1 to 65535`},
		"app.example.com=127.0.0.1:https":                       {"error", `"127.0.0.1:https" is not HOST:PORT`},
		"app.example.com=:80":                                   {"error", `":80" is not HOST:PORT`},
		"=127.0.0.1:80":                                         {"error", `"" is not DOMAIN or DOMAIN:PORT`},
		"https://app.example.com=127.0.0.1:1":                   {"error", `"https://app.example.com" is not DOMAIN or DOMAIN:PORT`},
		"*.example.com=127.0.0.1:80":                            {"error", `"*.example.com" is not DOMAIN or DOMAIN:PORT`},
	} {
		from, to, err := ingest.ParseConnect(spec)
		got := [2]string{from, to}
		if err != nil {
			got = [2]string{"error", err.Error()}
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", spec, got, want)
		}
	}
}
