package compact

import (
	"encoding/json"

	"github.com/edgesim/edgesim/internal/tlswire"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

func (d *decoder) attempt(b []byte) *originconn.Attempt {
	a := &originconn.Attempt{}
	d.fields(b, func(f *field) {
		switch f.number {
		case aNumber:
			a.Number = int(f.signed())
		case aStart:
			a.Start = f.time()
		case aAddresses:
			a.Addresses = append(a.Addresses, d.text(f))
		case aAddress:
			a.Address = d.text(f)
		case aTarget:
			a.Target = d.text(f)
		case aReused:
			a.Reused = f.bool()
		case aIdle:
			a.Idle = f.duration()
		case aStaleIdle:
			a.StaleIdle = f.duration()
		case aResolve:
			a.Phases.Resolve = f.duration()
		case aDial:
			a.Phases.Dial = f.duration()
		case aHandshakeTime:
			a.Phases.Handshake = f.duration()
		case aSend:
			a.Phases.Send = f.duration()
		case aWait:
			a.Phases.Wait = f.duration()
		case aHandshake:
			a.Handshake = d.sharedHandshake(f)
		case aExplanation:
			a.Explanation = d.explanation(d.bytes(f))
		case aFindings:
			a.Findings = d.sharedFindings(f)
		case aCause:
			a.Cause = d.cause(d.bytes(f))
		}
	})
	return a
}

func (d *decoder) explanation(b []byte) *originconn.Explanation {
	var x explanation
	if d.err != nil {
		return nil
	}
	if err := json.Unmarshal(b, &x); err != nil {
		d.err = err
		return nil
	}
	return originconn.Explained(x.Cause, x.Detail, x.Scan)
}

// sharedHandshake reads a handshake, once for all exchanges on its connection.
func (d *decoder) sharedHandshake(f *field) *originconn.Handshake {
	if h, ok := d.shared.handshakes[f.value]; ok && f.kind == kindPart {
		return h
	}
	h := d.handshake(d.bytes(f))
	if d.err == nil && f.kind == kindPart {
		share(&d.shared.handshakes, sharedLists, f.value, h)
	}
	return h
}

// sharedFindings reads a list of findings, once for all exchanges that have it.
func (d *decoder) sharedFindings(f *field) []policy.Finding {
	if all, ok := d.shared.findings[f.value]; ok && f.kind == kindPart {
		return all
	}
	all := d.findings(d.bytes(f))
	if d.err == nil && f.kind == kindPart {
		share(&d.shared.findings, sharedLists, f.value, all)
	}
	return all
}

func (d *decoder) handshake(b []byte) *originconn.Handshake {
	h := &originconn.Handshake{}
	d.fields(b, func(f *field) {
		switch f.number {
		case kRoad:
			h.Road = d.text(f)
		case kWhy:
			h.Why = d.text(f)
		case kSNI:
			h.SNI = d.text(f)
		case kALPNOffered:
			alpn(h).Offered = append(alpn(h).Offered, d.text(f))
		case kALPNAgreed:
			alpn(h).Agreed = d.text(f)
		case kVersions:
			h.Offered.Versions = numbers(d.bytes(f))
		case kSuites:
			h.Offered.Suites = numbers(d.bytes(f))
		case kGroups:
			h.Offered.Groups = numbers(d.bytes(f))
		case kVersion:
			h.Version = f.uint16()
		case kCipherSuite:
			h.CipherSuite = f.uint16()
		case kCurve:
			h.Curve = f.uint16()
		case kSignature:
			h.Signature = f.uint16()
		case kCertificate:
			h.PeerCertificates = append(h.PeerCertificates, d.bytes(f))
		case kAlert:
			if alert := d.bytes(f); len(alert) == 2 {
				h.Alert = &tlswire.Alert{Level: alert[0], Description: alert[1]}
			}
		case kClientRequested:
			h.ClientCertificateRequested = f.bool()
		case kClientSent:
			h.ClientCertificateSent = f.bool()
		case kFirstBytes:
			h.FirstBytes = d.bytes(f)
		case kFlight:
			h.Flight = d.bytes(f)
		}
	})
	return h
}

func (d *decoder) findings(b []byte) []policy.Finding {
	var all []policy.Finding
	d.fields(b, func(f *field) {
		if f.number == fRule {
			all = append(all, policy.Finding{Rule: policy.RuleID(d.text(f))})
			return
		}
		if len(all) == 0 {
			return
		}
		last := &all[len(all)-1]
		switch f.number {
		case fVerdict:
			last.Verdict = policy.Verdict(d.text(f))
		case fCause:
			last.Cause = policy.CauseName(d.text(f))
		case fSubject:
			last.Subject = d.text(f)
		case fObserved:
			last.Observed = d.text(f)
		case fExpected:
			last.Expected = d.text(f)
		case fHint:
			last.Hint = d.text(f)
		case fInferred:
			last.Inferred = f.bool()
		}
	})
	return all
}

// alpn returns the ALPN of a handshake, creating it when one of its fields is first read.
func alpn(h *originconn.Handshake) *originconn.ALPN {
	if h.ALPN == nil {
		h.ALPN = &originconn.ALPN{}
	}
	return h.ALPN
}
