package ingest

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/internal/ingest/apishape"
)

// OriginFlags are the --origin form: a URL and its settings. A nil number means that the
// flag was not given; 0 is checked like any other value.
type OriginFlags struct {
	// URL is the scheme, host and optional port, e.g. "https://app.example.com:8443".
	URL string
	// ForwardHost forwards the viewer's Host (--forward-host).
	ForwardHost bool
	// Path is prepended to every request's path (--origin-path).
	Path string
	// SSLProtocols are the TLS versions offered (--origin-ssl-protocols); nil means the
	// inferred ones.
	SSLProtocols []string
	// ConnectionAttempts is a number (--origin-connection-attempts).
	ConnectionAttempts *int
	// ConnectionTimeout, ReadTimeout and KeepaliveTimeout are in seconds
	// (--origin-connection-timeout, --origin-read-timeout, --origin-keepalive-timeout).
	ConnectionTimeout, ReadTimeout, KeepaliveTimeout *int
}

// OriginID is the id of the only origin.
const OriginID = "origin"

// FromOrigin returns the distribution that --origin stands for: one custom origin for every
// path, all methods, CachingDisabled and AllViewerExceptHostHeader, or AllViewer if Host is
// forwarded; everything else at the API's defaults. An address, localhost or another name
// that is not public works as typed, through an entry in Connect, with a warning.
func FromOrigin(flags OriginFlags) (*Result, error) {
	r := &flagReader{}
	scheme, host, port := r.originURL(flags.URL)
	origin := distribution.NewOrigin(OriginID, host)
	origin.ProtocolPolicy = distribution.OriginHTTPOnly
	if scheme == "https" {
		origin.ProtocolPolicy = distribution.OriginHTTPSOnly
		origin.HTTPSPort = port
	} else {
		origin.HTTPPort = port
	}
	origin.Path = flags.Path
	flags.apply(&origin, r)

	behavior := distribution.NewCacheBehavior(OriginID)
	behavior.ViewerProtocolPolicy = distribution.ViewerAllowAll
	behavior.AllowedMethods = distribution.AllMethods()
	behavior.CachePolicy, _ = distribution.ManagedCachePolicy("CachingDisabled")
	forwarded := "AllViewerExceptHostHeader"
	if flags.ForwardHost {
		forwarded = "AllViewer"
	}
	behavior.OriginRequestPolicy, _ = distribution.ManagedOriginRequestPolicy(forwarded)
	d := &distribution.Distribution{
		Enabled:           true,
		Origins:           []distribution.Origin{origin},
		ViewerCertificate: distribution.ViewerCertificate{CloudFrontDefault: true},
		GeoRestriction:    distribution.GeoRestriction{Type: "none"},
		ConnectionMode:    "direct",
		DefaultBehavior:   behavior,
		HTTPVersion:       distribution.DefaultHTTPVersion,
	}
	if len(r.problems) == 0 { // otherwise the URL's own mistakes explain it better
		r.originProblems(d)
	}
	if len(r.problems) > 0 {
		return nil, &distribution.InvalidError{Problems: r.problems}
	}
	result := &Result{Distribution: d, Distributions: []*distribution.Distribution{d}}
	if apishape.IsPrivateName(host) {
		// Keyed by the host only: a user's own entry, with or without a port, takes
		// precedence.
		result.Connect = map[string]string{host: net.JoinHostPort(host, strconv.Itoa(port))}
	}
	for _, n := range append(r.notices, apishape.Warnings(d)...) {
		n.Path = flagPath(n.Path)
		d.Notices = append(d.Notices, n)
	}
	return result, nil
}

// flagReader collects notices and problems about the flags.
type flagReader struct {
	notices  []distribution.Notice
	problems []distribution.Problem
}

func (r *flagReader) notice(kind distribution.NoticeKind, path, message string) {
	r.notices = append(r.notices, distribution.Notice{Kind: kind, Path: path, Message: message})
}

func (r *flagReader) problem(p distribution.Problem) { r.problems = append(r.problems, p) }

