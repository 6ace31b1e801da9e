package policy

import (
	"fmt"
	"time"

	"github.com/edgesim/edgesim/distribution"
)

// StaleConnection reports that the origin had closed a kept-alive connection
// before it could be reused, and compares the two timeouts. Here it was noticed
// in time; a request in flight at that moment gets a 502 (CF-CONN-20).
func StaleConnection(origin *distribution.Origin, idle time.Duration) Finding {
	return Finding{
		Rule: "CF-CONN-20", Verdict: Warn, Subject: fmt.Sprintf("a kept-alive connection to the origin %q", origin.ID),
		Observed: fmt.Sprintf("the origin had closed it when it was to be used again, after %s without use; the edge keeps it for %s", idle.Round(time.Millisecond), origin.KeepaliveTimeout),
		Expected: "a keep-alive timeout of the origin that is longer than the edge's",
		Hint:     fmt.Sprintf("make the origin's own keep-alive timeout longer than OriginKeepaliveTimeout of %q, now %s, or lower that below the origin's: a request under way when it closes gets a 502", origin.ID, origin.KeepaliveTimeout),
	}
}

// IsTLSAlert reports whether the first bytes of a response are a TLS alert
// record, which is how a TLS port responds to a plain HTTP request.
func IsTLSAlert(answer []byte) bool {
	return len(answer) >= 5 && answer[0] == 21 && answer[1] == 3 && answer[2] <= 4
}
