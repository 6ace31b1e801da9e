package policy

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/edgesim/edgesim/distribution"
)

// OriginChange is a call with which a function selected where its request goes
// (CF-MOD-01). Zero values mean that the function omitted that part, which keeps
// the assigned origin's own setting (CF-MOD-04).
type OriginChange struct {
	// Method is the name of the call, and Args are its arguments as plain JSON
	// values.
	Method string
	Args   []any
	// Update is set by updateRequestOrigin.
	Update *OriginUpdate
	// Members are the origins of selectRequestOriginById (one) or
	// createRequestOriginGroup (two, the primary first).
	Members []OriginMember
	// StatusCodes are the group's status codes on which the edge tries the second
	// origin (CF-MOD-40).
	StatusCodes []int
	// Quality says that the group selects by media quality (CF-MOD-41), which is not
	// simulated.
	Quality bool
}

// The calls that change the origin.
const (
	UpdateRequestOrigin      = "updateRequestOrigin"
	SelectRequestOriginByID  = "selectRequestOriginById"
	CreateRequestOriginGroup = "createRequestOriginGroup"
)

// OriginMember is an origin of the distribution, with the settings overridden on
// it.
type OriginMember struct {
	ID string
	OriginNames
}

// OriginNames are the names that a function gives an origin (CF-MOD-08 to
// CF-MOD-10, CF-MOD-36); "" and nil if omitted.
type OriginNames struct {
	HostHeader, SNI         string
	AllowedCertificateNames []string
}

// OriginUpdate holds the parameters of updateRequestOrigin; omitted ones are nil.
type OriginUpdate struct {
	OriginNames
	DomainName         string
	OriginPath         *string
	CustomHeaders      []distribution.Header // if given, not nil but perhaps empty (CF-MOD-15)
	ConnectionAttempts int
	ReadTimeout        time.Duration
	CompletionTimeout  time.Duration
	KeepaliveTimeout   time.Duration
	ConnectionTimeout  time.Duration
	Custom             *CustomOriginChange
	// AccessControl is originAccessControlConfig (CF-MOD-19): nil if omitted,
	// without a type if not enabled.
	AccessControl *distribution.OriginAccessControl
	// MTLSOff says that no client certificate is sent (CF-MOD-33).
	MTLSOff bool
}

// CustomOriginChange is customOriginConfig (CF-MOD-27).
type CustomOriginChange struct {
	Port          int
	HTTPS         bool
	SSLProtocols  []distribution.SSLProtocol
	IPAddressType distribution.IPAddressType
}

// OriginChoice is the origin for one request, with a function's changes to it.
type OriginChoice struct {
	// Origin is the distribution's own origin, or a modified copy of it.
	Origin *distribution.Origin
	// Changed says that Origin is a copy for this request only.
	Changed bool
	// Host is the Host to send, overriding the policies; "" keeps theirs.
	Host string
	// SNI is the server name to send; "" means that of Host.
	SNI string
	// Names are the names that the certificate may have; nil means the default.
	Names AcceptedNames
	// NoClientCertificate says that origin mTLS is disabled (CF-MTLS-09).
	NoClientCertificate bool
}

