package check

import (
	"crypto/x509"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/edgesim/edgesim/internal/tlswire"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

// Certificate is one certificate of the chain, in the order sent, and its validity.
type Certificate struct {
	Subject string    `json:"subject"`
	Issuer  string    `json:"issuer"`
	Names   []string  `json:"names,omitempty"`
	Ends    time.Time `json:"ends"`
	// Days is how many whole days are left at the time of the judgment; negative if it has
	// expired.
	Days int `json:"days"`
	// EndsSoon means that it should have been renewed by now, see [SoonDays].
	EndsSoon bool `json:"endsSoon,omitempty"`
}

// SoonDays limits when a certificate is said to expire soon: fewer days than this are left,
// and less than a third of its validity. Automatic renewal usually happens with a third
// left (30 days of 90) or 30 days before the end, so a certificate with less than two weeks
// left was not renewed; one that is valid for six days is not affected.
const SoonDays = 14

// targetOf describes a target.
func targetOf(t *originconn.Target) *Target {
	out := &Target{Address: t.Address(), TLS: t.TLS, SNI: t.SNI, Names: t.AcceptedNames}
	for _, v := range t.Offer.Versions {
		out.Versions = append(out.Versions, policy.VersionName(v))
	}
	return out
}

// connectionOf returns what was negotiated; nil if there was no connection.
func connectionOf(v *visit) *Connection {
	a := v.last()
	if a.Address == "" || a.Handshake == nil && v.cause != nil && v.cause.Stage == policy.StageDial {
		return nil
	}
	c := &Connection{Address: a.Address}
	if h := a.Handshake; h != nil {
		if h.Version == 0 {
			return nil
		}
		c.Version, c.Road = tlswire.VersionName(h.Version), h.Road
		if h.CipherSuite != 0 {
			c.Suite = tlswire.SuiteName(h.CipherSuite)
		}
		if h.Curve != 0 {
			c.Curve = tlswire.GroupName(h.Curve)
		}
	}
	return c
}

// certificatesOf describes the chain as sent.
func (c *Config) certificatesOf(v *visit) []Certificate {
	h := v.last().Handshake
	if h == nil {
		return nil
	}
	at := c.Now()
	var all []Certificate
	for _, der := range h.PeerCertificates {
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			all = append(all, Certificate{Subject: "unreadable"})
			continue
		}
		left, lifetime := cert.NotAfter.Sub(at), cert.NotAfter.Sub(cert.NotBefore)
		days := int(left / (24 * time.Hour))
		if left < 0 {
			days--
		}
		all = append(all, Certificate{
			Subject: shortName(cert), Issuer: printable(cert.Issuer.String()), Names: printables(cert.DNSNames), Ends: cert.NotAfter.UTC(), Days: days,
			EndsSoon: left >= 0 && days < SoonDays && left < lifetime/3,
		})
	}
	return all
}

func shortName(c *x509.Certificate) string {
	if c.Subject.CommonName != "" {
		return printable("CN=" + c.Subject.CommonName)
	}
	if text := c.Subject.String(); text != "" {
		return printable(text)
	}
	if len(c.DNSNames) > 0 {
		return printable(c.DNSNames[0])
	}
	return "no subject"
}

// printable returns foreign text without control characters, for terminals and reports.
func printable(s string) string {
	quoted := strconv.QuoteToGraphic(strings.ToValidUTF8(s, "\uFFFD"))
	return strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)
}

func printables(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = printable(s)
	}
	return out
}

