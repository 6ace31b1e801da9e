package recording

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"time"

	"github.com/edgesim/edgesim/internal/tlswire"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

// attemptJSON is the JSON form of an originconn.Attempt.
type attemptJSON struct {
	Number      int              `json:"number"`
	Target      string           `json:"target,omitempty"`
	Start       time.Time        `json:"start"`
	Addresses   []string         `json:"addresses,omitempty"`
	Address     string           `json:"address,omitempty"`
	Reused      bool             `json:"reused,omitempty"`
	Idle        milliseconds     `json:"idleMs,omitempty"`
	StaleIdle   milliseconds     `json:"staleIdleMs,omitempty"`
	Phases      phasesJSON       `json:"phases"`
	Handshake   *handshakeJSON   `json:"handshake,omitempty"`
	Explanation *explanationJSON `json:"explanation,omitempty"`
	Findings    []policy.Finding `json:"findings,omitempty"`
	Cause       *causeJSON       `json:"cause,omitempty"`
}

type phasesJSON struct {
	Resolve   milliseconds `json:"resolveMs"`
	Dial      milliseconds `json:"dialMs"`
	Handshake milliseconds `json:"handshakeMs"`
	Send      milliseconds `json:"sendMs"`
	Wait      milliseconds `json:"waitMs"`
}

// handshakeJSON is the JSON form of an originconn.Handshake.
type handshakeJSON struct {
	Road                       string            `json:"road"`
	Why                        string            `json:"why,omitempty"`
	SNI                        string            `json:"sni"`
	ALPN                       *originconn.ALPN  `json:"alpn,omitempty"`
	Offered                    offerJSON         `json:"offered"`
	Version                    string            `json:"version,omitempty"`
	CipherSuite                string            `json:"cipherSuite,omitempty"`
	Curve                      string            `json:"curve,omitempty"`
	Signature                  string            `json:"signature,omitempty"`
	Certificates               []certificateJSON `json:"certificates,omitempty"`
	Alert                      *alertJSON        `json:"alert,omitempty"`
	ClientCertificateRequested bool              `json:"clientCertificateRequested,omitempty"`
	ClientCertificateSent      bool              `json:"clientCertificateSent,omitempty"`
	FirstBytes                 string            `json:"firstBytes,omitempty"`
	FirstBytesBase64           string            `json:"firstBytesBase64,omitempty"`
	Flight                     []byte            `json:"flight,omitempty"`
}

type offerJSON struct {
	Versions     []string `json:"versions"`
	CipherSuites []string `json:"cipherSuites"`
	Curves       []string `json:"curves"`
}

type alertJSON struct {
	Level  uint8  `json:"level"`
	Number uint8  `json:"number"`
	Name   string `json:"name"`
}

// certificateJSON is one certificate of the chain: the summary is for people, the DER is
// the evidence. If the DER cannot be parsed, Unreadable says why and the summary is empty.
type certificateJSON struct {
	Subject    string     `json:"subject,omitempty"`
	Issuer     string     `json:"issuer,omitempty"`
	DNSNames   []string   `json:"dnsNames,omitempty"`
	NotBefore  *time.Time `json:"notBefore,omitempty"`
	NotAfter   *time.Time `json:"notAfter,omitempty"`
	Unreadable string     `json:"unreadable,omitempty"`
	SHA256     string     `json:"sha256"`
	DER        []byte     `json:"der"`
}

func encodeAttempt(a *originconn.Attempt) *attemptJSON {
	if a == nil {
		return nil
	}
	return &attemptJSON{
		Explanation: encodeExplanation(a.Explanation),
		Number:      a.Number, Target: a.Target, Start: a.Start.UTC(), Addresses: a.Addresses, Address: a.Address,
		Reused: a.Reused, Idle: milliseconds(a.Idle), StaleIdle: milliseconds(a.StaleIdle),
		Phases: phasesJSON{
			Resolve: milliseconds(a.Phases.Resolve), Dial: milliseconds(a.Phases.Dial),
			Handshake: milliseconds(a.Phases.Handshake), Send: milliseconds(a.Phases.Send),
			Wait: milliseconds(a.Phases.Wait),
		},
		Handshake: encodeHandshake(a.Handshake), Findings: a.Findings, Cause: encodeCause(a.Cause),
	}
}

// explanationJSON is the JSON form of a complete originconn.Explanation.
type explanationJSON struct {
	Cause  policy.CauseName       `json:"cause,omitempty"`
	Detail string                 `json:"detail"`
	Scan   *originconn.ScanReport `json:"scan,omitempty"`
}

// encodeExplanation omits what is not known yet: the same exchange has it when requested
// later.
func encodeExplanation(x *originconn.Explanation) *explanationJSON {
	if x == nil || !x.Done() {
		return nil
	}
	cause, detail, report := x.Result()
	return &explanationJSON{Cause: cause, Detail: detail, Scan: report}
}

func encodeHandshake(h *originconn.Handshake) *handshakeJSON {
	if h == nil {
		return nil
	}
	j := &handshakeJSON{
		Road: h.Road, Why: h.Why, SNI: h.SNI, ALPN: h.ALPN,
		Offered: offerJSON{
			Versions:     encodeNames(h.Offered.Versions, tlswire.VersionName),
			CipherSuites: encodeNames(h.Offered.Suites, tlswire.SuiteName),
			Curves:       encodeNames(h.Offered.Groups, tlswire.GroupName),
		},
		Version: versionName(h.Version), CipherSuite: suiteName(h.CipherSuite), Curve: groupName(h.Curve), Signature: signatureName(h.Signature),
		ClientCertificateRequested: h.ClientCertificateRequested,
		ClientCertificateSent:      h.ClientCertificateSent,
	}
	for _, der := range h.PeerCertificates {
		j.Certificates = append(j.Certificates, encodeCertificate(der))
	}
	if a := h.Alert; a != nil {
		j.Alert = &alertJSON{Level: a.Level, Number: a.Description, Name: tlswire.AlertName(a.Description)}
	}
	j.Flight = h.Flight
	j.FirstBytes, j.FirstBytesBase64 = encodeText(h.FirstBytes)
	return j
}

func encodeNames(numbers []uint16, name func(uint16) string) []string {
	names := make([]string, len(numbers))
	for i, n := range numbers {
		names[i] = name(n)
	}
	return names
}

func encodeCertificate(der []byte) certificateJSON {
	sum := sha256.Sum256(der)
	j := certificateJSON{SHA256: hex.EncodeToString(sum[:]), DER: der}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		j.Unreadable = err.Error()
		return j
	}
	j.Subject, j.Issuer, j.DNSNames = c.Subject.String(), c.Issuer.String(), c.DNSNames
	j.NotBefore, j.NotAfter = &c.NotBefore, &c.NotAfter
	return j
}
