package policy

// What edge functions can need that is missing here.
const (
	needsThrottle   = "a service that throttles"
	needsTenants    = "distribution tenants"
	needsViewerMTLS = "viewers' client certificates"
	needsQuotas     = "an account's quotas"
	needsStoreAPI   = "the key-value store API"
	needsSigning    = "origin access control in functions"
)

// functionGaps declares what is left out in CF-FN, CF-KVS, CF-MOD, CF-LAE and
// CF-CNF.
var functionGaps = []Gap{
	{Rule: "CF-FN-04", Needs: needsTenants, Why: "every distribution is a standard one, and the event has its distributionDomainName"},
	{Rule: "CF-FN-53", Needs: needsAWS, Why: "Smooth Streaming is an origin's business here, and functions run all the same"},
	{Rule: "CF-FN-68", Needs: needsAWS, Why: "code in a file has no stages: what is there is what runs"},
	{Rule: "CF-FN-69", Needs: needsAWS, Why: "accounts are not compared"},
	{Rule: "CF-FN-70", Needs: needsAWS, Why: "a function may be named in any way that the files name it"},
	{Rule: "CF-FN-74", Needs: needsQuotas, Why: "quotas of an account are not counted"},
	{Rule: "CF-FN-75", Needs: needsDocuments, Why: "no limit is published; what a function may use in time and memory is the limit here"},
	{Rule: "CF-FN-76", Needs: needsThrottle, Why: "utilization over time is not added up, and nothing is throttled"},
	{Rule: "CF-FN-77", Needs: needsThrottle, Why: "nothing is throttled"},
	{Rule: "CF-FN-78", Needs: needsThrottle, Why: "nothing is throttled, so a repaired function works at once"},
	{Rule: "CF-FN-79", Needs: needsThrottle, Why: "nothing is throttled: a syntax error is always FunctionExecutionError"},
	{Rule: "CF-FN-82", Needs: needsAWS, Why: "CloudWatch metrics are AWS's; edgesim's own are at /metrics"},
	{Rule: "CF-FN-88", Needs: needsAWS, Why: "console.log goes to the exchange and to the edge's log, and to no CloudWatch"},
	{Rule: "CF-FN-89", Needs: needsAWS, Why: "the log has no START and END lines at all"},
	{Rule: "CF-FN-96", Needs: needsAWS, Why: "the errors of the TestFunction API are those of calling it; `function test` says what is wrong with its input"},
	{Rule: "CF-FN-120", Needs: needsDocuments, Why: "no page lists the WebCrypto functions, and there are none here"},
	{Rule: "CF-FN-131", Needs: needsDocuments, Why: "how much memory promise chains take is the engine's own; the bound here is wider than 2 MB"},
	{Rule: "CF-KVS-04", Needs: needsAWS, Why: "a store is read from a file or from the configuration, not from S3"},
	{Rule: "CF-KVS-06", Needs: needsStoreAPI, Why: "there is no data API; keys are held to the quota"},
	{Rule: "CF-KVS-08", Needs: needsDocuments, Why: "the pages have two sizes; the smaller one, of CF-KVS-07, is enforced"},
	{Rule: "CF-KVS-09", Needs: needsStoreAPI, Why: "a store changes with its file, as a whole"},
	{Rule: "CF-KVS-10", Needs: needsQuotas, Why: "quotas of an account are not counted"},
	{Rule: "CF-KVS-11", Needs: needsQuotas, Why: "quotas of an account are not counted"},
	{Rule: "CF-KVS-14", Needs: needsAWS, Why: "a store that is read is ready"},
	{Rule: "CF-KVS-29", Needs: needsAWS, Why: "there is one edge, and it has a changed store at once when it reloads"},
	{Rule: "CF-KVS-30", Needs: needsDocuments, Why: "it is advice on speed and memory without a number"},
	{Rule: "CF-KVS-31", Needs: needsDocuments, Why: "what a byte-encoded string is in a file is not said; values are strings"},
	{Rule: "CF-KVS-32", Needs: needsAWS, Why: "there is no CloudTrail"},
	{Rule: "CF-KVS-33", Needs: needsStoreAPI, Why: "pairs are changed in the file, which is read again with the configuration"},
	{Rule: "CF-KVS-34", Needs: needsStoreAPI, Why: "there is no control or data API that would have ETags"},
	{Rule: "CF-KVS-35", Needs: needsStoreAPI, Why: "there is no UpdateKeys"},
	{Rule: "CF-KVS-36", Needs: needsAWS, Why: "a store may be named in any way that the files name it"},
	{Rule: "CF-MOD-20", Needs: needsConfig, Why: "a region in originAccessControlConfig is taken and not looked at, as it is not needed"},
	{Rule: "CF-MOD-21", Needs: needsDocuments, Why: "that originType fits the new origin is not checked: what follows from a wrong one is not stated"},
	{Rule: "CF-MOD-22", Needs: needsSigning, Why: "a signingBehavior given by a function replaces the access control of the origin, and is held to no test with a signature"},
	{Rule: "CF-MOD-34", Needs: needsDocuments, Why: "the pages of April and autumn 2026 differ; the later one is followed, by which an origin with mTLS can be chosen"},
	{Rule: "CF-MOD-49", Needs: needsAWS, Why: "there are no regional caches; the region is always us-east-1"},
	{Rule: "CF-MOD-52", Needs: needsTenants, Why: "there are no tenants, so there are no parameters"},
	{Rule: "CF-MOD-53", Needs: needsTenants, Why: "there are no tenants to ask for"},
	{Rule: "CF-MOD-54", Needs: "CBOR web tokens", Why: "cf.cwt throws, and says so"},
	{Rule: "CF-MOD-55", Needs: "CBOR web tokens", Why: "cf.cwt throws, and says so"},
	{Rule: "CF-MOD-56", Needs: needsViewerMTLS, Why: "cf.mtls throws, and says so"},
	{Rule: "CF-MOD-57", Needs: needsViewerMTLS, Why: "cf.mtls throws, and says so"},
	{Rule: "CF-MOD-58", Needs: needsViewerMTLS, Why: "cf.mtls throws, and says so"},
	{Rule: "CF-MOD-59", Needs: needsViewerMTLS, Why: "no client certificate is asked for that could be shown"},
	{Rule: "CF-LAE-08", Needs: needsAWS, Why: "there is one place where functions run"},
	{Rule: "CF-LAE-10", Needs: needsAWS, Why: "functions run in front of a VPC origin, too"},
	{Rule: "CF-LAE-17", Needs: needsDocuments, Why: "origin events show the query string that is sent, whole or in part"},
	{Rule: "CF-LAE-69", Needs: needsDocuments, Why: "older texts say 5 s for viewer events; the 30 s of 2026 are enforced"},
	{Rule: "CF-LAE-70", Needs: needsAWS, Why: "a handler's process has the memory of this machine"},
	{Rule: "CF-LAE-71", Needs: needsAWS, Why: "code is run from its folder, and no package is made"},
	{Rule: "CF-LAE-72", Needs: needsQuotas, Why: "at most 8 runs of a function happen at once, and more wait: none is refused"},
	{Rule: "CF-LAE-73", Needs: needsQuotas, Why: "quotas of an account are not counted"},
	{Rule: "CF-LAE-74", Needs: needsAWS, Why: "the ARN is a name here; the reader of the configuration judges it"},
	{Rule: "CF-LAE-76", Needs: needsAWS, Why: "handlers run in the node and python3 that are installed"},
	{Rule: "CF-LAE-77", Needs: needsAWS, Why: "nothing here assumes a role"},
	{Rule: "CF-LAE-78", Needs: needsAWS, Why: "what a handler prints goes to the exchange and to the edge's log"},
	{Rule: "CF-CNF-01", Needs: needsViewerMTLS, Why: "connection functions are read and not run"},
	{Rule: "CF-CNF-02", Needs: needsViewerMTLS, Why: "connection functions are read and not run"},
	{Rule: "CF-CNF-03", Needs: needsViewerMTLS, Why: "connection functions are read and not run"},
	{Rule: "CF-CNF-04", Needs: needsViewerMTLS, Why: "connection functions are read and not run"},
	{Rule: "CF-CNF-05", Needs: needsViewerMTLS, Why: "connection functions are read and not run"},
	{Rule: "CF-CNF-06", Needs: needsViewerMTLS, Why: "connection functions are read and not run"},
	{Rule: "CF-CNF-07", Needs: needsViewerMTLS, Why: "connection functions are read and not run"},
	{Rule: "CF-CNF-08", Needs: needsViewerMTLS, Why: "connection functions are read and not run"},
	{Rule: "CF-CNF-09", Needs: needsViewerMTLS, Why: "connection functions are read and not run"},
}
