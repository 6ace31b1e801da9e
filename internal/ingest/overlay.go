package ingest

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"strings"

	"github.com/edgesim/edgesim/distribution"
)

// Overlay is edgesim's own file: a distribution and the flags one starts the
// edge with, to be checked in beside docker-compose.yml. The keys are the
// flags' names. Flags given on the command line win over it; a zero value
// means that the file says nothing.
type Overlay struct {
	// Origin is the --origin form, or nil. [Result.Distribution] was made of
	// it; merge flags into a copy and call [FromOrigin] again to change it.
	Origin *OriginFlags
	// Trust are files of CAs trusted besides the Mozilla list (trust, or
	// origin-ca as the flag is called), made relative to the working directory.
	Trust []string
	// Listen, ListenTLS and Inspect are addresses, HOST:PORT.
	Listen, ListenTLS, Inspect string
	// InspectHosts are further names under which the API is asked.
	InspectHosts []string
	// Record is a path, "memory", "off" or a URL; Keep, KeepFor and KeepSize bound
	// what is kept there, as the flags have them.
	Record, Keep, KeepFor, KeepSize string
	// EdgeName is the name of this edge in recordings.
	EdgeName string
	// RedactQuery are the query parameters whose values recordings hide.
	RedactQuery []string
	// Policy is "current" or a date; At is a time in RFC 3339.
	Policy, At string
	// State and ReadyFile are paths.
	State, ReadyFile string
	// BodyLimit, LogLevel and LogFormat are as the flags have them.
	BodyLimit, LogLevel, LogFormat string
	// Faithful, ForwardOthers, KeepSecrets and ErrorCaching are nil where the
	// file says nothing.
	Faithful, ForwardOthers, KeepSecrets, ErrorCaching *bool
	// TLS13 is "auto" (TLS 1.3 goes along with TLSv1.2) or "forbid".
	TLS13 string
	// ClientCertificate and ClientKey are files with what the edge presents to
	// an origin that asks for it (origin mTLS); ClientCertificateOrigins are
	// the ids of the origins it is for, none meaning all.
	ClientCertificate, ClientKey string
	ClientCertificateOrigins     []string
	// HostNameCheck is "either" (the origin's name or the forwarded Host) or
	// "host" (the forwarded Host alone, CF-NAME-03). With "-wide" behind it a
	// wildcard directly below a public suffix, as "*.com", counts as well.
	HostNameCheck string
	// SuperfluousCertificates and SHA1Signatures are "allow" or "refuse": what
	// the documentation leaves open about a chain (CF-CERT-15).
	SuperfluousCertificates, SHA1Signatures string
	// TLSKeyLog is a file for the secrets of the origin's TLS connections.
	TLSKeyLog string
	// Faults are failures to force, each as --fault has it.
	Faults []string
	// Parameters are template parameters.
	Parameters map[string]string
	// Geography says where viewers are: values of the CloudFront-Viewer-* fields
	// of [distribution.GeographyHeaders], by name.
	Geography map[string]string
}

// looksLikeOverlay reports whether a tree has a key of the overlay, perhaps
// misspelled.
func looksLikeOverlay(n *node) bool {
	if n.kind != kindObject {
		return false
	}
	for _, f := range n.fields {
		if overlayKey(f.name) != nil || DidYouMean(f.name, overlayNames()) != "" {
			return true
		}
	}
	return false
}

// overlayReader reads an overlay, key by key.
type overlayReader struct {
	opts    Options
	overlay Overlay
	origin  OriginFlags
	connect map[string]string
	// policies are the custom policies, and policyNotices what there is to say of them.
	policies      Policies
	policyNotices []distribution.Notice
	// distribution is the node of that key, read last, as it may need parameters.
	distribution *node
	// originKey and originLine are an origin-… setting and its line.
	originKey  string
	originLine int
}