// apply applies the settings other than the URL to the origin.
func (f *OriginFlags) apply(o *distribution.Origin, r *flagReader) {
	seconds := func(n *int, d *time.Duration) {
		if n != nil {
			*d = time.Duration(min(max(*n, -mostSeconds), mostSeconds)) * time.Second
		}
	}
	if f.ConnectionAttempts != nil {
		o.ConnectionAttempts = *f.ConnectionAttempts
	}
	seconds(f.ConnectionTimeout, &o.ConnectionTimeout)
	seconds(f.ReadTimeout, &o.ResponseTimeout)
	seconds(f.KeepaliveTimeout, &o.KeepaliveTimeout)
	const path = "Origins.Items[0].CustomOriginConfig.OriginSslProtocols"
	https := o.ProtocolPolicy == distribution.OriginHTTPSOnly
	if len(f.SSLProtocols) == 0 {
		o.SSLProtocols = distribution.InferredSSLProtocols()
		if https {
			r.notice(distribution.NoticeInferred, path, "is not given and its default is not documented: TLSv1, TLSv1.1, TLSv1.2 are assumed")
		}
		return
	}
	for _, p := range f.SSLProtocols {
		o.SSLProtocols = append(o.SSLProtocols, distribution.SSLProtocol(strings.TrimSpace(p)))
	}
	if !https {
		r.notice(distribution.NoticeWarning, path, "has no effect on an origin that is reached over http (CF-CONF-02)")
	}
}

// mostSeconds keeps a number of seconds within a duration.
const mostSeconds = 1_000_000_000

// originURL parses the URL and records what does not belong in it.
func (r *flagReader) originURL(text string) (scheme, host string, port int) {
	const form = "http://HOST[:PORT] or https://HOST[:PORT]"
	full := text
	text = withoutUser(text) // messages must not contain passwords
	problem := func(rule, message, fix string) {
		r.problem(distribution.Problem{Path: "--origin", Value: text, Allowed: form, Rule: rule, Message: message, Fix: fix})
	}
	if !strings.Contains(text, "://") {
		problem("CF-CONF-03", "has no scheme", fmt.Sprintf("write %q or %q", "http://"+text, "https://"+text))
		return "", "", 0
	}
	u, err := url.Parse(full)
	if err != nil {
		problem("CF-CONF-13", "is not a URL", "")
		return "", "", 0
	}
	scheme, host = strings.ToLower(u.Scheme), strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	bare := scheme + "://" + u.Host
	port = distribution.DefaultHTTPPort
	switch scheme {
	case "http":
	case "https":
		port = distribution.DefaultHTTPSPort
	default:
		problem("CF-CONF-03", fmt.Sprintf("has the scheme %q", u.Scheme), "")
	}
	if u.User != nil {
		problem("CF-CONF-13", "holds user information", fmt.Sprintf("write %q", bare))
	}
	if path := strings.TrimRight(u.Path, "/"); path != "" {
		problem("CF-CONF-12", "holds a path", fmt.Sprintf("write --origin %s --origin-path %s", bare, path))
	}
	if u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		problem("CF-CONF-13", "holds a query or a fragment", fmt.Sprintf("write %q", bare))
	}
	if host == "" {
		problem("CF-CONF-13", "has no host", "")
	}
	if s := u.Port(); s != "" || strings.HasSuffix(u.Host, ":") {
		if port, err = strconv.Atoi(s); err != nil || !distribution.ValidPort(port) {
			r.problem(distribution.Problem{Path: "--origin", Value: s, Allowed: "80, 443, 1024-65535", Rule: "CF-CONF-01",
				Message: "the port is not one CloudFront connects to", Fix: "let the origin listen on one of these"})
		}
	}
	return scheme, host, port
}

// withoutUser replaces the user information of a URL, well-formed or not.
func withoutUser(text string) string {
	at := strings.LastIndexByte(text, '@')
	if at < 0 {
		return text
	}
	start := 0
	if i := strings.Index(text, "://"); i >= 0 && i < at {
		start = i + len("://")
	}
	return text[:start] + "***" + text[at:]
}

// originProblems validates the distribution as the API would and names the flag that set a
// setting. That the origin is an address is not a problem here.
func (r *flagReader) originProblems(d *distribution.Distribution) {
	for _, p := range d.Validate() {
		if p.Rule == "CF-CONF-13" && isAddress(p.Value) {
			continue
		}
		p.Path = flagPath(p.Path)
		r.problem(p)
	}
}

// flagPath returns the flag for a setting of the only origin.
func flagPath(path string) string {
	path, ok := strings.CutPrefix(path, "Origins.Items[0].")
	path = strings.TrimPrefix(path, "CustomOriginConfig.")
	path, _, _ = strings.Cut(path, ".Items[")
	if flag := map[string]string{
		"OriginPath":             "--origin-path",
		"OriginSslProtocols":     "--origin-ssl-protocols",
		"ConnectionAttempts":     "--origin-connection-attempts",
		"ConnectionTimeout":      "--origin-connection-timeout",
		"OriginReadTimeout":      "--origin-read-timeout",
		"OriginKeepaliveTimeout": "--origin-keepalive-timeout",
	}[path]; ok && flag != "" {
		return flag
	}
	return "--origin"
}

// isAddress reports whether a name is an IP address.
func isAddress(name string) bool {
	_, err := netip.ParseAddr(name)
	return err == nil
}
