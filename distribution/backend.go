package distribution

import (
	"regexp"
	"strings"
)

// backends are the names that AWS services give to what is behind an origin, most specific
// first.
var backends = []struct {
	name *regexp.Regexp
	is   Backend
}{
	{s3Website, BackendWebsite},
	{regexp.MustCompile(`(?i)[^.]\.s3([.-][a-z0-9-]+)?(\.dualstack\.[a-z0-9-]+)?\.amazonaws\.com(\.cn)?$|\.s3\.dualstack\.[a-z0-9-]+\.amazonaws\.com(\.cn)?$|\.s3-(accesspoint|object-lambda|fips)[a-z0-9.-]*\.amazonaws\.com(\.cn)?$`), BackendBucket},
	{regexp.MustCompile(`(?i)\.elb(\.[a-z0-9-]+)?\.amazonaws\.com(\.cn)?$|\.[a-z0-9-]+\.elb\.amazonaws\.com(\.cn)?$`), BackendLoadBalancer},
	{regexp.MustCompile(`(?i)\.execute-api\.[a-z0-9-]+\.amazonaws\.com(\.cn)?$`), BackendAPIGateway},
	{regexp.MustCompile(`(?i)\.lambda-url\.[a-z0-9-]+\.on\.aws$`), BackendLambdaURL},
	{regexp.MustCompile(`(?i)\.mediastore\.[a-z0-9-]+\.amazonaws\.com$`), BackendMediaStore},
	{regexp.MustCompile(`(?i)\.mediapackagev2\.[a-z0-9-]+\.amazonaws\.com$`), BackendMediaPackage},
}

// BackendOf returns the kind of server behind an origin, determined from its domain
// name; "" if the name does not identify it.
func BackendOf(domainName string) Backend {
	name := strings.TrimSuffix(domainName, ".")
	if strings.Contains(strings.ToLower(name), ".s3-accelerate.") { // not a form that CloudFront accepts for a bucket (CF-S3-05)
		return ""
	}
	for _, b := range backends {
		if b.name.MatchString(name) {
			return b.is
		}
	}
	return ""
}

// placeholderSuffix ends the names that stand in for unknown ones.
const placeholderSuffix = ".unresolved.invalid"

// Placeholder returns the name that replaces an origin's unknown domain name: the
// origin id in lower case, with characters that are not valid in DNS labels
// replaced by hyphens.
func Placeholder(originID string) string {
	return strings.Map(func(c rune) rune {
		if 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '-' {
			return c
		}
		return '-'
	}, strings.ToLower(originID)) + placeholderSuffix
}

// IsPlaceholder reports whether a name was made by [Placeholder].
func IsPlaceholder(domainName string) bool { return strings.HasSuffix(domainName, placeholderSuffix) }
