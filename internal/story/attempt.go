package story

import (
	"crypto/x509"
	"fmt"
	"strings"

	"github.com/edgesim/edgesim/internal/tlswire"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

// attempt describes one attempt to get a response, step by step.
func (t *teller) attempt(a *originconn.Attempt) {
	if a.StaleIdle > 0 {
		t.say("a kept-alive connection was found closed by the origin, after %s without use", took(a.StaleIdle))
	}
	if a.Reused {
		t.say("on a kept-alive connection to %s, %s without use", a.Address, took(a.Idle))
	} else {
		t.connected(a)
	}
	if a.Handshake != nil {
		t.handshake(a)
	}
	switch {
	case a.Phases.Send == 0 && a.Phases.Wait == 0:
	case a.Cause != nil && a.Cause.Stage != policy.StageBody:
		t.say("request sent in %s, then %s without a complete response head", took(a.Phases.Send), took(a.Phases.Wait))
	default:
		t.say("request sent in %s, then %s until the response head", took(a.Phases.Send), took(a.Phases.Wait))
	}
	if a.Cause != nil {
		text := fmt.Sprintf("%s %s", a.Cause.Rule, a.Cause.Name)
		if !t.toldAtTop(a.Cause) {
			text += ": " + a.Cause.Detail
		}
		t.line(inChapter, red, text)
	}
	t.judged(inChapter, a.Findings)
	t.explained(a.Explanation)
}

// connected describes the name lookup and the connection.
func (t *teller) connected(a *originconn.Attempt) {
	if len(a.Addresses) > 0 {
		t.say("the name resolved to %s in %s", strings.Join(a.Addresses, ", "), took(a.Phases.Resolve))
	}
	switch {
	case a.Address == "":
	case a.Phases.Handshake == 0 && a.Cause != nil && a.Phases.Send == 0 && a.Phases.Wait == 0:
		t.say("connecting to %s took %s", a.Address, took(a.Phases.Dial))
	default:
		t.say("connected to %s in %s", a.Address, took(a.Phases.Dial))
	}
}

// handshake describes what was offered, negotiated and presented.
func (t *teller) handshake(a *originconn.Attempt) {
	h := a.Handshake
	sni := "without SNI"
	if h.SNI != "" {
		sni = "with SNI " + h.SNI
	}
	what := "TLS handshake in " + took(a.Phases.Handshake)
	if a.Reused {
		what = "the connection's TLS handshake"
	}
	t.say("%s, %s", what, sni)
	if h.Why != "" {
		t.line(inLine, plain, "spoken by "+h.Road+", as "+h.Why)
	}
	t.line(inLine, plain, fmt.Sprintf("offered %s; %s; curves %s", names(h.Offered.Versions, tlswire.VersionName),
		plural(len(h.Offered.Suites), "suite"), names(h.Offered.Groups, tlswire.GroupName)))
	if h.Version != 0 {
		agreed := "agreed on " + tlswire.VersionName(h.Version)
		if h.CipherSuite != 0 {
			agreed += ", " + tlswire.SuiteName(h.CipherSuite)
		}
		if h.Curve != 0 {
			agreed += ", " + tlswire.GroupName(h.Curve)
		}
		t.line(inLine, plain, agreed)
	}
	if h.Alert != nil {
		t.line(inLine, red, "the origin sent the alert "+h.Alert.String())
	}
	if len(h.FirstBytes) > 0 {
		t.line(inLine, red, fmt.Sprintf("the origin answered with what is not TLS: %q", h.FirstBytes))
	}
	switch {
	case h.ClientCertificateSent:
		t.line(inLine, plain, "the origin asked for a client certificate and got one")
	case h.ClientCertificateRequested:
		t.line(inLine, plain, "the origin asked for a client certificate and got none")
	}
	if len(h.PeerCertificates) > 0 {
		t.line(inLine, plain, "the chain as sent:")
	}
	for i, der := range h.PeerCertificates {
		t.line(inList, plain, fmt.Sprintf("%d %s", i, certificate(der)))
	}
}

func certificate(der []byte) string {
	c, err := x509.ParseCertificate(der)
	if err != nil {
		return "unreadable: " + err.Error()
	}
	text := fmt.Sprintf("%s, issued by %s, valid %s to %s", c.Subject, c.Issuer, c.NotBefore.UTC().Format("2006-01-02"), c.NotAfter.UTC().Format("2006-01-02"))
	if len(c.DNSNames) > 0 {
		text += ", for " + strings.Join(c.DNSNames, ", ")
	}
	return text
}

// explained describes what the scan of the origin found.
func (t *teller) explained(x *originconn.Explanation) {
	if x == nil || !x.Done() {
		return
	}
	if _, detail, _ := x.Result(); detail != "" {
		t.say("a scan of the origin says: %s", detail)
	}
}

func names(numbers []uint16, name func(uint16) string) string {
	if len(numbers) == 0 {
		return "none"
	}
	all := make([]string, len(numbers))
	for i, n := range numbers {
		all[i] = name(n)
	}
	return strings.Join(all, ", ")
}
