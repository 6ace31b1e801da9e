package policy

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"

	"github.com/edgesim/edgesim/distribution"
)

// platformTable lists well-known platforms that host origins, by the names that they
// assign. In a name, "*" is one label or a part of one.
//
//go:embed platforms.tsv
var platformTable string

// Platform is a hosting platform for origins, recognized by domain name.
type Platform struct {
	// Name is the suffix of its origins' domain names; Platform is what it is
	// called.
	Name, Platform string
	// OwnHost says that it responds only to the Host that it assigned, so that it
	// refuses one forwarded from the viewer.
	OwnHost bool
	// TLS says whether it speaks TLS on port 443.
	TLS PlatformTLS
	// Status and Mark identify its response to a foreign Host, as far as documented;
	// 0 and "" if not.
	Status int
	Mark   string
	// Sources are the pages behind the row; nil for an inferred row, which claims no
	// more than its name implies.
	Sources []string
}

// PlatformTLS says whether a platform supports TLS.
type PlatformTLS string

// The values of PlatformTLS.
const (
	TLSYes      PlatformTLS = "yes"      // and HTTP on port 80, too
	TLSOnly     PlatformTLS = "only"     // and nothing on port 80 that answers a request
	TLSNo       PlatformTLS = "no"       // HTTP only
	TLSListener PlatformTLS = "listener" // if its owner has set it up
)

var platforms = parsePlatforms(platformTable)

// Platforms returns the table. The result is shared: do not modify it.
func Platforms() []Platform { return platforms }

func parsePlatforms(table string) []Platform {
	var rows []Platform
	for i, line := range strings.Split(strings.TrimRight(table, "\n"), "\n") {
		col := strings.Split(line, "\t")
		if len(col) != 7 {
			panic(fmt.Sprintf("policy: platforms.tsv line %d has %d columns", i+1, len(col)))
		}
		if i == 0 {
			continue
		}
		status, _ := strconv.Atoi(col[4]) // empty if unknown
		p := Platform{Name: col[0], Platform: col[1], OwnHost: col[2] == "yes", TLS: PlatformTLS(col[3]), Status: status, Mark: col[5]}
		if col[6] != "inferred" {
			p.Sources = strings.Fields(col[6])
		}
		rows = append(rows, p)
	}
	return rows
}

// PlatformOf returns the platform of an origin by its domain name: the matching
// row with the most labels. It returns false if no row matches.
func PlatformOf(domain string) (Platform, bool) {
	name := strings.Split(canonicalName(domain), ".")
	best, labels := Platform{}, 0
	for _, p := range platforms {
		end := strings.Split(p.Name, ".")
		if n := len(end); n > labels && len(name) > n && fits(name[len(name)-n:], end) {
			best, labels = p, n
		}
	}
	return best, labels > 0
}

// fits reports whether the last labels of a name match those of a row.
func fits(labels, pattern []string) bool {
	for i, want := range pattern {
		begin, star := strings.CutSuffix(want, "*")
		if labels[i] != want && !(star && strings.HasPrefix(labels[i], begin)) {
			return false
		}
	}
	return true
}

// JudgePlatform judges what a behavior sends to an origin, and how, against what
// is known of the platform that the origin's name indicates. Each finding warns
// of an unwanted response from the origin itself. If viewers use the origin's own
// name, it does not check Host.
func JudgePlatform(b *distribution.CacheBehavior, o *distribution.Origin, viewerHost string) []Finding {
	p, ok := PlatformOf(o.DomainName)
	if !ok {
		return nil
	}
	var found []Finding
	subject := fmt.Sprintf("origin %q", o.ID)
	if p.OwnHost && ForwardsHost(b) && !strings.EqualFold(canonicalName(hostOnly(viewerHost)), canonicalName(o.DomainName)) {
		found = append(found, Finding{
			Rule: "CF-REQ-54", Verdict: Warn, Subject: subject, Inferred: true,
			Observed: fmt.Sprintf("it is %s, which answers to its own name only, and gets the viewer's Host, which %s forwards%s", p.Platform, selectedBy(b, "Host"), p.refusal()),
			Expected: "Host: " + o.DomainName,
			Hint:     fmt.Sprintf("attach AllViewerExceptHostHeader to the behavior %q: everything but Host goes to the origin", b.PathPattern),
		})
	}
	if p.TLS == TLSNo && o.Kind == distribution.OriginCustom && o.ProtocolPolicy != distribution.OriginHTTPOnly {
		found = append(found, Finding{
			Rule: "CF-CONN-22", Verdict: Warn, Subject: subject, Inferred: true,
			Observed: fmt.Sprintf("it is %s, which speaks HTTP only, and its protocol policy is %s", p.Platform, o.ProtocolPolicy),
			Expected: "http-only", Hint: fmt.Sprintf("set the protocol policy of the origin %q to http-only, with HTTPPort 80", o.ID),
		})
	}
	if p.TLS == TLSOnly && o.Kind == distribution.OriginCustom && o.ProtocolPolicy == distribution.OriginHTTPOnly {
		found = append(found, Finding{
			Rule: "CF-CONN-03", Verdict: Warn, Subject: subject, Inferred: true,
			Observed: fmt.Sprintf("it is %s, which speaks HTTPS only, and its protocol policy is http-only", p.Platform),
			Expected: "https-only", Hint: fmt.Sprintf("set the protocol policy of the origin %q to https-only", o.ID),
		})
	}
	return found
}

// JudgePlatforms judges what all behaviors of a distribution send to their
// origins, see [JudgePlatform], and reports each finding once.
func JudgePlatforms(d *distribution.Distribution) []Finding {
	viewer := "d111111abcdef8.cloudfront.net" // every distribution has a name of its own
	if len(d.Aliases) > 0 {
		viewer = d.Aliases[0]
	}
	var found []Finding
	told := map[string]bool{}
	behaviors := append(d.Behaviors[:len(d.Behaviors):len(d.Behaviors)], d.DefaultBehavior)
	for i := range behaviors {
		b := &behaviors[i]
		ids := []string{b.TargetOriginID}
		if g, ok := d.OriginGroup(b.TargetOriginID); ok {
			ids = g.Members
		}
		for _, id := range ids {
			o, ok := d.Origin(id)
			if !ok {
				continue
			}
			for _, f := range JudgePlatform(b, o, viewer) {
				if key := f.Subject + f.Observed; !told[key] {
					told[key] = true
					found = append(found, f)
				}
			}
		}
	}
	return found
}

// refusal describes in a clause how the platform answers a foreign Host.
func (p *Platform) refusal() string {
	switch {
	case p.Sources == nil:
		return " (inferred: no page of its own was read)"
	case p.Status == 0 && p.Mark == "":
		return ""
	case p.Status == 0:
		return fmt.Sprintf(": viewers get its refusal (%q)", p.Mark)
	}
	text := fmt.Sprintf(": viewers get its %d", p.Status)
	if p.Mark != "" {
		text += fmt.Sprintf(" (%q)", p.Mark)
	}
	return text
}
