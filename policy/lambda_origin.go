package policy

import (
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/edgesim/edgesim/distribution"
)

// judgeLambdaOrigin refuses an origin that a function may not set (CF-LAE-19,
// CF-LAE-22 to CF-LAE-30).
func judgeLambdaOrigin(o *LambdaOrigin, headers LambdaHeaders) *FunctionFault {
	bad := func(rule RuleID, format string, args ...any) *FunctionFault {
		f := InvalidResult(rule, format, args...)
		f.Message = "The Lambda function returned an invalid origin configuration: " + f.Message
		return f
	}
	if (o.Custom == nil) == (o.S3 == nil) {
		return bad("CF-LAE-19", "exactly one of custom and s3 is needed")
	}
	if s := o.S3; s != nil {
		switch {
		case s.DomainName == "" || len(s.DomainName) > 128 || s.DomainName != strings.ToLower(s.DomainName):
			return bad("CF-LAE-22", "s3.domainName must be in lower case and have 1 to 128 characters")
		case s.AuthMethod != "none" && s.AuthMethod != "origin-access-identity":
			return bad("CF-LAE-30", "s3.authMethod must be none or origin-access-identity")
		case s.AuthMethod != "none" && s.Region == "":
			return bad("CF-LAE-30", "s3.region is needed with origin-access-identity")
		case badPath(s.Path):
			return bad("CF-LAE-23", "s3.path must start with a slash and not end with one")
		}
		return judgeLambdaCustomHeaders(s.CustomHeaders, headers, bad)
	}
	c := o.Custom
	_, err := netip.ParseAddr(c.DomainName)
	switch {
	case !isDNSName(c.DomainName) || len(c.DomainName) > 253 || err == nil:
		return bad("CF-LAE-22", "custom.domainName must be a DNS name of at most 253 characters, with no colon and not an IP address: %.60q", c.DomainName)
	case badPath(c.Path):
		return bad("CF-LAE-23", "custom.path must start with a slash and not end with one")
	case !distribution.ValidPort(c.Port):
		return bad("CF-LAE-24", "custom.port must be 80, 443 or 1024-65535")
	case c.Protocol != "http" && c.Protocol != "https":
		return bad("CF-LAE-25", "custom.protocol must be http or https")
	case c.KeepaliveTimeout < 1 || c.KeepaliveTimeout > 120 || c.ReadTimeout < 1 || c.ReadTimeout > 120:
		return bad("CF-LAE-27", "custom.keepaliveTimeout and custom.readTimeout must be 1 to 120 seconds")
	case c.ResponseCompletionTimeout != 0 && c.ResponseCompletionTimeout < c.ReadTimeout:
		return bad("CF-LAE-28", "custom.responseCompletionTimeout must be at least readTimeout")
	}
	for _, p := range c.SSLProtocols {
		if !slices.Contains([]string{"SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2"}, p) {
			return bad("CF-LAE-26", "custom.sslProtocols has %.20q, which is none of SSLv3, TLSv1, TLSv1.1, TLSv1.2", p)
		}
	}
	return judgeLambdaCustomHeaders(c.CustomHeaders, headers, bad)
}

func badPath(path string) bool {
	return path != "" && (path[0] != '/' || strings.HasSuffix(path, "/")) || len(path) > 255 || strings.ContainsFunc(path, badInTarget)
}

// judgeLambdaCustomHeaders refuses custom headers that are disallowed or already in the
// request (CF-LAE-29).
func judgeLambdaCustomHeaders(custom, request LambdaHeaders, bad func(RuleID, string, ...any) *FunctionFault) *FunctionFault {
	for _, name := range sortedHeaders(custom) {
		if DisallowedHeader(name) || !isFieldName(name) {
			return bad("CF-LAE-29", "customHeaders has the disallowed header %.60s", name)
		}
		if len(request[name]) > 0 {
			return bad("CF-LAE-29", "customHeaders has %.60s, which the request has, too", name)
		}
	}
	return nil
}

// ApplyLambdaOrigin returns where a request goes after an origin-request
// function: assigned, with the function's changes. host is the Host that the
// function set, "" for that of the policies. The resulting SNI and certificate
// names are not documented (CF-LAE-32); as everywhere else, they are those of the
// Host sent and of the domain.
func ApplyLambdaOrigin(assigned OriginChoice, o *LambdaOrigin, host string) OriginChoice {
	choice := assigned
	if host != "" {
		choice.Host, choice.SNI, choice.Names = host, "", nil
	}
	if o == nil {
		return choice
	}
	changed := *assigned.Origin
	choice.Origin, choice.Changed = &changed, true
	if s := o.S3; s != nil {
		changed.Kind, changed.DomainName, changed.Path = distribution.OriginS3, s.DomainName, s.Path
		changed.CustomHeaders = s.CustomHeaders.configured()
		setDuration(&changed.ResponseTimeout, time.Duration(s.ReadTimeout)*time.Second)
		return choice
	}
	c := o.Custom
	changed.Kind, changed.DomainName, changed.Path = distribution.OriginCustom, c.DomainName, c.Path
	changed.CustomHeaders = c.CustomHeaders.configured()
	changed.ProtocolPolicy, changed.HTTPPort = distribution.OriginHTTPOnly, c.Port
	if c.Protocol == "https" {
		changed.ProtocolPolicy, changed.HTTPPort, changed.HTTPSPort = distribution.OriginHTTPSOnly, assigned.Origin.HTTPPort, c.Port
	}
	changed.SSLProtocols = nil
	for _, p := range c.SSLProtocols {
		changed.SSLProtocols = append(changed.SSLProtocols, distribution.SSLProtocol(p))
	}
	changed.KeepaliveTimeout = time.Duration(c.KeepaliveTimeout) * time.Second
	changed.ResponseTimeout = time.Duration(c.ReadTimeout) * time.Second
	changed.ResponseCompletionTimeout = time.Duration(c.ResponseCompletionTimeout) * time.Second
	return choice
}

// configured returns custom headers in the form that an origin has them.
func (h LambdaHeaders) configured() []distribution.Header {
	var out []distribution.Header
	for _, name := range sortedHeaders(h) {
		for _, v := range h[name] {
			key := v.Key
			if key == "" {
				key = FunctionHeaderName(name)
			}
			out = append(out, distribution.Header{Name: key, Value: v.Value})
		}
	}
	return out
}