// ownFindings returns warnings about things that work now but should be known. A 4xx is one
// only if the user named the path: a path made up from a pattern need not exist.
func (c *Config) ownFindings(k *caseOf) []policy.Finding {
	v := k.visit
	var found []policy.Finding
	if v.cause == nil {
		for i, cert := range c.certificatesOf(v) {
			if cert.EndsSoon {
				found = append(found, policy.Finding{
					Rule: "CF-CERT-01", Verdict: policy.Warn, Subject: fmt.Sprintf("certificate %d (%s)", i, cert.Subject),
					Observed: fmt.Sprintf("ends in %s, at %s", plural(cert.Days, "day"), cert.Ends.Format(time.RFC3339)),
					Expected: fmt.Sprintf("at least %d days left, or a third of its time", SoonDays),
					Hint:     "renew it now, and find out why automatic renewal did not run", Inferred: true,
				})
			}
		}
	}
	for _, a := range v.attempts {
		if v.cause == nil && a.Cause != nil {
			found = append(found, policy.Finding{
				Rule: a.Cause.Rule, Verdict: policy.Warn, Subject: fmt.Sprintf("attempt %d", a.Number),
				Observed: "failed: " + a.Cause.Detail + "; a later attempt did not", Hint: a.Cause.Hint,
			})
		}
	}
	if v.cause == nil && !v.spared && v.status >= 500 {
		found = append(found, policy.Finding{
			Rule: "CF-ERR-08", Verdict: policy.Warn, Subject: k.plan.Request.Method + " " + k.plan.Request.RequestURI,
			Observed: fmt.Sprintf("the origin itself answers %d, which viewers get", v.status),
			Hint:     "CloudFront reaches the origin; see the origin's log, or check another path with --path",
		})
	}
	advice := c.advice(k)
	found = append(found, advice...)
	if v.cause == nil && v.status >= 400 && v.status < 500 && c.pathNamed(k) != "" {
		hint := "it is reached; correct the path that was asked for, or the origin, if this path should be there"
		if len(advice) > 0 {
			hint = "CloudFront reaches the origin; look at the other findings about its response first"
		}
		found = append(found, policy.Finding{
			Rule: "CF-ERR-08", Verdict: policy.Warn, Subject: k.plan.Request.Method + " " + k.plan.Request.RequestURI,
			Observed: fmt.Sprintf("the origin itself answers %d, which viewers get", v.status), Inferred: true,
			Hint: hint,
		})
	}
	found = append(found, v.certificateFindings()...)
	return append(found, judgeRedirect(k)...)
}

// passed describes what was seen instead of a failure.
func (v *visit) passed(spec policy.CauseSpec) string {
	a := v.last()
	h := a.Handshake
	switch spec.Name {
	case policy.CauseDNSFailure:
		return "resolved to " + strings.Join(a.Addresses, ", ")
	case policy.CauseConnectRefused, policy.CauseConnectTimeout, policy.CauseConnectReset:
		return "connected to " + a.Address
	case policy.CauseTLSNotTLS:
		return "TLS is spoken"
	}
	if h != nil && spec.Stage == policy.StageHandshake {
		switch spec.Name {
		case policy.CauseTLSProtocolMismatch:
			return tlswire.VersionName(h.Version) + " agreed on; offered: " + h.Offered.VersionNames()
		case policy.CauseTLSNoSharedCipher:
			return tlswire.SuiteName(h.CipherSuite)
		case policy.CauseTLSNoSharedCurve:
			if h.Curve != 0 {
				return tlswire.GroupName(h.Curve)
			}
			return "none needed by the suite"
		case policy.CauseTLSClientCertificateRequired:
			if h.ClientCertificateRequested {
				return "asked for, not insisted on"
			}
			return "not asked for"
		}
		return "completed"
	}
	if v.status != 0 && (spec.Stage == policy.StageRead || spec.Stage == policy.StageBody) {
		return fmt.Sprintf("status %d", v.status)
	}
	return ""
}

// notSimulated returns the gaps on the way to an origin.
func notSimulated() []NotSimulated {
	families := []string{"CF-DNS", "CF-CONN", "CF-TLS", "CF-MTLS", "CF-CERT", "CF-NAME", "CF-TIME"}
	var all []NotSimulated
	for _, gap := range policy.Gaps() {
		family, _, _ := cutLast(string(gap.Rule), "-")
		if slices.Contains(families, family) {
			all = append(all, NotSimulated{Rule: gap.Rule, Why: gap.Why})
		}
	}
	return all
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// endOfChain names the last certificate sent and its issuer.
func endOfChain(chain [][]byte) (subject, issuer string, ok bool) {
	cert, err := x509.ParseCertificate(chain[len(chain)-1])
	if err != nil {
		return "", "", false
	}
	issuer = cert.Issuer.CommonName
	if issuer == "" {
		issuer = cert.Issuer.String()
	}
	return shortName(cert), printable(issuer), true
}
