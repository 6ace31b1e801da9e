package policy

import "strings"

// awsSuffixes are the suffixes of the names that AWS gives to distributions, load
// balancers, buckets, APIs and functions.
var awsSuffixes = []string{".cloudfront.net", ".amazonaws.com", ".amazonaws.com.cn", ".on.aws"}

// NamedByAWS reports whether AWS assigned a name and still owns it. No CA issues
// a certificate for such a name to anyone else, so do not advise getting one.
func NamedByAWS(name string) bool {
	name = canonicalName(name)
	for _, suffix := range awsSuffixes {
		if strings.HasSuffix(name, suffix) {
			return true
		}
	}
	return false
}
