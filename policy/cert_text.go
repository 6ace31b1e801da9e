package policy

import (
	"crypto/x509/pkix"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Limits of the evidence in a finding, as it contains foreign text.
const (
	maxTextRunes   = 200
	maxListedItems = 10
)

// String names a certificate as findings do: `certificate 0 (CN=example.com)`.
func (c *chainCert) String() string {
	what := fmt.Sprintf("certificate %d", c.index)
	if c.index == trustedIndex {
		what = "trusted root"
	}
	return fmt.Sprintf("%s (%s)", what, c.shortName())
}

// shortName is the common name of the subject, or a substitute.
func (c *chainCert) shortName() string {
	var name pkix.RDNSequence
	switch {
	case c.readable():
		name = c.Subject.ToRDNSequence()
		if c.Subject.CommonName != "" {
			return "CN=" + printable(c.Subject.CommonName)
		}
	case c.outline != nil:
		name = c.outline.subject
	default:
		return "unreadable"
	}
	if len(name) == 0 {
		return "no subject"
	}
	return printable(name.String())
}

// issuerName is the whole name of the issuer.
func (c *chainCert) issuerName() string {
	if name := c.Issuer.String(); name != "" {
		return printable(name)
	}
	return "(an empty name)"
}

// printable returns foreign text without control characters and truncated.
func printable(s string) string {
	quoted := strconv.QuoteToGraphic(strings.ToValidUTF8(s, "\uFFFD"))
	plain := strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)
	if runes := []rune(plain); len(runes) > maxTextRunes {
		return string(runes[:maxTextRunes]) + "…"
	}
	return plain
}

// listed joins foreign texts, or says how many more there are.
func listed(items []string) string {
	if len(items) == 0 {
		return "none"
	}
	var out []string
	for i, item := range items {
		if i == maxListedItems {
			out = append(out, fmt.Sprintf("and %d more", len(items)-i))
			break
		}
		out = append(out, printable(item))
	}
	return strings.Join(out, ", ")
}

// names returns certificates in order: `0 (CN=example.com), 1 (CN=R3)`.
func names(certs []*chainCert) string {
	items := make([]string, len(certs))
	for i, c := range certs {
		items[i] = fmt.Sprintf("%d (%s)", c.index, c.shortName())
	}
	return listed(items)
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func instant(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// span formats a duration in its largest unit, rounded down: "3 days".
func span(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return plural(int(d/(24*time.Hour)), "day")
	case d >= 2*time.Hour:
		return plural(int(d/time.Hour), "hour")
	case d >= 2*time.Minute:
		return plural(int(d/time.Minute), "minute")
	}
	return plural(int(d/time.Second), "second")
}
