package recording

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/edgesim/edgesim/internal/tlswire"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

// decoder converts the JSON form back and keeps the first error.
type decoder struct{ err error }

func (d *decoder) fail(err error) {
	if d.err == nil {
		d.err = err
	}
}

// text is the reverse of encodeText.
func (d *decoder) text(text, inBase64 string) []byte {
	if inBase64 == "" {
		if text == "" {
			return nil
		}
		return []byte(text)
	}
	b, err := base64.StdEncoding.DecodeString(inBase64)
	if err != nil {
		d.fail(fmt.Errorf("reading a base64 field: %w", err))
	}
	return b
}

func (d *decoder) attempt(j *attemptJSON) *originconn.Attempt {
	if j == nil {
		return nil
	}
	return &originconn.Attempt{
		Number: j.Number, Target: j.Target, Start: j.Start, Addresses: j.Addresses, Address: j.Address,
		Reused: j.Reused, Idle: time.Duration(j.Idle), StaleIdle: time.Duration(j.StaleIdle),
		Phases: originconn.Phases{
			Resolve: time.Duration(j.Phases.Resolve), Dial: time.Duration(j.Phases.Dial),
			Handshake: time.Duration(j.Phases.Handshake), Send: time.Duration(j.Phases.Send),
			Wait: time.Duration(j.Phases.Wait),
		},
		Handshake: d.handshake(j.Handshake), Explanation: decodeExplanation(j.Explanation), Findings: j.Findings, Cause: decodeCause(j.Cause),
	}
}

func decodeExplanation(j *explanationJSON) *originconn.Explanation {
	if j == nil {
		return nil
	}
	return originconn.Explained(j.Cause, j.Detail, j.Scan)
}

func (d *decoder) handshake(j *handshakeJSON) *originconn.Handshake {
	if j == nil {
		return nil
	}
	h := &originconn.Handshake{
		Road: j.Road, Why: j.Why, SNI: j.SNI, ALPN: j.ALPN,
		Offered: policy.Offer{
			Versions: decodeAll(j.Offered.Versions, d.version),
			Suites:   decodeAll(j.Offered.CipherSuites, d.suite),
			Groups:   decodeAll(j.Offered.Curves, d.group),
		},
		Version: d.version(j.Version), CipherSuite: d.suite(j.CipherSuite), Curve: d.group(j.Curve), Signature: d.signature(j.Signature),
		ClientCertificateRequested: j.ClientCertificateRequested,
		ClientCertificateSent:      j.ClientCertificateSent,
		Flight:                     j.Flight,
		FirstBytes:                 d.text(j.FirstBytes, j.FirstBytesBase64),
	}
	for i := range j.Certificates {
		h.PeerCertificates = append(h.PeerCertificates, j.Certificates[i].DER)
	}
	if a := j.Alert; a != nil {
		h.Alert = &tlswire.Alert{Level: a.Level, Description: a.Number}
	}
	return h
}

func decodeAll(names []string, number func(string) uint16) []uint16 {
	numbers := make([]uint16, len(names))
	for i, name := range names {
		numbers[i] = number(name)
	}
	return numbers
}

func (d *decoder) version(name string) uint16 { return d.number(name, "TLS version", versionNumbers) }
func (d *decoder) suite(name string) uint16   { return d.number(name, "cipher suite", suiteNumbers) }
func (d *decoder) group(name string) uint16   { return d.number(name, "curve", groupNumbers) }

func (d *decoder) signature(name string) uint16 {
	return d.number(name, "signature scheme", signatureNumbers)
}

// number returns the number for a name, or the one written in hexadecimal if there is no
// name.
func (d *decoder) number(name, what string, numbers func() map[string]uint16) uint16 {
	if name == "" {
		return 0
	}
	if digits, ok := strings.CutPrefix(name, "0x"); ok {
		if n, err := strconv.ParseUint(digits, 16, 16); err == nil {
			return uint16(n)
		}
	}
	n, ok := numbers()[name]
	if !ok {
		d.fail(fmt.Errorf("%s %q is not known", what, name))
	}
	return n
}

// The reverse of the names in tlswire, built when a name is first read.
var (
	versionNumbers = sync.OnceValue(func() map[string]uint16 { return numbersOf(tlswire.VersionName) })
	suiteNumbers   = sync.OnceValue(func() map[string]uint16 { return numbersOf(tlswire.SuiteName) })
	groupNumbers   = sync.OnceValue(func() map[string]uint16 { return numbersOf(tlswire.GroupName) })

	signatureNumbers = sync.OnceValue(func() map[string]uint16 { return numbersOf(tlswire.SignatureName) })
)

// numbersOf looks up the name of every number, which takes a few milliseconds once, and
// leaves out those without a name.
func numbersOf(name func(uint16) string) map[string]uint16 {
	numbers := make(map[string]uint16)
	for n := range 1 << 16 {
		if text := name(uint16(n)); !strings.HasPrefix(text, "0x") {
			numbers[text] = uint16(n)
		}
	}
	return numbers
}