func readOverlay(tree *node, opts Options) (*Result, error) {
	r := &overlayReader{opts: opts, connect: map[string]string{}}
	if f := tree.repeated(); f != nil {
		return nil, &Error{Line: f.line, Message: fmt.Sprintf("the key %q stands twice", f.name), Hint: "remove one of the two"}
	}
	for _, f := range tree.fields {
		key := overlayKey(f.name)
		if key == nil {
			e := &Error{Line: f.line, Message: fmt.Sprintf("unknown key %q", f.name), Hint: "the keys are " + strings.Join(overlayNames(), ", ")}
			if near := DidYouMean(f.name, overlayNames()); near != "" {
				e.Message += fmt.Sprintf("; did you mean %q?", near)
			}
			return nil, e
		}
		if f.value.kind == kindNull {
			continue
		}
		if err := key.set(r, f.value); err != nil {
			if invalid := (*distribution.InvalidError)(nil); errors.As(err, &invalid) {
				return nil, invalid
			}
			line := f.line
			if inner := (*entryError)(nil); errors.As(err, &inner) {
				line = inner.line
			}
			return nil, &Error{Line: line, Message: f.name + ": " + err.Error()}
		}
		if strings.HasPrefix(f.name, "origin-") && f.name != "origin-ca" || f.name == "forward-host" {
			r.originKey, r.originLine = f.name, f.line
		}
	}
	return r.result()
}

// entryError is a mistake inside the mapping of a key, at its own line.
type entryError struct {
	line int
	err  error
}

// Error says what is wrong, without the line.
func (e *entryError) Error() string { return e.err.Error() }

// Unwrap returns the mistake itself.
func (e *entryError) Unwrap() error { return e.err }

// result puts the distribution, the overlay and the connect entries together.
func (r *overlayReader) result() (*Result, error) {
	result := &Result{Overlay: &r.overlay, Connect: r.connect}
	switch {
	case r.origin.URL != "" && r.distribution != nil:
		return nil, &Error{Line: r.distribution.line, Message: `"distribution" and "origin" cannot stand together`, Hint: "keep one of the two"}
	case r.origin.URL != "":
		r.overlay.Origin = &r.origin
		from, err := FromOrigin(r.origin)
		if err != nil {
			return nil, err
		}
		result.Distribution = from.Distribution
		if _, ok := r.connect[from.Distribution.Origins[0].DomainName]; !ok {
			maps.Copy(r.connect, without(from.Connect, r.connect))
		}
	case r.originKey != "":
		return nil, &Error{Line: r.originLine, Message: fmt.Sprintf("%q needs %q", r.originKey, "origin"), Hint: "an origin of a distribution is set up in the distribution"}
	case r.distribution != nil:
		d, err := r.readDistribution()
		if err != nil {
			return nil, err
		}
		d.Notices = append(d.Notices, r.policyNotices...)
		result.Distribution = d
	}
	return result, nil
}

// without returns the entries of a whose keys b does not have.
func without(a, b map[string]string) map[string]string {
	rest := maps.Clone(a)
	maps.DeleteFunc(rest, func(k, _ string) bool { _, ok := b[k]; return ok })
	return rest
}

// readDistribution reads what the key distribution holds: a mapping, or the
// path of a file of any other format.
func (r *overlayReader) readDistribution() (*distribution.Distribution, error) {
	opts := r.opts
	opts.Policies = r.policies
	if opts.Parameters == nil {
		opts.Parameters = r.overlay.Parameters
	}
	n := r.distribution
	if n.kind == kindObject {
		switch {
		case looksLikeCloudFormation(n):
			_, err := readCloudFormation()
			return nil, err
		case looksLikeTerraform(n):
			_, err := readTerraform()
			return nil, err
		}
		return readAPI(n, opts)
	}
	path := r.path(n.text)
	data, err := load(path, nil)
	if err != nil {
		return nil, err
	}
	opts.BaseDir = filepath.Dir(path)
	text, err := toUTF8(data)
	if err == nil {
		var format format
		if format, _, err = detect(text); err == nil && format == formatOverlay {
			err = &Error{Message: "is an overlay itself", Hint: "name a distribution, not another overlay"}
		}
	}
	var result *Result
	if err == nil {
		result, err = Read(text, opts)
	}
	var e *Error
	switch {
	case errors.As(err, &e):
		named := *e
		named.File = path
		return nil, &named
	case err != nil:
		return nil, err
	}
	return result.Distribution, nil
}

// path makes a path of the file relative to the working directory.
func (r *overlayReader) path(p string) string {
	if filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(r.opts.BaseDir, p)
}
