package policy

// cacheGaps declares what is left out in CF-INV, CF-LIMIT, CF-PATH and CF-VPC.
var cacheGaps = []Gap{
	{Rule: "CF-INV-19", Needs: needsAWS, Why: "there is one edge to reach, and what viewers keep is theirs here, too"},
	{Rule: "CF-INV-17", Needs: needsAWS, Why: "Smooth Streaming is an origin's business here: its files are invalidated like all others"},
	{Rule: "CF-INV-22", Needs: needsAWS, Partly: true, Why: "there is one edge to reach: an invalidation is complete when it is answered"},
	{Rule: "CF-INV-23", Needs: needsAWS, Partly: true, Why: "no invalidation is ever in progress, so the quota is that of one batch"},
	{Rule: "CF-INV-24", Needs: needsAWS, Why: "quotas a second are an account's"},
	{Rule: "CF-INV-25", Needs: needsAWS, Why: "nothing is paid for here"},
	{Rule: "CF-INV-29", Needs: needsAWS, Why: "distribution tenants have no invalidations of their own here"},
	{Rule: "CF-INV-36", Needs: needsAWS, Why: "no invalidation is ever in progress, so there are never too many"},
	{Rule: "CF-LIMIT-03", Needs: "no act", Why: "a request body is streamed and not counted: 64 GB through one edge of one's own are not a mistake that needs telling"},
	{Rule: "CF-LIMIT-10", Needs: needsDocuments, Why: "how CloudFront counts distributions in a chain is not published; requests from one are served"},
	{Rule: "CF-LIMIT-16", Needs: needsDocuments, Why: "the pages have two quotas for the same list of forwarded headers; the smaller one, of CF-LIMIT-15, is told"},
	{Rule: "CF-LIMIT-25", Needs: needsAWS, Why: "quotas on traffic are an account's"},
	{Rule: "CF-LIMIT-26", Needs: needsAWS, Why: "quotas on traffic are an account's"},
	{Rule: "CF-VPC-01", Needs: needsAWS, Why: "a VPC origin is reached as a custom origin, at the address that --connect gives; what it is made of is not looked at"},
	{Rule: "CF-VPC-02", Needs: needsAWS, Why: "a VPC origin is reached as a custom origin; quotas of an account and network ACLs are not looked at"},
}
