package tlsscan

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/edgesim/edgesim/internal/tlswire"
	"github.com/edgesim/edgesim/policy"
)

// Report is what a scan found: facts of the origin, in a stable order, with
// no opinion. [Report.Shared] and [Report.Explain] compare it with an
// offer.
type Report struct {
	// Host is the origin's host:port, Address the ip:port that was asked.
	Host    string `json:"host"`
	Address string `json:"address"`
	// OtherAddresses are the ones that the name has besides. They were not asked,
	// and may answer otherwise.
	OtherAddresses []string `json:"otherAddresses,omitempty"`
	// SNI is the server name that was sent; "" is none.
	SNI string `json:"sni"`
	// NotTLS are the first bytes of an answer that is not TLS. The rest of the
	// report is then empty.
	NotTLS []byte `json:"notTLS,omitempty"`
	// Versions are all versions that were asked for, newest first, also those
	// that the origin does not speak.
	Versions []VersionReport `json:"versions"`
	// Certificates are the chains that the origin showed, one for each name and
	// kind of key.
	Certificates []Chain `json:"certificates,omitempty"`
	// WithoutSNI and WrongSNI are the answers to a hello without a name and to
	// one with a name that no origin can have.
	WithoutSNI NameAnswer `json:"withoutSNI"`
	WrongSNI   NameAnswer `json:"wrongSNI"`
	// ClientCertificateRequested says that the origin asks for one. In TLS 1.3
	// it is known where the rest of the flight could be decrypted.
	ClientCertificateRequested bool `json:"clientCertificateRequested"`
	// SessionIDs and SessionTickets say that the origin, in TLS 1.2 or older,
	// gave a session an id, or agreed to issue a ticket. Whether it resumes them
	// cannot be told without completing a handshake, which a scan never does.
	SessionIDs     bool `json:"sessionIDs"`
	SessionTickets bool `json:"sessionTickets"`
	// SecureRenegotiation, ExtendedMasterSecret and Compression say what it
	// agreed to in TLS 1.2 or older (RFC 5746, RFC 7627, RFC 3749).
	SecureRenegotiation  bool `json:"secureRenegotiation"`
	ExtendedMasterSecret bool `json:"extendedMasterSecret"`
	Compression          bool `json:"compression"`
	// Connections is how many were opened, Duration how long all of it took.
	Connections int           `json:"connections"`
	Duration    time.Duration `json:"duration"`
	// Limits say in sentences what cut the scan short; empty if nothing did.
	Limits []string `json:"limits,omitempty"`
}

// Whose order of suites counts.
const (
	PreferenceServer = "server"
	PreferenceClient = "client"
)

// VersionReport is what an origin accepts in one protocol version. The lists of
// names stand beside the lists of numbers, value for value.
type VersionReport struct {
	Version uint16 `json:"version"`
	Name    string `json:"name"`
	// Asked says that the origin answered the question; Spoken that it speaks
	// this version. Refusal is the alert of one that does not.
	Asked   bool           `json:"asked"`
	Spoken  bool           `json:"spoken"`
	Refusal *tlswire.Alert `json:"refusal,omitempty"`
	// Suites are the accepted suites, in the origin's order where Preference is
	// "server", else in the order in which the scan asks. Preference is "" where
	// there are fewer than two.
	Suites     []uint16 `json:"suites,omitempty"`
	SuiteNames []string `json:"suiteNames,omitempty"`
	Preference string   `json:"preference,omitempty"`
	// OrderInferred says that the origin's order was not seen for every neighbor
	// in Suites: there it is the one that servers usually have.
	OrderInferred bool `json:"orderInferred,omitempty"`
	// Groups are the accepted groups, the curves of ECDHE before TLS 1.3. TLS
	// 1.0 and 1.1 get those of TLS 1.2 where that is spoken: no stack is known
	// to tell them apart.
	Groups     []uint16 `json:"groups,omitempty"`
	GroupNames []string `json:"groupNames,omitempty"`
	// DHBits is the largest prime seen in a DHE key exchange; 0 is none.
	DHBits int `json:"dhBits,omitempty"`
	// Signatures are the schemes with which the origin signs its key exchange.
	// TLS 1.2 has all of them; TLS 1.3 only those that were seen; older versions
	// have no choice.
	Signatures     []uint16 `json:"signatures,omitempty"`
	SignatureNames []string `json:"signatureNames,omitempty"`
	// SuitesInferred are those of Suites that were not seen to be chosen in this
	// version, but in a newer one: the connections did not suffice, and no stack
	// is known to tell these versions apart.
	SuitesInferred []uint16 `json:"suitesInferred,omitempty"`
	// SuitesOpen are the suites of which the scan could not tell; none if
	// SuitesComplete.
	SuitesOpen []uint16 `json:"suitesOpen,omitempty"`
	// SuitesComplete, GroupsComplete and SignaturesComplete say that what is not
	// in the list is refused.
	SuitesComplete     bool `json:"suitesComplete"`
	GroupsComplete     bool `json:"groupsComplete"`
	SignaturesComplete bool `json:"signaturesComplete"`
}

// Chain is a chain of certificates as the origin sent it.
type Chain struct {
	// SNI is the name to which it was shown; "" is none.
	SNI string `json:"sni"`
	// KeyType is that of the first certificate: "RSA", "ECDSA", "Ed25519", or ""
	// for another one.
	KeyType string `json:"keyType"`
	// Version is the newest version in which it was seen.
	Version uint16 `json:"version"`
	// Chain is DER, in the order sent.
	Chain [][]byte `json:"chain"`
}

// NameAnswer is how an origin takes a hello with another name or none.
type NameAnswer struct {
	// Asked says that there was an answer at all.
	Asked bool `json:"asked"`
	// Accepted says that the handshake would have gone on.
	Accepted bool `json:"accepted"`
	// Alert is what came otherwise, or a warning beside it.
	Alert *tlswire.Alert `json:"alert,omitempty"`
}

// Version returns what was found of one version, nil if it is not spoken.
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

// Complete says that nothing cut the scan short.
func (r *Report) Complete() bool { return len(r.Limits) == 0 }

// compareChains orders chains: those for the origin's own name first, then by
// name, then by kind of key.
func compareChains(own string) func(a, b Chain) int {
	rank := func(c Chain) string {
		if c.SNI == own {
			return "0" + c.KeyType
		}
		return "1" + c.SNI + " " + c.KeyType
	}
	return func(a, b Chain) int { return strings.Compare(rank(a), rank(b)) }
}

// silentText says that connections ended in silence.
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
