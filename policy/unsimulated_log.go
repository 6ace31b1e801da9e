package policy

// logGaps are the values of the access log that edgesim never writes.
var logGaps = []Gap{
	{Rule: "CF-LOG-12", Needs: needsAWS, Why: "there is no Origin Shield layer that could have had it"},
}
