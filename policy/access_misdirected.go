package policy

import (
	"fmt"
	"strings"

	"github.com/edgesim/edgesim/distribution"
)

// MisdirectedFacts describes a viewer's connection whose SNI and Host name two
// different distributions.
type MisdirectedFacts struct {
	// SNI and Host are the viewer's.
	SNI, Host string
	// Shown is the distribution of the SNI, whose certificate the viewer got; Asked
	// is the distribution of Host.
	Shown, Asked *distribution.Distribution
}

// JudgeMisdirected refuses a request over another distribution's connection
// (CF-ERR-23), unless the certificate sent covers Host or belongs to the same
// account as the distribution that Host names: either is enough (CF-VIEW-60,
// CF-VIEW-61). The account comes from the certificates' ARNs; if one has none,
// the accounts count as the same.
func JudgeMisdirected(f MisdirectedFacts) *Cause {
	shown, asked := accountOf(f.Shown.ViewerCertificate.ACMCertificateARN), accountOf(f.Asked.ViewerCertificate.ACMCertificateARN)
	if shown == asked || shown == "" || asked == "" {
		return nil
	}
	for _, alias := range f.Shown.Aliases { // all of which its certificate covers
		if wildcard(strings.ToLower(alias), strings.ToLower(distribution.Hostname(f.Host))) {
			return nil
		}
	}
	return NewCause(CauseViewerMisdirected, fmt.Sprintf("the connection was made for %q with a certificate of the account %s, and Host %q is a distribution of the account %s", f.SNI, shown, f.Host, asked), nil).
		hinted("ask for %s over a connection of its own", f.Host)
}

// accountOf returns the account in an ARN; "" if it is not an ARN.
func accountOf(arn string) string {
	part := strings.Split(arn, ":")
	if len(part) < 6 || part[0] != "arn" {
		return ""
	}
	return part[4]
}
