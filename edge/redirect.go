package edge

import (
	"net"
	"net/netip"
	"strconv"
	"strings"

	"github.com/edgesim/edgesim/policy"
)

// Listeners holds the addresses, IP:PORT, at which viewers reach an edge; "" for a
// protocol without a listener.
type Listeners struct {
	HTTP, HTTPS string
}

// redirect sends the viewer to HTTPS (CF-ERR-29, CF-ERR-30): to the same Host, as
// CloudFront does, unless that is a listener of this edge.
func (e *Edge) redirect(x *exchange, v *ViewerRequest, status int) *Response {
	x.exchange.ResultType = "Redirect"
	r := e.generated(x, v, status, cacheRedirect, policy.RedirectPage(status))
	host, hint := v.Host, ""
	if v.Form != FormAbsolute && v.Form != FormConnect { // otherwise the edge is its proxy, and gets what follows
		host, hint = e.Listeners.secure(v.Host)
	}
	r.Header["Location"] = []string{"https://" + host + v.URI}
	if strings.HasPrefix(v.Proto, "HTTP/1") {
		r.Header["Connection"] = connection(r.Close)
	}
	if hint != "" {
		x.hint = hint
	}
	e.explain(x, r.Header)
	return x.answer(r)
}

// secure returns the host and port to redirect a viewer that asked for host to, and a hint
// if they do not lead to this edge. CloudFront's ports are 80 and 443; a Host with the port
// of the HTTP listener means that listener, whose counterpart is the HTTPS listener.
func (l Listeners) secure(host string) (redirected, hint string) {
	name, port, err := net.SplitHostPort(host)
	named := err == nil
	if !named {
		name, port = strings.Trim(host, "[]"), "80"
	}
	ip, _ := netip.ParseAddr(name)
	here := ip.IsValid() || strings.EqualFold(name, "localhost")
	_, plain, _ := net.SplitHostPort(l.HTTP)
	at, securePort, err := net.SplitHostPort(l.HTTPS)
	switch {
	case plain == "": // the listener's address is unknown
		return host, ""
	case err != nil && port == plain:
		return host, "nothing listens for HTTPS here: start the edge with --listen-tls"
	case err != nil:
		return host, "nothing listens for HTTPS here, and the viewer leaves the edge: start it with --listen-tls"
	case port != plain || !here && !named:
		if securePort == "443" && !named {
			return host, "" // if the name leads here for HTTP, it does for HTTPS
		}
		leaving := "443"
		if _, err := strconv.ParseUint(port, 10, 16); named && err == nil {
			leaving = port
		}
		return host, "the Location is CloudFront's own, and leaves this edge, which has HTTPS at https://" + reachable(l.HTTPS) +
			": follow it with curl -L --connect-to :" + leaving + ":" + reachable(l.HTTPS)
	}
	if listener, err := netip.ParseAddr(at); here && err == nil && !listener.IsUnspecified() && (ip.IsValid() && ip != listener || !ip.IsValid() && !listener.IsLoopback()) {
		name = at // HTTPS listens at one address, and the viewer used another
	}
	if securePort != "443" {
		return net.JoinHostPort(name, securePort), ""
	}
	if strings.Contains(name, ":") {
		name = "[" + name + "]"
	}
	return name, ""
}

// reachable returns the address of a listener as reached from the same machine: loopback if
// it listens on every interface.
func reachable(address string) string {
	host, port, _ := net.SplitHostPort(address)
	if ip, err := netip.ParseAddr(host); err == nil && ip.IsUnspecified() {
		return net.JoinHostPort("127.0.0.1", port)
	}
	return address
}
