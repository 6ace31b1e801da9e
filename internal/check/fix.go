package check

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"

	"github.com/edgesim/edgesim/policy"
)

// Fix says how to fix a failure.
type Fix struct {
	// Software is whose configuration the steps change; "" for any.
	Software string `json:"software,omitempty"`
	// Steps are what to do, in order.
	Steps []string `json:"steps"`
}

//go:embed fixes.tsv
var fixesTSV string

// FixText is a row of the table of fixes, with its {placeholders}.
type FixText struct {
	Cause policy.CauseName
	// Software is a name of [Software], "*" for any, "accepted" for an origin that accepts
	// connections but then stays silent, or "distribution-name" if the viewer's Host is
	// forwarded and is the distribution's own name.
	Software string
	Steps    []string
}

// Fixes returns the table of fixes. The result is shared and must not be modified.
var Fixes = sync.OnceValue(func() []FixText {
	var all []FixText
	for n, line := range strings.Split(strings.TrimRight(fixesTSV, "\n"), "\n") {
		col := strings.Split(line, "\t")
		if len(col) != 3 {
			panic(fmt.Sprintf("check/fixes.tsv line %d: %d columns, want 3", n+1, len(col))) // checked by TestFixes
		}
		if n > 0 {
			all = append(all, FixText{policy.CauseName(col[0]), col[1], strings.Split(col[2], " | ")})
		}
	}
	return all
})

// acceptedOnly stands in for a software if the origin accepted the connection and then
// stayed silent: no firewall is to blame.
const acceptedOnly = "accepted"

// FixesFor returns the fixes of a cause for a software; if that is "" or unknown, those for
// any software.
func FixesFor(cause policy.CauseName, software string) (FixText, bool) {
	var any FixText
	found := false
	for _, f := range Fixes() {
		switch {
		case f.Cause != cause:
		case f.Software == software:
			return f, true
		case f.Software == "*":
			any, found = f, true
		}
	}
	return any, found
}

// fixFor says how to fix what failed in a case: first what was tried and works, then the
// origin's own configuration.
func fixFor(k *caseOf, software *Software) *Fix {
	v := k.visit
	f := &Fix{}
	name := ""
	if software != nil {
		name = software.Name
	}
	if h := v.last().Handshake; v.cause.Name == policy.CauseConnectTimeout && h != nil {
		name = acceptedOnly
	}
	if namesDistribution(k) {
		name = distributionName
	}
	text, ok := FixesFor(v.cause.Name, name)
	ok = ok && v.cause.Rule != "CF-TLS-21" // the hint knows the reason for that one
	if hint := unreachedHint(v.cause); ok && text.Software == "*" && hint != "" {
		f.Steps = append(f.Steps, hint)
	} else if ok {
		if text.Software != "*" && text.Software != acceptedOnly && text.Software != distributionName {
			f.Software = name
		}
		steps := text.Steps
		if text.Software == distributionName && (anyWorks(v.tries) || policy.NamedByAWS(k.origin.DomainName)) {
			steps = steps[1:] // proven below already, or it needs a certificate for the name of an AWS service
		}
		for _, step := range steps {
			f.Steps = append(f.Steps, filled(step, k))
		}
	} else if v.cause.Hint != "" {
		f.Steps = append(f.Steps, v.cause.Hint)
	}
	for _, t := range v.tries {
		switch step := "in CloudFront: " + t.Setting + " (tried: " + t.Observed + ")"; {
		case !t.Works:
		case t.guessed:
			f.Steps = append(f.Steps, "or, "+step)
		default:
			f.Steps = append([]string{step}, f.Steps...)
		}
	}
	if len(f.Steps) == 0 {
		return nil
	}
	return f
}

// filled inserts the facts of a case into a step.
func filled(step string, k *caseOf) string {
	t, o, v := &k.plan.Target, k.origin, k.visit
	portSetting := "HTTPPort"
	if t.TLS {
		portSetting = "HTTPSPort"
	}
	name := certifiable(k)
	hint := v.cause.Hint
	if hint == "" {
		hint = v.cause.Detail
	}
	sni := t.SNI
	if sni == "" {
		sni = name
	}
	or13, and13, plus13 := "", "", "" // not so with an older version of the lists
	if t.Offer.Allows(policy.VersionTLS13) {
		or13, and13, plus13 = " or TLSv1.3", " TLSv1.3", " +TLSv1.3"
	}
	return strings.NewReplacer(
		"{or13}", or13, "{and13}", and13, "{plus13}", plus13,
		"{name}", name, "{sni}", sni, "{viewer}", k.viewers[0].Host, "{host}", o.DomainName, "{port}", fmt.Sprint(t.Port), "{portSetting}", portSetting,
		"{hint}", hint, "{uri}", k.plan.Request.RequestURI, "{readTimeout}", t.ResponseTimeout.String(),
		"{order}", chainOrder(v), "{setting}", versionSetting(v),
	).Replace(step)
}

// chainOrder lists the certificates in the order in which they belong in the file, as far
// as they are known.
func chainOrder(v *visit) string {
	for _, f := range v.last().Findings {
		if f.Rule == "CF-CERT-05" && f.Verdict == policy.Fail {
			_, order, _ := strings.Cut(f.Expected, ": ")
			return "certificates " + order + " as numbered in what is sent now"
		}
	}
	if h := v.last().Handshake; h != nil && len(h.PeerCertificates) > 0 {
		if subject, issuer, ok := endOfChain(h.PeerCertificates); ok {
			return fmt.Sprintf("after %s comes %s, which is missing", subject, issuer)
		}
	}
	return "leaf, its issuer, the next issuer"
}

// versionSetting returns the change of OriginSslProtocols that would help.
func versionSetting(v *visit) string {
	for _, t := range v.tries {
		if t.Works {
			return t.Setting
		}
	}
	return "OriginSslProtocols has to have a version that the origin speaks"
}
