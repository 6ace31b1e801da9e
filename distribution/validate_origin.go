package distribution

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// The allowed ranges, as used in messages.
const (
	allowedPorts  = "80, 443, 1024-65535"
	allowedDomain = "a public DNS name, without scheme, port, path or IP address"
)

func (v *validator) origins() {
	if len(v.dist.Origins) == 0 {
		v.add(Problem{Path: "Origins", Allowed: "at least 1 origin", Message: "is empty"})
	}
	v.quota("Origins.Quantity", len(v.dist.Origins), quotaOrigins, "CF-LIMIT-06")
	seen := map[string]bool{}
	for i := range v.dist.Origins {
		o := &v.dist.Origins[i]
		path := fmt.Sprintf("Origins.Items[%d]", i)
		switch {
		case o.ID == "":
			v.add(Problem{Path: path + ".Id", Rule: "CF-CONF-11", Message: "is required"})
		case seen[o.ID]:
			v.add(Problem{Path: path + ".Id", Value: o.ID, Rule: "CF-CONF-11", Message: "is used twice", Fix: "give each origin its own id"})
		}
		seen[o.ID] = true
		v.origin(path, o)
	}
}

// pathIn returns the path mistakenly appended to an origin's name; "" if there is none.
func pathIn(name string) string {
	if _, rest, ok := strings.Cut(name, "://"); ok {
		name = rest
	}
	_, rest, _ := strings.Cut(name, "/")
	if rest, _, _ = strings.Cut(rest, "?"); strings.Trim(rest, "/") == "" {
		return ""
	}
	return "/" + strings.Trim(rest, "/")
}

func (v *validator) origin(path string, o *Origin) {
	name := o.DomainName
	if v.dist.ConnectionMode == TenantOnly {
		name = parameterless(name) // a tenant fills it in (CF-CONF-13)
	}
	if fixed, message := checkDomainName(name); message != "" {
		p := Problem{Path: path + ".DomainName", Value: o.DomainName, Allowed: allowedDomain, Rule: "CF-CONF-13", Message: message}
		if fixed != "" {
			p.Fix = fmt.Sprintf("write %q", fixed)
		}
		if at := pathIn(o.DomainName); at != "" {
			p.Fix += fmt.Sprintf(" and put %q into OriginPath", at)
		}
		if _, port, ok := splitSuffix(o.DomainName); ok && o.Kind != OriginS3 {
			p.Fix += fmt.Sprintf(" and set the port in CustomOriginConfig (HTTPPort or HTTPSPort %s)", port)
		}
		v.add(p)
	}
	v.originPath(path, v.filled(o.Path))
	v.access(path, o)
	v.customHeaders(path, o.CustomHeaders)
	v.intRange(path+".ConnectionAttempts", o.ConnectionAttempts, minConnectionAttempts, maxConnectionAttempts, "CF-CONF-06")
	v.seconds(path+".ConnectionTimeout", o.ConnectionTimeout, minConnectionTimeout, maxConnectionTimeout, "CF-CONF-07")
	v.completionTimeout(path, o)
	if o.Kind == OriginS3 {
		v.readTimeout(path+".S3OriginConfig.OriginReadTimeout", o.ResponseTimeout)
		return
	}
	v.customOrigin(path+".CustomOriginConfig", o)
}

func (v *validator) customOrigin(path string, o *Origin) {
	v.port(path+".HTTPPort", o.HTTPPort)
	v.port(path+".HTTPSPort", o.HTTPSPort)
	v.enum(path+".OriginProtocolPolicy", string(o.ProtocolPolicy), "CF-CONF-03", string(OriginHTTPOnly), string(OriginMatchViewer), string(OriginHTTPSOnly))
	if len(o.SSLProtocols) == 0 {
		v.add(Problem{Path: path + ".OriginSslProtocols", Allowed: "SSLv3, TLSv1, TLSv1.1, TLSv1.2", Rule: "CF-CONF-04", Message: "lists no protocol"})
	}
	for i, p := range o.SSLProtocols {
		item := fmt.Sprintf("%s.OriginSslProtocols.Items[%d]", path, i)
		if p == "TLSv1.3" {
			v.add(Problem{Path: item, Value: string(p), Allowed: "SSLv3, TLSv1, TLSv1.1, TLSv1.2", Rule: "CF-CONF-04",
				Message: "is not one of the known values: there is no token for TLS 1.3 (CF-TLS-08)", Fix: `write "TLSv1.2"`})
			continue
		}
		v.enum(item, string(p), "CF-CONF-04", string(SSLv3), string(TLSv1), string(TLSv11), string(TLSv12))
	}
	v.readTimeout(path+".OriginReadTimeout", o.ResponseTimeout)
	v.seconds(path+".OriginKeepaliveTimeout", o.KeepaliveTimeout, minKeepaliveTimeout, maxKeepaliveTimeout, "CF-CONF-09")
	v.enum(path+".IpAddressType", string(o.IPAddressType), "CF-CONF-05", string(IPv4), string(IPv6), string(DualStack))
}

func (v *validator) originPath(path, value string) {
	if value == "" {
		return
	}
	fixed := "/" + strings.Trim(value, "/")
	p := Problem{Path: path + ".OriginPath", Value: value, Allowed: `"" or "/x" without a trailing slash`, Rule: "CF-CONF-12", Fix: fmt.Sprintf("write %q", fixed)}
	switch {
	case strings.Trim(value, "/") == "":
		p.Message, p.Fix = "is only a slash", "leave it empty"
	case value[0] != '/':
		p.Message = "does not start with a slash"
	case strings.HasSuffix(value, "/"):
		p.Message = "ends with a slash"
	case strings.ContainsAny(value, "?#") || hasControl(value):
		p.Message, p.Fix = "is not a path", ""
	default:
		return
	}
	v.add(p)
}

