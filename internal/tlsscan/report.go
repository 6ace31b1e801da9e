package tlsscan

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/edgesim/edgesim/internal/tlswire"
	"github.com/edgesim/edgesim/policy"
)

// Report is what a scan found: facts about the origin, in a stable order, without judgment.
// [Report.Shared] and [Report.Explain] compare it with an offer.
type Report struct {
	// Host is the origin's host:port, Address the ip:port that was asked.
	Host    string `json:"host"`
	Address string `json:"address"`
	// OtherAddresses are the name's other addresses. They were not asked, and may answer
	// differently.
	OtherAddresses []string `json:"otherAddresses,omitempty"`
	// SNI is the server name sent; "" means none.
	SNI string `json:"sni"`
	// NotTLS are the first bytes of an answer that is not TLS. The rest of the report is
	// then empty.
	NotTLS []byte `json:"notTLS,omitempty"`
	// Versions are all versions tried, newest first, including those that the origin does
	// not support.
	Versions []VersionReport `json:"versions"`
	// Certificates are the chains that the origin presented, one for each name and kind of
	// key.
	Certificates []Chain `json:"certificates,omitempty"`
	// WithoutSNI and WrongSNI are the answers to a hello without a name and to one with a
	// name that no origin can have.
	WithoutSNI NameAnswer `json:"withoutSNI"`
	WrongSNI   NameAnswer `json:"wrongSNI"`
	// ClientCertificateRequested means that the origin requests one. In TLS 1.3 this is
	// known if the rest of the flight could be decrypted.
	ClientCertificateRequested bool `json:"clientCertificateRequested"`
	// SessionIDs and SessionTickets mean that the origin, in TLS 1.2 or older, gave a
	// session an id, or agreed to issue a ticket. Whether it resumes them cannot be
	// determined without completing a handshake, which a scan never does.
	SessionIDs     bool `json:"sessionIDs"`
	SessionTickets bool `json:"sessionTickets"`
	// SecureRenegotiation, ExtendedMasterSecret and Compression are what it agreed to in
	// TLS 1.2 or older (RFC 5746, RFC 7627, RFC 3749).
	SecureRenegotiation  bool `json:"secureRenegotiation"`
	ExtendedMasterSecret bool `json:"extendedMasterSecret"`
	Compression          bool `json:"compression"`
	// Connections is how many were opened, Duration how long the scan took.
	Connections int           `json:"connections"`
	Duration    time.Duration `json:"duration"`
	// Limits say what cut the scan short; empty if nothing did.
	Limits []string `json:"limits,omitempty"`
}

// Whose order of suites counts.
const (
	PreferenceServer = "server"
	PreferenceClient = "client"
)

// VersionReport is what an origin accepts in one protocol version. The lists of names match
// the lists of numbers, value for value.
type VersionReport struct {
	Version uint16 `json:"version"`
	Name    string `json:"name"`
	// Asked means that the origin answered the question; Spoken that it supports this
	// version. Refusal is the alert if it does not.
	Asked   bool           `json:"asked"`
	Spoken  bool           `json:"spoken"`
	Refusal *tlswire.Alert `json:"refusal,omitempty"`
	// Suites are the accepted suites, in the origin's order if Preference is "server",
	// otherwise in the order in which the scan asks. Preference is "" if there are fewer
	// than two.
	Suites     []uint16 `json:"suites,omitempty"`
	SuiteNames []string `json:"suiteNames,omitempty"`
	Preference string   `json:"preference,omitempty"`
	// OrderInferred means that the origin's order was not seen for every neighbor in
	// Suites: there it is the order that servers usually have.
	OrderInferred bool `json:"orderInferred,omitempty"`
	// Groups are the accepted groups, the curves of ECDHE before TLS 1.3. TLS 1.0 and 1.1
	// get those of TLS 1.2 if that is supported: no stack is known to distinguish them.
	Groups     []uint16 `json:"groups,omitempty"`
	GroupNames []string `json:"groupNames,omitempty"`
	// DHBits is the largest prime seen in a DHE key exchange; 0 means none.
	DHBits int `json:"dhBits,omitempty"`
	// Signatures are the schemes with which the origin signs its key exchange: all of them
	// in TLS 1.2, only those that were seen in TLS 1.3; older versions have no choice.
	Signatures     []uint16 `json:"signatures,omitempty"`
	SignatureNames []string `json:"signatureNames,omitempty"`
	// SuitesInferred are those of Suites that were not seen to be chosen in this version,
	// but in a newer one: there were not enough connections, and no stack is known to
	// distinguish these versions.
	SuitesInferred []uint16 `json:"suitesInferred,omitempty"`
	// SuitesOpen are the suites that the scan could not decide; none if SuitesComplete.
	SuitesOpen []uint16 `json:"suitesOpen,omitempty"`
	// SuitesComplete, GroupsComplete and SignaturesComplete mean that what is not in the
	// list is refused.
	SuitesComplete     bool `json:"suitesComplete"`
	GroupsComplete     bool `json:"groupsComplete"`
	SignaturesComplete bool `json:"signaturesComplete"`
}

// Chain is a chain of certificates as the origin sent it.
type Chain struct {
	// SNI is the name for which it was presented; "" means none.
	SNI string `json:"sni"`
	// KeyType is the key type of the first certificate: "RSA", "ECDSA", "Ed25519", or ""
	// for another one.
	KeyType string `json:"keyType"`
	// Version is the newest version in which it was seen.
	Version uint16 `json:"version"`
	// Chain is in DER, in the order sent.
	Chain [][]byte `json:"chain"`
}

// NameAnswer is how an origin answers a hello with another name or without one.
type NameAnswer struct {
	// Asked means that there was an answer at all.
	Asked bool `json:"asked"`
	// Accepted means that the handshake would have continued.
	Accepted bool `json:"accepted"`
	// Alert is what came instead, or a warning in addition.
	Alert *tlswire.Alert `json:"alert,omitempty"`
}

// Version returns what was found for one version, nil if the origin does not speak it.
func (r *Report) Version(version uint16) *VersionReport {
	for i := range r.Versions {
		if v := &r.Versions[i]; v.Version == version && v.Spoken {
			return v
		}
	}
	return nil
}

// Spoken returns the versions that the origin speaks, newest first.
func (r *Report) Spoken() []uint16 {
	var spoken []uint16
	for _, v := range r.Versions {
		if v.Spoken {
			spoken = append(spoken, v.Version)
		}
	}
	return spoken
}

// Complete reports whether nothing cut the scan short.
func (r *Report) Complete() bool { return len(r.Limits) == 0 }

// compareChains orders chains: those for the origin's own name first, then by name, then by
// kind of key.
func compareChains(own string) func(a, b Chain) int {
	rank := func(c Chain) string {
		if c.SNI == own {
			return "0" + c.KeyType
		}
		return "1" + c.SNI + " " + c.KeyType
	}
	return func(a, b Chain) int { return strings.Compare(rank(a), rank(b)) }
}

// silentText says how many connections ended in silence.
func silentText(n int, timeout time.Duration) string {
	if n == 1 {
		return fmt.Sprintf("one connection had no complete answer within %s", timeout)
	}
	return fmt.Sprintf("%d connections had no complete answer within %s", n, timeout)
}

// versionNames lists versions for people, oldest first.
func versionNames(versions []uint16) string {
	sorted := slices.Sorted(slices.Values(versions))
	return strings.Join(namesOf(sorted, policy.VersionName), ", ")
}
