package policy

import (
	"fmt"
	"time"

	"github.com/edgesim/edgesim/distribution"
)

// StaleConnection tells that the origin had closed a kept connection before it
// could be used again, with the two timeouts side by side. Here it was noticed in
// time; a request that is on its way at that moment gets a 502 (CF-CONN-20).
func StaleConnection(origin *distribution.Origin, idle time.Duration) Finding {
	return Finding{
		Rule: "CF-CONN-20", Verdict: Warn, Subject: fmt.Sprintf("a kept-alive connection to the origin %q", origin.ID),
		Observed: fmt.Sprintf("the origin had closed it when it was to be used again, after %s without use; the edge keeps it for %s", idle.Round(time.Millisecond), origin.KeepaliveTimeout),
		Expected: "a keep-alive timeout of the origin that is longer than the edge's",
		Hint:     fmt.Sprintf("make the origin's own keep-alive timeout longer than OriginKeepaliveTimeout of %q, now %s, or lower that below the origin's: a request under way when it closes gets a 502", origin.ID, origin.KeepaliveTimeout),
	}
}

// IsTLSAlert says whether the first bytes of an answer are the record of a TLS
// alert: so answers a port that speaks TLS to a request in plain HTTP.
func IsTLSAlert(answer []byte) bool {
	return len(answer) >= 5 && answer[0] == 21 && answer[1] == 3 && answer[2] <= 4
}