// ChooseOrigins returns where a request goes after a function changed its origin:
// the choices in the order in which they are tried, and the group that says when
// to try the second. assigned and group are those of the behavior. The list of
// assigned is not modified.
func ChooseOrigins(d *distribution.Distribution, change *OriginChange, assigned []*distribution.Origin, group *distribution.OriginGroup) ([]OriginChoice, *distribution.OriginGroup, *FunctionFault) {
	choices := make([]OriginChoice, len(assigned))
	for i, o := range assigned {
		choices[i].Origin = o
	}
	if change == nil {
		return choices, group, nil
	}
	if change.Update != nil { // only the primary, if it is a group (CF-MOD-31)
		changed, fault := updateOrigin(assigned[0], change.Update)
		if fault != nil {
			return nil, nil, fault
		}
		choices[0] = changed
		return choices, group, nil
	}
	choices = choices[:0]
	for _, m := range change.Members {
		o, ok := d.Origin(m.ID)
		if !ok { // the consequence is not published (CF-MOD-38)
			return nil, nil, originFault("CF-MOD-38", "the distribution has no origin with the id %q", m.ID)
		}
		choice, fault := nameOrigin(OriginChoice{Origin: o}, m.OriginNames, "")
		if fault == nil && change.Method == CreateRequestOriginGroup && m.HostHeader != "" && o.Kind == distribution.OriginS3 {
			fault = originFault("CF-MOD-12", "originOverrides.hostHeader for the S3 origin %q", m.ID)
			fault.Inferred = false
		}
		if fault != nil {
			return nil, nil, fault
		}
		choices = append(choices, choice)
	}
	if len(choices) == 1 {
		return choices, nil, nil
	}
	return choices, &distribution.OriginGroup{
		ID: "createRequestOriginGroup", Members: []string{change.Members[0].ID, change.Members[1].ID}, StatusCodes: change.StatusCodes,
	}, nil
}

// updateOrigin returns the assigned origin with the changes of updateRequestOrigin.
func updateOrigin(assigned *distribution.Origin, u *OriginUpdate) (OriginChoice, *FunctionFault) {
	if assigned.VPC != nil {
		fault := originFault("CF-VPC-03", "updateRequestOrigin does not work on a VPC origin, and %q is one: choose it with selectRequestOriginById", assigned.ID)
		fault.Inferred = false // except for the status (CF-MOD-32)
		return OriginChoice{}, fault
	}
	o := *assigned
	choice := OriginChoice{Origin: &o, Changed: true, NoClientCertificate: u.MTLSOff}
	if u.DomainName != "" {
		o.DomainName = u.DomainName
		if o.Kind == distribution.OriginS3 != IsS3Domain(u.DomainName) {
			o.Kind = originKindOf(u.DomainName)
			customDefaults(&o)
		}
	}
	if u.OriginPath != nil {
		o.Path = *u.OriginPath
	}
	if u.CustomHeaders != nil {
		o.CustomHeaders = u.CustomHeaders
	}
	setInt(&o.ConnectionAttempts, u.ConnectionAttempts)
	setDuration(&o.ResponseTimeout, u.ReadTimeout)
	setDuration(&o.ResponseCompletionTimeout, u.CompletionTimeout)
	setDuration(&o.KeepaliveTimeout, u.KeepaliveTimeout)
	setDuration(&o.ConnectionTimeout, u.ConnectionTimeout)
	if o.ResponseCompletionTimeout != 0 && o.ResponseCompletionTimeout < o.ResponseTimeout {
		return choice, originFault("CF-MOD-24", "timeouts.responseCompletionTimeout is less than the read timeout")
	}
	if c := u.Custom; c != nil && o.Kind != distribution.OriginS3 { // ignored for a bucket (CF-MOD-28)
		o.ProtocolPolicy, o.HTTPPort = distribution.OriginHTTPOnly, c.Port
		if c.HTTPS {
			o.ProtocolPolicy, o.HTTPPort, o.HTTPSPort = distribution.OriginHTTPSOnly, assigned.HTTPPort, c.Port
		}
		o.SSLProtocols = c.SSLProtocols
		if c.IPAddressType != "" {
			o.IPAddressType = c.IPAddressType
		}
	}
	if a := u.AccessControl; a != nil {
		o.AccessControl, o.AccessControlID = nil, ""
		if a.OriginType != "" {
			o.AccessControl = a
		}
	}
	if u.HostHeader != "" && o.AccessControl != nil && o.AccessControl.SigningBehavior != "never" {
		fault := originFault("CF-MOD-11", "hostHeader cannot be set for an origin with origin access control: pass originAccessControlConfig: {enabled: false}")
		fault.Inferred = false
		return choice, fault
	}
	return nameOrigin(choice, u.OriginNames, u.DomainName)
}

