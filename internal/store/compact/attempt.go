package compact

import (
	"encoding/binary"
	"encoding/json"

	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

// The fields of an attempt.
const (
	aNumber = iota + 1
	aStart
	aAddresses
	aAddress
	aReused
	aIdle
	aStaleIdle
	aResolve
	aDial
	aHandshakeTime
	aSend
	aWait
	aHandshake
	aExplanation
	aFindings
	aCause
	aTarget
)

// The fields of a handshake.
const (
	kRoad = iota + 1
	kWhy
	kSNI
	kVersions
	kSuites
	kGroups
	kVersion
	kCipherSuite
	kCurve
	kSignature
	kCertificate
	kAlert
	kClientRequested
	kClientSent
	kFirstBytes
	kFlight
	kALPNOffered
	kALPNAgreed
)

// The fields of a list of findings; fRule starts one.
const (
	fRule = iota + 1
	fVerdict
	fCause
	fSubject
	fObserved
	fExpected
	fHint
	fInferred
)

func (c *Encoder) attempt(b []byte, a *originconn.Attempt) []byte {
	if a == nil {
		return b
	}
	b = appendSigned(b, aNumber, int64(a.Number))
	b = appendTime(b, aStart, a.Start)
	for _, address := range a.Addresses {
		b = c.item(b, aAddresses, address)
	}
	b = c.text(b, aAddress, a.Address)
	b = appendBool(b, aReused, a.Reused)
	b = appendSigned(b, aIdle, int64(a.Idle))
	b = appendSigned(b, aStaleIdle, int64(a.StaleIdle))
	b = appendSigned(b, aResolve, int64(a.Phases.Resolve))
	b = appendSigned(b, aDial, int64(a.Phases.Dial))
	b = appendSigned(b, aHandshakeTime, int64(a.Phases.Handshake))
	b = appendSigned(b, aSend, int64(a.Phases.Send))
	b = appendSigned(b, aWait, int64(a.Phases.Wait))
	b = c.text(b, aTarget, a.Target)
	if a.Handshake != nil {
		b = binary.AppendUvarint(appendTag(b, aHandshake, kindPart), c.handshake(a.Handshake))
	}
	b = c.explanation(b, a.Explanation)
	b = c.findingsField(b, aFindings, a.Findings)
	if a.Cause != nil {
		nested := c.cause(c.list(), a.Cause)
		b = appendBytes(b, aCause, nested)
		c.done(nested)
	}
	return b
}

// explanation writes a complete explanation. It is rare and large, and stored as the JSON
// that the API shows.
func (c *Encoder) explanation(b []byte, x *originconn.Explanation) []byte {
	if x == nil || !x.Done() {
		return b
	}
	cause, detail, report := x.Result()
	data, err := json.Marshal(explanation{cause, detail, report})
	if err != nil {
		return b // a report of plain values always marshals
	}
	return binary.AppendUvarint(appendTag(b, aExplanation, kindPart), c.part(data))
}

type explanation struct {
	Cause  policy.CauseName       `json:"cause,omitempty"`
	Detail string                 `json:"detail"`
	Scan   *originconn.ScanReport `json:"scan,omitempty"`
}

// handshake returns the part with a handshake. Requests on one connection share it, so it
// is first looked up by its address in memory.
func (c *Encoder) handshake(h *originconn.Handshake) uint64 {
	if ref, ok := c.handshakes[h]; ok {
		return ref
	}
	b := c.list()
	b = c.text(b, kRoad, h.Road)
	b = c.text(b, kWhy, h.Why)
	b = c.text(b, kSNI, h.SNI)
	if h.ALPN != nil {
		for _, protocol := range h.ALPN.Offered {
			b = c.item(b, kALPNOffered, protocol)
		}
		b = c.item(b, kALPNAgreed, h.ALPN.Agreed)
	}
	b = appendNumbers(b, kVersions, h.Offered.Versions)
	b = appendNumbers(b, kSuites, h.Offered.Suites)
	b = appendNumbers(b, kGroups, h.Offered.Groups)
	b = appendNumber(b, kVersion, uint64(h.Version))
	b = appendNumber(b, kCipherSuite, uint64(h.CipherSuite))
	b = appendNumber(b, kCurve, uint64(h.Curve))
	b = appendNumber(b, kSignature, uint64(h.Signature))
	for _, der := range h.PeerCertificates {
		b = binary.AppendUvarint(appendTag(b, kCertificate, kindPart), c.part(der))
	}
	if a := h.Alert; a != nil {
		b = appendBytes(b, kAlert, []byte{a.Level, a.Description})
	}
	b = appendBool(b, kClientRequested, h.ClientCertificateRequested)
	b = appendBool(b, kClientSent, h.ClientCertificateSent)
	if len(h.FirstBytes) > 0 {
		b = appendBytes(b, kFirstBytes, h.FirstBytes)
	}
	if len(h.Flight) > 0 {
		b = appendBytes(b, kFlight, h.Flight)
	}
	ref := c.part(b)
	c.done(b)
	if len(c.handshakes) >= shared {
		clear(c.handshakes)
	}
	c.handshakes[h] = ref
	return ref
}

// findingsField writes a list of findings.
func (c *Encoder) findingsField(b []byte, field int, findings []policy.Finding) []byte {
	if len(findings) == 0 {
		return b
	}
	key := findingsKey{&findings[0], len(findings)}
	ref, ok := c.findings[key]
	if !ok {
		list := c.list()
		for i := range findings {
			list = c.finding(list, &findings[i])
		}
		ref = c.part(list)
		c.done(list)
		if len(c.findings) >= shared {
			clear(c.findings)
		}
		c.findings[key] = ref
	}
	return binary.AppendUvarint(appendTag(b, field, kindPart), ref)
}

func (c *Encoder) finding(b []byte, f *policy.Finding) []byte {
	b = c.item(b, fRule, string(f.Rule))
	b = c.text(b, fVerdict, string(f.Verdict))
	b = c.text(b, fCause, string(f.Cause))
	b = c.text(b, fSubject, f.Subject)
	b = c.text(b, fObserved, f.Observed)
	b = c.text(b, fExpected, f.Expected)
	b = c.text(b, fHint, f.Hint)
	return appendBool(b, fInferred, f.Inferred)
}
