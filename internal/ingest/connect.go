package ingest

import (
	"fmt"
	"net"
	"strconv"
	"strings"
)

// ParseConnect splits a --connect flag, DOMAIN[:PORT]=HOST:PORT or DOMAIN=dir:PATH (see
// [Folder]), and returns both sides in the form used by [Result.Connect]: the domain in
// lower case, without a trailing dot.
func ParseConnect(spec string) (from, to string, err error) {
	from, to, ok := strings.Cut(spec, "=")
	if !ok {
		return "", "", fmt.Errorf("%q is not DOMAIN[:PORT]=HOST:PORT", spec)
	}
	return connectEntry(from, to, samePath)
}

func samePath(path string) string { return path }

// connectEntry checks the two sides of an entry; path resolves its paths.
func connectEntry(from, to string, path func(string) string) (string, string, error) {
	if strings.HasPrefix(to, folderPrefix) {
		return folderEntry(from, to, path)
	}
	key, err := connectKey(from)
	if err != nil {
		return "", "", err
	}
	host, port, err := net.SplitHostPort(to)
	if err != nil || host == "" || !isPort(port) || strings.ContainsAny(host, "/@ ") {
		return "", "", fmt.Errorf("%q is not HOST:PORT%s", to, portMistake(port))
	}
	return key, net.JoinHostPort(host, port), nil
}

func connectKey(from string) (string, error) {
	domain, port := from, ""
	if isAddress(from) {
		return strings.ToLower(from), nil
	}
	if strings.Contains(from, ":") {
		var err error
		if domain, port, err = net.SplitHostPort(from); err != nil || !isPort(port) {
			return "", fmt.Errorf("%q is not DOMAIN or DOMAIN:PORT%s", from, portMistake(port))
		}
	}
	domain = strings.ToLower(strings.TrimSuffix(domain, "."))
	if domain == "" || strings.ContainsAny(domain, "/@ *") {
		return "", fmt.Errorf("%q is not DOMAIN or DOMAIN:PORT", from)
	}
	if port == "" {
		return domain, nil
	}
	return net.JoinHostPort(domain, port), nil
}

// portMistake explains what is wrong with a numeric port.
func portMistake(port string) string {
	if port == "" || strings.Trim(port, "0123456789") != "" || isPort(port) {
		return ""
	}
	return fmt.Sprintf(": the port %s is not one from 1 to 65535", port)
}

func isPort(s string) bool {
	n, err := strconv.ParseUint(s, 10, 16)
	return err == nil && n > 0
}
