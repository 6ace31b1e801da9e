package ingest

import (
	"fmt"
	"net"
	"slices"
	"strings"
	"time"
)

// key is one key of the overlay: the name of a flag and what it sets.
type key struct {
	name string
	set  func(r *overlayReader, n *node) error
}

// overlayKeys returns the keys in the order in which help lists them.
func overlayKeys() []key {
	return []key{
		{"distribution", func(r *overlayReader, n *node) error {
			r.distribution = n
			if n.kind != kindObject && n.kind != kindString || n.kind == kindString && n.text == "" {
				return fmt.Errorf("is %s, want a path or a mapping", n.kind)
			}
			return nil
		}},
		{"origin", func(r *overlayReader, n *node) error { return word(n, &r.origin.URL) }},
		{"forward-host", func(r *overlayReader, n *node) error { return flag(n, &r.origin.ForwardHost) }},
		{"origin-ssl-protocols", func(r *overlayReader, n *node) error { return words(n, &r.origin.SSLProtocols) }},
		{"origin-connection-attempts", func(r *overlayReader, n *node) error { return number(n, &r.origin.ConnectionAttempts) }},
		{"origin-connection-timeout", func(r *overlayReader, n *node) error { return number(n, &r.origin.ConnectionTimeout) }},
		{"origin-read-timeout", func(r *overlayReader, n *node) error { return number(n, &r.origin.ReadTimeout) }},
		{"origin-keepalive-timeout", func(r *overlayReader, n *node) error { return number(n, &r.origin.KeepaliveTimeout) }},
		{"origin-path", func(r *overlayReader, n *node) error { return word(n, &r.origin.Path) }},
		{"connect", (*overlayReader).setConnect},
		{"trust", (*overlayReader).setTrust},
		{"origin-ca", (*overlayReader).setTrust},
		{"listen", func(r *overlayReader, n *node) error { return address(n, &r.overlay.Listen) }},
		{"listen-tls", func(r *overlayReader, n *node) error { return address(n, &r.overlay.ListenTLS) }},
		{"inspect", func(r *overlayReader, n *node) error { return address(n, &r.overlay.Inspect) }},
		{"inspect-host", func(r *overlayReader, n *node) error { return words(n, &r.overlay.InspectHosts) }},
		{"record", (*overlayReader).setRecord},
		{"keep", func(r *overlayReader, n *node) error { return scalar(n, &r.overlay.Keep) }},
		{"keep-for", func(r *overlayReader, n *node) error { return scalar(n, &r.overlay.KeepFor) }},
		{"keep-size", func(r *overlayReader, n *node) error { return scalar(n, &r.overlay.KeepSize) }},
		{"edge-name", func(r *overlayReader, n *node) error { return word(n, &r.overlay.EdgeName) }},
		{"redact-query", func(r *overlayReader, n *node) error { return words(n, &r.overlay.RedactQuery) }},
		{"policy", (*overlayReader).setPolicy},
		{"at", (*overlayReader).setAt},
		{"parameter", (*overlayReader).setParameters},
		{"policies", (*overlayReader).setPolicies},
		{"geography", (*overlayReader).setGeography},
		{"tls13", func(r *overlayReader, n *node) error { return oneOf(n, &r.overlay.TLS13, "auto", "forbid") }},
		{"client-certificate", func(r *overlayReader, n *node) error { return r.file(n, &r.overlay.ClientCertificate) }},
		{"client-key", func(r *overlayReader, n *node) error { return r.file(n, &r.overlay.ClientKey) }},
		{"client_certificate", (*overlayReader).setClientCertificate},
		{"host-name-check", func(r *overlayReader, n *node) error {
			return oneOf(n, &r.overlay.HostNameCheck, "either", "host", "either-wide", "host-wide")
		}},
		{"superfluous-certificates", func(r *overlayReader, n *node) error {
			return oneOf(n, &r.overlay.SuperfluousCertificates, "allow", "refuse")
		}},
		{"sha1-signatures", func(r *overlayReader, n *node) error {
			return oneOf(n, &r.overlay.SHA1Signatures, "allow", "refuse")
		}},
		{"tls-key-log", func(r *overlayReader, n *node) error { return r.file(n, &r.overlay.TLSKeyLog) }},
		{"fault", func(r *overlayReader, n *node) error { return words(n, &r.overlay.Faults) }},
		{"faithful", func(r *overlayReader, n *node) error { return optional(n, &r.overlay.Faithful) }},
		{"forward-others", func(r *overlayReader, n *node) error { return optional(n, &r.overlay.ForwardOthers) }},
		{"error-caching", func(r *overlayReader, n *node) error { return optional(n, &r.overlay.ErrorCaching) }},
		{"keep-secrets", func(r *overlayReader, n *node) error { return optional(n, &r.overlay.KeepSecrets) }},
		{"body-limit", func(r *overlayReader, n *node) error { return scalar(n, &r.overlay.BodyLimit) }},
		{"state", func(r *overlayReader, n *node) error { return r.file(n, &r.overlay.State) }},
		{"ready-file", func(r *overlayReader, n *node) error { return r.file(n, &r.overlay.ReadyFile) }},
		{"log-level", func(r *overlayReader, n *node) error { return word(n, &r.overlay.LogLevel) }},
		{"log-format", func(r *overlayReader, n *node) error { return word(n, &r.overlay.LogFormat) }},
	}
}

// overlayKey returns the key with this name, or nil.
func overlayKey(name string) *key {
	for _, k := range overlayKeys() {
		if k.name == name {
			return &k
		}
	}
	return nil
}

func overlayNames() []string {
	keys := overlayKeys()
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = k.name
	}
	return names
}

