package inspector

import (
	"net"
	"net/netip"
	"slices"
	"strings"
)

// hosts decides which Hosts are allowed. A browser directed here by a foreign name (DNS
// rebinding) sends that name, and is refused.
type hosts struct {
	// names are allowed in addition to localhost, in lower case.
	names []string
	// everyAddress means that the listener is on all addresses of the machine: then any IP
	// address is allowed, as no one can point a foreign one here.
	everyAddress bool
}

// newHosts takes the listening address and further names.
func newHosts(listen string, further []string) hosts {
	var h hosts
	for _, name := range further {
		h.names = append(h.names, strings.ToLower(bareHost(name)))
	}
	if listen == "" {
		return h
	}
	host := strings.ToLower(bareHost(listen))
	addr, err := netip.ParseAddr(host)
	if host == "" || err == nil && addr.Unmap().IsUnspecified() {
		h.everyAddress = true
		return h
	}
	h.names = append(h.names, host)
	return h
}

// allow reports whether a request with this Host is served.
func (h *hosts) allow(hostPort string) bool {
	host := strings.ToLower(strings.TrimSuffix(bareHost(hostPort), "."))
	if host == "" {
		return false
	}
	if host == "localhost" || strings.HasSuffix(host, ".localhost") || slices.Contains(h.names, host) {
		return true
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	return h.everyAddress || addr.Unmap().IsLoopback()
}

// bareHost returns a host without its port and the brackets of IPv6.
func bareHost(hostPort string) string {
	if host, _, err := net.SplitHostPort(hostPort); err == nil {
		return host
	}
	return strings.TrimSuffix(strings.TrimPrefix(hostPort, "["), "]")
}
