package policy

// More that a behavior can need that is missing here.
const (
	needsConfig = "no act of its own"
	needsLocal  = "a public edge"
)

// accessGaps declares what is left out in CF-S3, CF-OAC, CF-SIGN, CF-VIEW, CF-MT and CF-CD:
// rows with the same reason are together.
var accessGaps = expandGaps([]gaps{
	{needsAWS, "a folder is never new to DNS; a redirect of the real S3 is passed on as every redirect is", []RuleID{"CF-S3-02", "CF-S3-58"}},
	{needsAWS, "what a name is a CNAME of is not looked up when files are read", []RuleID{"CF-S3-04"}},
	{needsAWS, "the API looks the bucket up; a name of the form of a bucket is taken", []RuleID{"CF-S3-06"}},
	{needsDocuments, "a folder shows a certificate for its own name, too: whether CloudFront minds the dots of a bucket is not stated", []RuleID{"CF-S3-16"}},
	{needsDocuments, "the pages differ on cookies and buckets; the key is made as for every origin", []RuleID{"CF-S3-22"}},
	{"a CORS configuration", "a folder has no CORS configuration: a preflight is refused as S3 refuses it then", []RuleID{"CF-S3-24"}},
	{"writing", "nothing can be written to a folder", []RuleID{"CF-S3-26"}},
	{needsDocuments, "a stale copy is asked for with its condition as from every origin, whatever cookies are forwarded", []RuleID{"CF-S3-36"}},
	{needsDocuments, "a bucket has the numbers and the caching of every origin, by the rules of CF-CONN, CF-TIME, CF-FAILOVER and CF-CACHE", []RuleID{"CF-S3-42", "CF-S3-43", "CF-S3-44", "CF-S3-45", "CF-S3-46", "CF-S3-48", "CF-S3-49"}},
	{needsAWS, "a folder has no region and no other endpoint; what the real S3 answers is passed on", []RuleID{"CF-S3-57", "CF-S3-59", "CF-S3-60"}},
	{needsAWS, "a folder is not throttled, has no clock to compare, no storage classes, no owner and no life of its own", []RuleID{"CF-S3-62", "CF-S3-65", "CF-S3-66", "CF-S3-97", "CF-S3-98"}},
	{needsAWS, "a folder has nobody who pays", []RuleID{"CF-S3-77"}},
	{"metadata", "a folder has no metadata, so that no object has a Content-Encoding", []RuleID{"CF-S3-78"}},
	{"permissions", "every file of a folder is public", []RuleID{"CF-S3-82", "CF-S3-87"}},
	{needsAWS, "a folder has no region, and is always a bucket by name", []RuleID{"CF-S3-89", "CF-S3-90"}},
	{"metadata", "a folder has no metadata, so that no object has a redirect of its own; routing rules redirect", []RuleID{"CF-S3-91", "CF-S3-94"}},
	{needsDocuments, "a domain with a scheme is refused by the rule for all origins (CF-CONF-32), in other words", []RuleID{"CF-S3-95"}},
	{needsDocuments, "it is judged by CF-CONF-51 and CF-CONF-61, which say the same of every bucket", []RuleID{"CF-S3-96"}},
	{needsConfig, "the values are those of CF-CONF; an unknown one is refused when the file is read", []RuleID{"CF-OAC-06", "CF-OAC-07", "CF-OAC-12"}},
	{"the SDK's SigV4A", "requests to multi-region access points are not signed, and said to be unsimulated", []RuleID{"CF-OAC-08", "CF-OAC-09", "CF-OAC-10", "CF-OAC-11"}},
	{needsConfig, "the API refuses it: judged by CF-CONF-60 to CF-CONF-66 as far as a file tells", []RuleID{"CF-OAC-13", "CF-OAC-19", "CF-OAC-20", "CF-OAC-21", "CF-OAC-22"}},
	{needsAWS, "names and quotas are an account's", []RuleID{"CF-OAC-14", "CF-OAC-15"}},
	{needsAWS, "permissions are given in policies of AWS, which no file here holds", []RuleID{"CF-OAC-16", "CF-OAC-17", "CF-OAC-18", "CF-OAC-36", "CF-OAC-59"}},
	{needsDocuments, "an origin-request function that changes the origin of one with an access control is not refused: the new origin has none", []RuleID{"CF-OAC-23"}},
	{"writing", "nothing can be written to a folder; requests with bodies are signed and sent all the same", []RuleID{"CF-OAC-24"}},
	{needsDocuments, "which fields CloudFront signs is not published: Host and all x-amz- fields are", []RuleID{"CF-OAC-26"}},
	{needsDocuments, "the hash of a request to S3 is UNSIGNED-PAYLOAD, as SDKs have it over HTTPS, unless the viewer sends one", []RuleID{"CF-OAC-27"}},
	{needsAWS, "how an origin access identity signs is not published: requests with one go unsigned", []RuleID{"CF-OAC-31", "CF-OAC-53", "CF-OAC-54", "CF-OAC-55", "CF-OAC-56", "CF-OAC-57", "CF-OAC-58"}},
	{needsConfig, "the protocol is the one that is configured; --connect reaches a local function over HTTP", []RuleID{"CF-OAC-34"}},
	{needsAWS, "a stand-in for a function URL verifies what it likes; X-Amz-Source-Arn and X-Amz-Source-Account are not sent", []RuleID{"CF-OAC-35", "CF-OAC-38", "CF-OAC-40", "CF-OAC-42", "CF-OAC-44", "CF-OAC-46"}},
	{needsAWS, "requests are signed for the service; what its policies allow is not in the files", []RuleID{"CF-OAC-48", "CF-OAC-49", "CF-OAC-50", "CF-OAC-51"}},
	{needsConfig, "an identity is kept as configured", []RuleID{"CF-OAC-52"}},
	{needsAWS, "the key pairs of accounts are not in the files: signatures with them are not verified", []RuleID{"CF-SIGN-07", "CF-SIGN-70"}},
	{needsAWS, "quotas and deployments are an account's: a key that is in the files counts", []RuleID{"CF-SIGN-08", "CF-SIGN-09", "CF-SIGN-10"}},
	{"browsers", "which cookies a browser takes is its own affair", []RuleID{"CF-SIGN-47"}},
	{"players", "it is advice for those who sign", []RuleID{"CF-SIGN-68", "CF-SIGN-69"}},
	{needsAWS, "which keys work is in the answers of the API, which is not asked", []RuleID{"CF-SIGN-71"}},
	{"crypto/tls's order", "crypto/tls has an order of its own among the suites of a policy", []RuleID{"CF-VIEW-36"}},
	{"crypto/tls's schemes", "the signature schemes are those of crypto/tls, which has no SHA-224, and SHA-1 only before TLS 1.2", []RuleID{"CF-VIEW-37", "CF-VIEW-38"}},
	{needsConfig, "it is judged by CF-CONF-121", []RuleID{"CF-VIEW-44"}},
	{needsLocal, "a local edge is reached by its address, and so without SNI, which is taken for the first distribution", []RuleID{"CF-VIEW-45"}},
	{needsHTTP3, "there is no HTTP/3 listener", []RuleID{"CF-VIEW-48"}},
	{needsDocuments, "each distribution has its own HTTP versions here", []RuleID{"CF-VIEW-52"}},
	{needsAWS, "viewers get a certificate of the local authority for every name; that of the distribution is not in the files", []RuleID{"CF-VIEW-54", "CF-VIEW-55", "CF-VIEW-62", "CF-VIEW-63"}},
	{needsLocal, "nobody can be asked whether a certificate of the local authority is revoked", []RuleID{"CF-VIEW-64"}},
	{needsDocuments, "the pages contradict each other: the one on viewers and HTTPS is followed (CF-ERR-30)", []RuleID{"CF-VIEW-66"}},
	{"a viewer that moves", "the country is one for all viewers of a run, so that keeping the 403 would change nothing", []RuleID{"CF-VIEW-71"}},
	{needsAWS, "there is no database of addresses: --viewer-country says where viewers are", []RuleID{"CF-VIEW-72"}},
	{needsLocal, "an edge listens at the addresses it is told, and has no name in DNS", []RuleID{"CF-VIEW-74", "CF-VIEW-75", "CF-VIEW-76"}},
	{needsAWS, "which edge locations answer is AWS's", []RuleID{"CF-VIEW-78", "CF-VIEW-79"}},
	{needsLocal, "a disabled distribution is served, with a warning when it is read", []RuleID{"CF-VIEW-82"}},
	{needsViewerMTLS, "viewers are not asked for certificates; that a distribution does is told when it is read", []RuleID{"CF-VIEW-84", "CF-VIEW-85", "CF-VIEW-86", "CF-VIEW-87", "CF-VIEW-88", "CF-VIEW-89", "CF-VIEW-90", "CF-VIEW-91", "CF-VIEW-92", "CF-VIEW-93", "CF-VIEW-94", "CF-VIEW-95", "CF-VIEW-96", "CF-VIEW-97", "CF-VIEW-98", "CF-VIEW-99", "CF-VIEW-100", "CF-VIEW-101", "CF-VIEW-102", "CF-VIEW-103", "CF-VIEW-104", "CF-VIEW-105", "CF-VIEW-106", "CF-VIEW-107"}},
	{"tenants", "tenants are read and told; a distribution is served as one, its parameters unfilled", []RuleID{"CF-MT-01", "CF-MT-02", "CF-MT-03", "CF-MT-04", "CF-MT-05", "CF-MT-06", "CF-MT-07", "CF-MT-08", "CF-MT-09", "CF-MT-10", "CF-MT-11", "CF-MT-12", "CF-MT-13", "CF-MT-14", "CF-MT-15", "CF-MT-16", "CF-MT-17", "CF-MT-18", "CF-MT-19", "CF-MT-20", "CF-MT-21", "CF-MT-22", "CF-MT-23", "CF-MT-24", "CF-MT-25", "CF-MT-26", "CF-MT-27", "CF-MT-28", "CF-MT-29", "CF-MT-30", "CF-MT-31", "CF-MT-32", "CF-MT-33", "CF-MT-34", "CF-MT-35", "CF-MT-36"}},
	{"a staging distribution", "a continuous deployment policy is read and told; all traffic goes to the primary", []RuleID{"CF-CD-01", "CF-CD-02", "CF-CD-03", "CF-CD-04", "CF-CD-05", "CF-CD-06", "CF-CD-07", "CF-CD-08", "CF-CD-09", "CF-CD-10", "CF-CD-11", "CF-CD-12", "CF-CD-13", "CF-CD-14", "CF-CD-15", "CF-CD-16", "CF-CD-17", "CF-CD-18", "CF-CD-19", "CF-CD-20", "CF-CD-21", "CF-CD-22"}},
	{needsLocal, "requests under way finish whatever the clock says, as everywhere; nothing is asked twice", []RuleID{"CF-SIGN-39"}},
	{needsConfig, "it is what CF-PATH-05, CF-CACHE and CF-RESP say of every distribution, and is tested by those", []RuleID{"CF-VIEW-50", "CF-VIEW-51", "CF-VIEW-53", "CF-VIEW-80", "CF-VIEW-81", "CF-VIEW-83"}},
})

