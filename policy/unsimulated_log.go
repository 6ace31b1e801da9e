package policy

// logGaps are what the access log can say and edgesim's never does.
var logGaps = []Gap{
	{Rule: "CF-LOG-12", Needs: needsAWS, Why: "there is no Origin Shield layer that could have had it"},
}