func (v *validator) completionTimeout(path string, o *Origin) {
	got := o.ResponseCompletionTimeout
	if got == 0 || got >= o.ResponseTimeout {
		return
	}
	v.add(Problem{Path: path + ".ResponseCompletionTimeout", Value: inSeconds(got), Allowed: inSeconds(o.ResponseTimeout) + " or more (OriginReadTimeout)",
		Rule: "CF-CONF-10", Message: "is less than the read timeout", Fix: fmt.Sprintf("set at least %s, or leave it out for no bound", inSeconds(o.ResponseTimeout))})
}

// port checks a port of the origin (CF-CONF-01).
func (v *validator) port(path string, port int) {
	if !ValidPort(port) {
		v.add(Problem{Path: path, Value: strconv.Itoa(port), Allowed: allowedPorts, Rule: "CF-CONF-01", Message: "is not a port CloudFront connects to"})
	}
}

// ValidPort reports whether CloudFront connects to this port of an origin (CF-CONF-01).
func ValidPort(port int) bool { return port == 80 || port == 443 || port >= 1024 && port <= 65535 }

func (v *validator) intRange(path string, n, low, high int, rule string) {
	if n < low || n > high {
		v.add(Problem{Path: path, Value: strconv.Itoa(n), Allowed: fmt.Sprintf("%d-%d", low, high), Rule: rule,
			Message: "is out of range", Fix: fmt.Sprintf("set %d", min(max(n, low), high))})
	}
}

func (v *validator) seconds(path string, d, low, high time.Duration, rule string) {
	allowed := fmt.Sprintf("%s-%s seconds", inSeconds(low), inSeconds(high))
	switch {
	case d < low || d > high:
		v.add(Problem{Path: path, Value: inSeconds(d), Allowed: allowed, Rule: rule, Message: "is out of range", Fix: "set " + inSeconds(min(max(d, low), high))})
	case d%time.Second != 0:
		v.add(Problem{Path: path, Value: inSeconds(d), Allowed: allowed, Rule: rule, Message: "is not a whole number of seconds"})
	}
}

// readTimeout checks the response timeout, which AWS raises on request (CF-CONF-08,
// CF-LIMIT-13).
func (v *validator) readTimeout(path string, d time.Duration) {
	if d > maxResponseTimeout && d <= quotaResponseTimeout && d%time.Second == 0 {
		v.add(Problem{Path: path, Value: inSeconds(d), Allowed: fmt.Sprintf("%s-%s seconds", inSeconds(minResponseTimeout), inSeconds(maxResponseTimeout)), Rule: "CF-CONF-08",
			Message: "is over the default quota", Fix: "ask AWS for a higher quota", Quota: true})
		return
	}
	v.seconds(path, d, minResponseTimeout, maxResponseTimeout, "CF-CONF-08")
}

// inSeconds formats a duration as the API does, in seconds.
func inSeconds(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', -1, 64) }

// customHeaders checks count, names, values and sizes (CF-CONF-14).
func (v *validator) customHeaders(path string, headers []Header) {
	v.quota(path+".CustomHeaders.Quantity", len(headers), quotaCustomHeaders, "CF-LIMIT-18")
	total := 0
	for i, h := range headers {
		item := fmt.Sprintf("%s.CustomHeaders.Items[%d]", path, i)
		total += len(h.Name) + len(h.Value)
		switch {
		case !isToken(h.Name):
			v.add(Problem{Path: item + ".HeaderName", Value: h.Name, Rule: "CF-CONF-14", Message: "is not a header name"})
		case deniedHeader(h.Name):
			v.add(Problem{Path: item + ".HeaderName", Value: h.Name, Rule: "CF-HDR-03", Message: "is a header CloudFront does not let you add", Fix: "choose another name"})
		case len(h.Name) > maxHeaderName:
			v.add(Problem{Path: item + ".HeaderName", Value: h.Name, Allowed: fmt.Sprintf("at most %d characters", maxHeaderName), Rule: "CF-LIMIT-19", Message: fmt.Sprintf("has %d characters", len(h.Name))})
		}
		switch {
		case hasControl(h.Value):
			v.add(Problem{Path: item + ".HeaderValue", Value: h.Value, Rule: "CF-CONF-14", Message: "holds a control character"})
		case len(h.Value) > maxHeaderValue:
			v.add(Problem{Path: item + ".HeaderValue", Value: h.Value, Allowed: fmt.Sprintf("at most %d characters", maxHeaderValue), Rule: "CF-LIMIT-20", Message: fmt.Sprintf("has %d characters", len(h.Value))})
		}
	}
	if total > maxHeaderTotal {
		v.add(Problem{Path: path + ".CustomHeaders", Value: strconv.Itoa(total), Allowed: fmt.Sprintf("at most %d characters", maxHeaderTotal), Rule: "CF-LIMIT-21", Message: "names and values together are too long"})
	}
}

// deniedHeader reports whether this name is not allowed for an origin custom header
// (CF-HDR-03).
func deniedHeader(name string) bool {
	name = strings.ToLower(name)
	for _, prefix := range deniedHeaderPrefixes {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return deniedHeaders[name]
}
