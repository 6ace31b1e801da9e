package policy

import "strings"

// awsSuffixes are what the names end with that AWS gives to distributions, load
// balancers, buckets, APIs and functions.
var awsSuffixes = []string{".cloudfront.net", ".amazonaws.com", ".amazonaws.com.cn", ".on.aws"}

// NamedByAWS says whether a name is one that AWS gave away and still owns. No CA
// issues a certificate for it to anybody else, so none is to be advised.
func NamedByAWS(name string) bool {
	name = canonicalName(name)
	for _, suffix := range awsSuffixes {
		if strings.HasSuffix(name, suffix) {
			return true
		}
	}
	return false
}
