package main

import (
	"strings"

	"github.com/edgesim/edgesim/policy"
)

// ruleFamily is what the rules with the same prefix have in common.
type ruleFamily struct {
	name, title, how string
}

// ruleFamilies are in the order of an exchange.
var ruleFamilies = []ruleFamily{
	{"CF-CONF", "Configuration", "judged when the configuration is read; what the API would reject is rejected, with the path and the corrected value"},
	{"CF-LIMIT", "Quotas", "those of one request are enforced on it; those of a configuration are judged when it is read"},
	{"CF-PATH", "Paths and routing", "simulated on every request: the path pattern picks the behavior"},
	{"CF-REQ", "Request headers", "the origin request is built from the viewer's by this table"},
	{"CF-HDR", "Headers that CloudFront adds", "the headers are added to every request for which a policy selects them"},
	{"CF-COOKIE", "Cookies", "the policies determine the Cookie header of the origin request"},
	{"CF-QS", "Query strings", "the policies determine the query string of the origin request"},
	{"CF-RANGE", "Range requests", "Range is passed on, and the response is checked"},
	{"CF-WS", "WebSocket", "connections are upgraded and relayed"},
	{"CF-GRPC", "gRPC", "requests of a behavior with gRPC go to the origin as documented"},
	{"CF-FAILOVER", "Origin failover", "simulated: the result of the first member decides whether the second one gets the request"},
	{"CF-S3", "S3 buckets", "a bucket is recognized by its name; a folder can answer as one (--connect DOMAIN=dir:PATH)"},
	{"CF-VPC", "VPC origins", "read, and reached as a custom origin"},
	{"CF-FN", "CloudFront Functions", "code runs at viewer-request and viewer-response, with its own language, globals and limits"},
	{"CF-KVS", "Key-value stores", "functions of runtime 2.0 read a store of keys and values"},
	{"CF-MOD", "Origins chosen by functions", "a viewer-request function may change the origin, its names and its timeouts for one request"},
	{"CF-LAE", "Lambda@Edge", "Lambda functions run at four triggers, those at the origin only on cache misses"},
	{"CF-CNF", "Connection functions", "code can allow or deny a viewer's TLS connection with a client certificate"},
	{"CF-SIGN", "Signed URLs and cookies", "the signature, the policy and its conditions are checked with the keys of the behavior's key groups"},
	{"CF-VIEW", "Viewer connections", "the security policy of the viewer certificate determines protocols and suites on --listen-tls; geographic restrictions use --viewer-country"},
	{"CF-OAC", "Origin access control", "requests are signed with Signature Version 4"},
	{"CF-MT", "Distribution tenants", "read with the distribution; tenants are not served separately"},
	{"CF-CD", "Continuous deployment", "read with the distribution; all traffic goes to the primary"},
	{"CF-DNS", "Resolving the origin", "the origin's name is resolved for each new connection, with the address families of the configuration"},
	{"CF-CONN", "Connecting", "connections are opened, tried again, kept and closed by these numbers"},
	{"CF-TLS", "TLS toward the origin", "the ClientHello offers exactly the documented lists of the chosen date; the handshake is a real one"},
	{"CF-NAME", "SNI and names", "the SNI is sent so, and the certificate's names are compared with it"},
	{"CF-CERT", "Certificates", "judged on the chain exactly as the origin sent it; nothing is fetched and no order is corrected"},
	{"CF-MTLS", "Origin mTLS", "the client certificate is judged when it is configured, and presented when the origin asks"},
	{"CF-TIME", "Timeouts", "simulated with the configured times"},
	{"CF-RESP", "Response", "the origin's response is judged and turned into the viewer's by this table"},
	{"CF-COMP", "Compression", "the edge compresses, and asks for compressed responses, by these conditions"},
	{"CF-CACHE", "Caching", "simulated with --cache on, for errors alone with --cache errors; with the cache off each record says what CloudFront's would have done"},
	{"CF-INV", "Invalidation and cache tags", "simulated on what the cache keeps, through edgesim's API and CloudFront's own"},
	{"CF-ERR", "Errors made by the edge", "the cause of a failure picks status, sentence and page"},
	{"CF-LOG", "Access logs", "fields and result types are filled in as CloudFront's logs have them"},
}

// familyOf returns the family of a rule.
func familyOf(id policy.RuleID) ruleFamily {
	name := string(id)[:strings.LastIndexByte(string(id), '-')]
	for _, f := range ruleFamilies {
		if f.name == name {
			return f
		}
	}
	return ruleFamily{name: name, title: name, how: "simulated"}
}