func (r *overlayReader) setConnect(n *node) error {
	if n.kind != kindObject {
		return fmt.Errorf("is %s, want a mapping of DOMAIN[:PORT] to HOST:PORT", n.kind)
	}
	for _, f := range n.fields {
		var to string
		if err := word(f.value, &to); err != nil {
			return &entryError{f.line, fmt.Errorf("%q %w", f.name, err)}
		}
		from, to, err := connectEntry(f.name, to)
		if err != nil {
			return &entryError{f.line, err}
		}
		r.connect[from] = to
	}
	return nil
}

func (r *overlayReader) setTrust(n *node) error {
	var files []string
	if err := words(n, &files); err != nil {
		return err
	}
	for _, f := range files {
		r.overlay.Trust = append(r.overlay.Trust, r.path(f))
	}
	return nil
}

func (r *overlayReader) setRecord(n *node) error {
	if err := word(n, &r.overlay.Record); err != nil {
		return err
	}
	if r.overlay.Record != "off" && r.overlay.Record != "memory" && !strings.Contains(r.overlay.Record, "://") {
		r.overlay.Record = r.path(r.overlay.Record)
	}
	return nil
}

func (r *overlayReader) setPolicy(n *node) error {
	if err := word(n, &r.overlay.Policy); err != nil {
		return err
	}
	if _, err := time.Parse(time.DateOnly, r.overlay.Policy); err != nil && r.overlay.Policy != "current" {
		return fmt.Errorf(`%q is not "current" or a date like 2026-11-22`, r.overlay.Policy)
	}
	return nil
}

func (r *overlayReader) setAt(n *node) error {
	if err := word(n, &r.overlay.At); err != nil {
		return err
	}
	if _, err := time.Parse(time.RFC3339, r.overlay.At); err != nil {
		return fmt.Errorf("%q is not a time like 2026-11-22T12:00:00Z (RFC 3339)", r.overlay.At)
	}
	return nil
}

// setClientCertificate reads the mapping form of the client certificate, which
// can also say which origins it is for.
func (r *overlayReader) setClientCertificate(n *node) error {
	if n.kind != kindObject {
		return fmt.Errorf("is %s, want a mapping of certificate, key and perhaps origins", n.kind)
	}
	for _, f := range n.fields {
		var err error
		switch f.name {
		case "certificate":
			err = r.file(f.value, &r.overlay.ClientCertificate)
		case "key":
			err = r.file(f.value, &r.overlay.ClientKey)
		case "origins":
			err = words(f.value, &r.overlay.ClientCertificateOrigins)
		default:
			err = fmt.Errorf("is not one of certificate, key, origins")
		}
		if err != nil {
			return &entryError{f.line, fmt.Errorf("%q %w", f.name, err)}
		}
	}
	return nil
}

func (r *overlayReader) setParameters(n *node) error {
	if n.kind != kindObject {
		return fmt.Errorf("is %s, want a mapping of names to values", n.kind)
	}
	r.overlay.Parameters = map[string]string{}
	for _, f := range n.fields {
		var value string
		if err := scalar(f.value, &value); err != nil {
			return &entryError{f.line, fmt.Errorf("%q %w", f.name, err)}
		}
		r.overlay.Parameters[f.name] = value
	}
	return nil
}

func (r *overlayReader) file(n *node, to *string) error {
	if err := word(n, to); err != nil {
		return err
	}
	*to = r.path(*to)
	return nil
}

// oneOf reads one of a few words.
func oneOf(n *node, to *string, allowed ...string) error {
	if err := word(n, to); err != nil {
		return err
	}
	if !slices.Contains(allowed, *to) {
		return fmt.Errorf("%q is not one of %s", *to, strings.Join(allowed, ", "))
	}
	return nil
}

// word reads a string that is not empty.
func word(n *node, to *string) error {
	if n.kind != kindString {
		return fmt.Errorf("is %s, want a string", n.kind)
	}
	if n.text == "" {
		return fmt.Errorf("is empty")
	}
	*to = n.text
	return nil
}

// scalar reads a string, a number or a boolean as text.
func scalar(n *node, to *string) error {
	if n.kind == kindList || n.kind == kindObject || n.kind == kindNull {
		return fmt.Errorf("is %s, want a string", n.kind)
	}
	*to = n.text
	return nil
}

// words reads a list of strings, or a string with commas.
func words(n *node, to *[]string) error {
	if n.kind == kindString {
		for s := range strings.SplitSeq(n.text, ",") {
			*to = append(*to, strings.TrimSpace(s))
		}
		return nil
	}
	if n.kind != kindList {
		return fmt.Errorf("is %s, want a list of strings", n.kind)
	}
	for _, item := range n.items {
		var s string
		if err := word(item, &s); err != nil {
			return fmt.Errorf("an item %w", err)
		}
		*to = append(*to, s)
	}
	return nil
}

func flag(n *node, to *bool) error {
	if n.kind != kindBool {
		return fmt.Errorf("is %s, want true or false", n.kind)
	}
	*to = n.text == "true"
	return nil
}

func optional(n *node, to **bool) error {
	var b bool
	if err := flag(n, &b); err != nil {
		return err
	}
	*to = &b
	return nil
}

func number(n *node, to **int) error {
	i, ok := n.integer()
	if !ok {
		return fmt.Errorf("%q is not a whole number", n.show())
	}
	v := int(i)
	*to = &v
	return nil
}

func address(n *node, to *string) error {
	if err := word(n, to); err != nil {
		return err
	}
	if _, _, err := net.SplitHostPort(*to); err != nil {
		return fmt.Errorf("%q is not HOST:PORT", *to)
	}
	return nil
}