// nameOrigin sets an origin's Host, SNI and accepted names: each missing one falls back to
// the one before it (CF-NAME-06 to CF-NAME-09). domain is the domainName of the call, "" if
// there is none.
func nameOrigin(choice OriginChoice, n OriginNames, domain string) (OriginChoice, *FunctionFault) {
	choice.Host = cmp.Or(n.HostHeader, domain)
	choice.SNI = cmp.Or(n.SNI, choice.Host)
	if n.AllowedCertificateNames != nil {
		choice.Names = n.AllowedCertificateNames // instead of all others (CF-NAME-08)
		return choice, nil
	}
	if choice.SNI == "" {
		return choice, nil
	}
	// Which names the certificate may have is documented only for allowedCertificateNames.
	// That the names sent count besides the domain's is inferred from CF-NAME-02.
	for _, name := range []string{choice.Origin.DomainName, choice.Host, choice.SNI} {
		if name = hostName(name); name != "" && !slices.Contains(choice.Names, name) {
			choice.Names = append(choice.Names, name)
		}
	}
	return choice, nil
}

// IsS3Domain reports whether a domain name is that of a bucket, but not of a
// website endpoint.
func IsS3Domain(name string) bool { return s3Domain.MatchString(canonicalName(name)) }

func originKindOf(domain string) distribution.OriginKind {
	if IsS3Domain(domain) {
		return distribution.OriginS3
	}
	return distribution.OriginCustom
}

// customDefaults fills in what a custom origin needs and a bucket lacks. A function that
// turns one into the other gives customOriginConfig (CF-MOD-05); if it does not, HTTPS on
// port 443 has been observed.
func customDefaults(o *distribution.Origin) {
	if o.Kind == distribution.OriginS3 {
		return
	}
	if o.ProtocolPolicy == "" || len(o.SSLProtocols) == 0 {
		o.ProtocolPolicy, o.HTTPPort, o.HTTPSPort = distribution.OriginHTTPSOnly, 80, 443
		o.SSLProtocols = []distribution.SSLProtocol{distribution.TLSv12}
	}
}

func setInt(to *int, n int) {
	if n != 0 {
		*to = n
	}
}

func setDuration(to *time.Duration, d time.Duration) {
	if d != 0 {
		*to = d
	}
}

// OriginChanges returns what a call changed about where a request goes.
func OriginChanges(by string, change *OriginChange, assigned *distribution.Origin, choices []OriginChoice) []Change {
	var list []Change
	note := func(field, from, to string, rule RuleID) {
		if from != to {
			list = append(list, Change{Leg: LegRequest, Field: field, Kind: kindOf(from != "", to != ""), From: from, To: to, By: by, Rule: rule})
		}
	}
	first := choices[0]
	if change.Update == nil {
		from, to := assigned.ID, first.Origin.ID
		if len(choices) > 1 {
			to += ", " + choices[1].Origin.ID
		}
		note("origin", from, to, "CF-MOD-35")
	} else {
		note("origin", assigned.DomainName, first.Origin.DomainName, "CF-MOD-03")
	}
	if first.Host != "" {
		note("Host", "", first.Host, "CF-NAME-07")
	}
	if first.SNI != "" && first.SNI != first.Host {
		note("sni", "", first.SNI, "CF-NAME-06")
	}
	return list
}

// ReplaceCustomHeaders replaces the custom headers of the assigned origin with
// those of another.
func ReplaceCustomHeaders(fields []Field, old, now []distribution.Header) []Field {
	kept := fields[:0:0]
	for _, f := range fields {
		if !slices.ContainsFunc(old, func(h distribution.Header) bool { return strings.EqualFold(h.Name, f.Name) && h.Value == f.Value }) {
			kept = append(kept, f)
		}
	}
	return withCustomHeaders(kept, now, nil)
}
