package policy

import (
	_ "embed"
	"fmt"
	"net/netip"
	"strings"
)

// addressTable lists the addresses that are not reached over the internet, or not only:
// those of IANA's registries of special-purpose addresses for IPv4 and IPv6
// (https://www.iana.org/assignments/iana-ipv4-special-registry and
// iana-ipv6-special-registry, whose IPv6 part was last changed on 2025-10-09) and those at
// which clouds keep credentials. Blocks that the registries call globally reachable are
// listed only inside one that is not. Each row has its source. The narrowest row that
// contains an address counts.
//
//go:embed addresses.tsv
var addressTable string

// AddressKind is a kind of special address.
type AddressKind string

// The address kinds, spelled as in the table.
const (
	AddressPublic        AddressKind = "public"
	AddressPrivate       AddressKind = "private"
	AddressLoopback      AddressKind = "loopback"
	AddressUnspecified   AddressKind = "unspecified"
	AddressDocumentation AddressKind = "documentation"
	AddressReserved      AddressKind = "reserved"
	AddressLinkLocal     AddressKind = "link-local"
	AddressMetadata      AddressKind = "metadata"
)

// SpecialAddress is a row in the table of special addresses.
type SpecialAddress struct {
	Prefix netip.Prefix
	// Kind is what the addresses are; the word that says how they embed an IPv4
	// address where they do.
	Kind AddressKind
	// Name says what the addresses are for; Source says where that is documented.
	Name, Source string
}

var specialAddresses = parseAddresses(addressTable)

// SpecialAddresses returns the table. The result is shared: do not modify it.
func SpecialAddresses() []SpecialAddress { return specialAddresses }

func parseAddresses(table string) []SpecialAddress {
	var rows []SpecialAddress
	for i, line := range strings.Split(strings.TrimSpace(table), "\n") {
		columns := strings.Split(line, "\t")
		if len(columns) != 4 {
			panic(fmt.Sprintf("policy: addresses.tsv line %d has %d columns", i+1, len(columns)))
		}
		if i > 0 {
			rows = append(rows, SpecialAddress{netip.MustParsePrefix(columns[0]), AddressKind(columns[1]), columns[2], columns[3]})
		}
	}
	return rows
}

// severity orders kinds: if an address embeds another, the worse kind counts.
var severity = map[AddressKind]int{
	AddressPublic: 0, AddressDocumentation: 1, AddressReserved: 2, AddressPrivate: 3, AddressLoopback: 4, AddressUnspecified: 5,
	AddressLinkLocal: 6, AddressMetadata: 7,
}

// ClassifyAddress returns the kind and the name of an address. An IPv6 address
// that maps to an IPv4 address, as with translators and tunnels, is classified as
// that IPv4 address.
func ClassifyAddress(addr netip.Addr) (AddressKind, string) {
	addr = addr.WithZone("")
	if addr.Is4In6() {
		addr = addr.Unmap()
	}
	row := SpecialAddress{Kind: AddressPublic, Name: "public"}
	for _, r := range specialAddresses {
		if r.Prefix.Contains(addr) && (!row.Prefix.IsValid() || r.Prefix.Bits() > row.Prefix.Bits()) {
			row = r
		}
	}
	inner := embedded(row.Kind, addr)
	if _, plain := severity[row.Kind]; plain {
		inner = append(inner, isatap(addr)...)
	} else {
		row.Kind = AddressPublic
	}
	kind, name := row.Kind, row.Name
	for _, a := range inner {
		if k, n := ClassifyAddress(a); severity[k] > severity[kind] {
			kind, name = k, fmt.Sprintf("%s of %s, %s", row.Name, a, n)
		}
	}
	return kind, name
}

// embedded returns the IPv4 addresses that an IPv6 address may lead to, by the way in which
// its prefix embeds them.
func embedded(how AddressKind, addr netip.Addr) []netip.Addr {
	b := addr.As16()
	at := func(i, j, k, l int) netip.Addr { return netip.AddrFrom4([4]byte{b[i], b[j], b[k], b[l]}) }
	switch how {
	case "embeds-last":
		return []netip.Addr{at(12, 13, 14, 15)}
	case "embeds-6to4":
		return []netip.Addr{at(2, 3, 4, 5)}
	case "embeds-teredo": // the server, and the client's own with all bits inverted
		return []netip.Addr{at(4, 5, 6, 7), netip.AddrFrom4([4]byte{^b[12], ^b[13], ^b[14], ^b[15]})}
	case "embeds-6052": // RFC 6052 section 2.2: by the length of the operator's prefix
		return []netip.Addr{at(6, 7, 9, 10), at(7, 9, 10, 11), at(9, 10, 11, 12), at(12, 13, 14, 15)}
	}
	return nil
}

// isatap returns the IPv4 address of an ISATAP interface identifier, which can
// follow any prefix (RFC 5214 section 6.1).
func isatap(addr netip.Addr) []netip.Addr {
	if !addr.Is6() {
		return nil
	}
	b := addr.As16()
	if b[8]&^0x03 != 0 || b[9] != 0 || b[10] != 0x5e || b[11] != 0xfe {
		return nil
	}
	return []netip.Addr{netip.AddrFrom4([4]byte(b[12:]))}
}

// JudgeAddress judges an address that an origin's name resolved to. CloudFront
// reaches only public addresses. A private address passes with a warning, because
// container networks need it. A link-local address, or one at which a cloud
// serves credentials, is refused unless it is mapped explicitly.
func JudgeAddress(host string, addr netip.Addr) Finding {
	kind, name := ClassifyAddress(addr)
	f := Finding{
		Rule: "CF-CONN-10", Verdict: Warn, Subject: fmt.Sprintf("%s (%s)", host, addr),
		Expected: "an address that CloudFront can reach over the internet",
		Hint:     "give the origin a public name and address before deploying, or use a VPC origin",
	}
	switch kind {
	case AddressPublic, AddressDocumentation: // a documentation address stands for a public one
		f.Verdict, f.Observed, f.Hint = Pass, "public address", ""
	case AddressLinkLocal, AddressMetadata:
		f.Verdict, f.Cause = Fail, CauseConnectTimeout
		f.Observed = string(kind) + " address (" + name + "), which is not dialed"
		f.Hint = "if this address is really meant, map it: --connect " + host + "=ADDRESS:PORT"
	case AddressPrivate:
		f.Observed = "private address (" + name + "): reached here, but CloudFront could not and would answer 504"
	default:
		f.Observed = string(kind) + " address (" + name + "): dialed here, but CloudFront could not reach it"
	}
	return f
}
