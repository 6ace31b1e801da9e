package policy

// More that a behavior can need that is missing here.
const (
	needsLater = "a later version"
)

// originGaps declares what is left out in CF-CERT, CF-NAME, CF-MTLS, CF-TLS,
// CF-DNS, CF-CONN, CF-TIME, CF-ERR, CF-WS and CF-GRPC.
var originGaps = []Gap{
	{Rule: "CF-CERT-09", Needs: needsAWS, Why: "a load balancer's certificate is judged as any other: that ACM's chain to trusted roots is for AWS to keep"},
	{Rule: "CF-CERT-18", Needs: needsDocuments, Why: "no page says whether CloudFront asks for revocation, and edgesim does not"},
	{Rule: "CF-MTLS-07", Needs: needsDocuments, Why: "after how many failed handshakes the 503 begins is not published; each one is answered 502"},
	{Rule: "CF-MTLS-10", Needs: needsAWS, Why: "which pricing plan a distribution has is not part of its configuration"},
	{Rule: "CF-TLS-02", Needs: "the console", Why: "a configuration that the console wrote comes as the explicit list that the API has"},
	{Rule: "CF-TLS-05", Needs: needsDocuments, Why: "the remark is about old servers: SSLv3 is spoken where it is in the set, alone or with others"},
	{Rule: "CF-TLS-24", Needs: needsDocuments, Partly: true, Why: "whether the edge sends ALPN with plain requests is not stated; edgesim sends it for gRPC alone"},
	{Rule: "CF-TLS-25", Needs: needsDocuments, Why: "no fingerprint is published; the order of extensions is our own"},
	{Rule: "CF-TLS-27", Needs: needsDocuments, Why: "post-quantum groups are announced for viewers only; none is offered to origins"},
	{Rule: "CF-TLS-30", Needs: "an older snapshot", Why: "the oldest list that is written down is of 2017-12; a date before it is refused"},
	{Rule: "CF-DNS-04", Needs: needsLater, Why: "the access log format comes with the export of recordings; the page is the one of today, not the 507 bytes of 2019"},
	{Rule: "CF-DNS-11", Needs: needsDocuments, Why: "an answer from the system's own cache cannot be told from another; a reused connection reports 0"},
	{Rule: "CF-CONN-21", Needs: needsDocuments, Why: "how CloudFront counts distributions in a chain is not published; requests from one are served"},
	{Rule: "CF-CONN-23", Needs: needsAWS, Partly: true, Why: "a changed configuration is valid at once, as there is one edge: what is kept stays"},
	{Rule: "CF-TIME-10", Needs: needsAWS, Why: "continuous deployment is not simulated, so nothing can be combined with it"},
	{Rule: "CF-GRPC-05", Needs: needsAWS, Why: "no web ACL is evaluated, for gRPC or for anything else"},
	{Rule: "CF-ERR-05", Needs: needsDocuments, Partly: true, Why: "which of the observed sentences stands for which bad response is not known; this one is used for malformed and oversized ones"},
	{Rule: "CF-ERR-07", Needs: needsHTTP3, Why: "the page of the HTTP/3 front end is not built"},
	{Rule: "CF-ERR-11", Needs: needsAWS, Why: "quotas on traffic are an account's"},
	{Rule: "CF-ERR-12", Needs: needsDocuments, Why: "the thresholds of the 503 are not published; each failed handshake is answered 502"},
	{Rule: "CF-ERR-13", Needs: needsAWS, Why: "it was seen with mis-declared AWS origins only"},
	{Rule: "CF-ERR-20", Needs: needsAWS, Why: "no web ACL is evaluated"},
	{Rule: "CF-ERR-25", Needs: needsDocuments, Partly: true, Why: "what CloudFront judges as unsafe is not published; a malformed request gets no custom error page"},
	{Rule: "CF-ERR-33", Needs: needsAWS, Why: "faults inside CloudFront are not simulated"},
	{Rule: "CF-ERR-42", Needs: needsDocuments, Why: "it is one operator's page, which a custom error response can give; the edge's own is HTML"},
	{Rule: "CF-ERR-43", Needs: needsDocuments, Why: "how CloudFront counts distributions in a chain is not published; requests from one are served"},
}
