package main

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
)

// checkInspectHost rejects anything but a single name. A name with a wildcard would admit a
// foreign page whose own name points here (DNS rebinding).
func checkInspectHost(name string) error {
	mistake := ""
	switch host, _, err := net.SplitHostPort(name); {
	case name == "":
		mistake = "is empty"
	case strings.Contains(name, "*"):
		mistake = "has a wildcard: a page under any such name could read the recordings"
	case err == nil:
		mistake = fmt.Sprintf("has a port, which does not count: write %q", host)
	case !isHostName(name):
		mistake = "is neither a host name nor an IP address"
	default:
		return nil
	}
	return usage{err: fmt.Errorf("--inspect-host %q %s", name, mistake), hint: "give one name as clients write it, e.g. --inspect-host edge, and repeat the flag for more"}
}

// isHostName reports whether a text is a host name, as in compose networks, which may have
// underscores, or an IP address.
func isHostName(name string) bool {
	if _, err := netip.ParseAddr(name); err == nil {
		return true
	}
	for label := range strings.SplitSeq(strings.TrimSuffix(name, "."), ".") {
		if label == "" || len(label) > 63 || strings.Trim(strings.ToLower(label), "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return false
		}
	}
	return len(name) <= 253
}