// accessPartly declares what is only partly simulated.
var accessPartly = []Gap{
	{Rule: "CF-VIEW-01", Needs: needsOldViewers, Partly: true, Why: "viewers on SSLv3 are refused: crypto/tls does not speak it"},
	{Rule: "CF-VIEW-12", Needs: needsOldViewers, Partly: true, Why: "RC4-MD5 is not offered to viewers: crypto/tls does not have it"},
	{Rule: "CF-VIEW-11", Needs: needsOldViewers, Partly: true, Why: noCBCSHA384},
	{Rule: "CF-VIEW-14", Needs: needsOldViewers, Partly: true, Why: noCBCSHA384},
	{Rule: "CF-VIEW-17", Needs: needsOldViewers, Partly: true, Why: noCBCSHA384},
	{Rule: "CF-VIEW-20", Needs: needsOldViewers, Partly: true, Why: noCBCSHA384},
	{Rule: "CF-VIEW-23", Needs: needsOldViewers, Partly: true, Why: noCBCSHA384},
	{Rule: "CF-VIEW-26", Needs: needsOldViewers, Partly: true, Why: noCBCSHA384},
	{Rule: "CF-VIEW-31", Needs: needsOldViewers, Partly: true, Why: "over TLS 1.3 crypto/tls does not let suites be chosen: a viewer that prefers ChaCha20-Poly1305 gets it"},
	{Rule: "CF-SIGN-18", Needs: needsDocuments, Partly: true, Why: "an unencoded * or ? in the resource of a canned policy is compared as it stands"},
	{Rule: "CF-SIGN-55", Needs: needsConfig, Partly: true, Why: "a signed URL has no signature in the key, so that its path is what is invalidated, as for every other"},
}

const (
	needsOldViewers = "a TLS server beside crypto/tls"
	noCBCSHA384     = "the two ECDHE suites with AES-256-CBC and SHA-384 are not offered to viewers: crypto/tls does not have them"
)

// gaps are behaviors left out for the same reason.
type gaps struct {
	needs, why string
	rules      []RuleID
}

func expandGaps(list []gaps) []Gap {
	var all []Gap
	for _, g := range list {
		for _, rule := range g.rules {
			all = append(all, Gap{Rule: rule, Needs: g.needs, Why: g.why})
		}
	}
	return all
}
