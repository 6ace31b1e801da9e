package tlslegacy

import "fmt"

// Reason is what a server did that the protocol does not allow, or that this client
// refuses.
type Reason int

// The reasons. New ones are only added at the end.
const (
	// ReasonUnknown is not a reason; no error has it.
	ReasonUnknown Reason = iota
	// ReasonNotTLS is a server whose first bytes are not a TLS record; Evidence has them.
	ReasonNotTLS
	// ReasonUnofferedVersion is a version outside the set of the config; Value
	// is the version.
	ReasonUnofferedVersion
	// ReasonUnofferedSuite is a suite that was not offered; Value is the suite.
	ReasonUnofferedSuite
	// ReasonSuiteVersion is an offered suite that is not defined for the
	// version that the server chose; Value is the suite.
	ReasonSuiteVersion
	// ReasonUnofferedGroup is a group that was not offered, or parameters that
	// are not a named group; Value is the group.
	ReasonUnofferedGroup
	// ReasonUnofferedSignature is a signature scheme that was not offered;
	// Value is the scheme.
	ReasonUnofferedSignature
	// ReasonUnofferedCompression is a compression other than none.
	ReasonUnofferedCompression
	// ReasonBadCertificate is a leaf that cannot be parsed, or no certificate.
	ReasonBadCertificate
	// ReasonCertificateKey is a leaf whose key does not fit the suite, or is of a kind or
	// size that this client cannot use.
	ReasonCertificateKey
	// ReasonBadSignature is a key exchange that was not signed with the leaf's key.
	ReasonBadSignature
	// ReasonBadKeyShare is a key share that is not a point of its group; Value is
	// the group.
	ReasonBadKeyShare
	// ReasonBadFinished is a Finished that does not confirm the handshake.
	ReasonBadFinished
	// ReasonBadRecord is a record that does not decrypt, or has a wrong MAC or padding;
	// these are deliberately not distinguished.
	ReasonBadRecord
	// ReasonRecordVersion is a record with a version other than the negotiated one; Value
	// is the version.
	ReasonRecordVersion
	// ReasonOversize is a record, a message or a handshake over its limit.
	ReasonOversize
	// ReasonMalformed is a message that cannot be read.
	ReasonMalformed
	// ReasonUnexpectedMessage is a message or a record out of order.
	ReasonUnexpectedMessage
	// ReasonTooManyUseless is too many empty records and warnings in a row.
	ReasonTooManyUseless
	// ReasonRenegotiation is a server that insists on a new handshake.
	ReasonRenegotiation
	// ReasonSecureRenegotiation is a renegotiation_info that belongs to
	// another handshake (RFC 5746 section 3.4).
	ReasonSecureRenegotiation
	// ReasonNoSharedSignature is a certificate request for which the config and the
	// client's key have no signature scheme.
	ReasonNoSharedSignature
	// ReasonUnofferedExtension is an extension of the ServerHello that was not in the
	// hello; Value is its number.
	ReasonUnofferedExtension
)

var reasons = map[Reason]string{
	ReasonUnknown:              "unknown",
	ReasonNotTLS:               "not TLS",
	ReasonUnofferedVersion:     "unoffered version",
	ReasonUnofferedSuite:       "unoffered suite",
	ReasonSuiteVersion:         "suite not for this version",
	ReasonUnofferedGroup:       "unoffered group",
	ReasonUnofferedSignature:   "unoffered signature scheme",
	ReasonUnofferedCompression: "unoffered compression",
	ReasonBadCertificate:       "bad certificate",
	ReasonCertificateKey:       "unfit certificate key",
	ReasonBadSignature:         "bad signature",
	ReasonBadKeyShare:          "bad key share",
	ReasonBadFinished:          "bad finished",
	ReasonBadRecord:            "bad record",
	ReasonRecordVersion:        "wrong record version",
	ReasonOversize:             "oversize",
	ReasonMalformed:            "malformed",
	ReasonUnexpectedMessage:    "unexpected message",
	ReasonTooManyUseless:       "too many useless records",
	ReasonRenegotiation:        "renegotiation",
	ReasonSecureRenegotiation:  "bad renegotiation info",
	ReasonNoSharedSignature:    "no shared client signature scheme",
	ReasonUnofferedExtension:   "unoffered extension",
}

// String returns a short name of the reason, e.g. "unoffered suite".
func (r Reason) String() string {
	if name, ok := reasons[r]; ok {
		return name
	}
	return fmt.Sprintf("Reason(%d)", int(r))
}

// ProtocolError is what a server did wrong.
type ProtocolError struct {
	// Reason is the kind of mistake.
	Reason Reason
	// Detail describes it for people; it is never empty.
	Detail string
	// Value is the version, suite, group or signature scheme that the Reason is about; 0 if
	// it is about none.
	Value uint16
	// Evidence holds the first bytes that the server sent, at most tlswire.MaxNotTLS, if
	// they are not TLS.
	Evidence []byte
	// Alert is the description of the fatal alert sent to the server; 0 if none is sent.
	Alert uint8
	// Err is the underlying error, nil if there is none.
	Err error
}

// Error returns the reason and the detail.
func (e *ProtocolError) Error() string {
	text := "TLS: " + e.Reason.String()
	if e.Detail != "" {
		text += ": " + e.Detail
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap returns Err.
func (e *ProtocolError) Unwrap() error { return e.Err }

// malformed is the error for an unreadable message.
func malformed(message string) error {
	return &ProtocolError{Reason: ReasonMalformed, Detail: "the " + message + " cannot be read", Alert: alertDecodeError}
}

// unexpected is the error for something out of turn.
func unexpected(format string, args ...any) error {
	return &ProtocolError{Reason: ReasonUnexpectedMessage, Detail: fmt.Sprintf(format, args...), Alert: alertUnexpectedMessage}
}
