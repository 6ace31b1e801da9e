package pull

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// keep notes a file to write: an answer, as the member wrapper of an object.
func (p *puller) keep(path, etag, wrapper string, answer *element, listed bool) error {
	data, err := encode(etag, wrapper, answer)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	p.files = append(p.files, file{path: path, data: data, listed: listed})
	return nil
}

// name makes a file name from an id, which comes from the server.
func name(id string) string {
	safe := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return '-'
	}, id)
	if safe == "" || len(safe) > 200 {
		return fmt.Sprintf("%x", sha256.Sum256([]byte(id)))[:32]
	}
	return safe
}

// write writes all files, the overlay last: once it exists, so does the rest.
func (p *puller) write() error {
	dir := p.options.Folder
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	for _, f := range p.files {
		if err := writeFile(root, f.path, f.data); err != nil {
			return err
		}
	}
	target := "edgesim.yaml"
	if old, err := root.ReadFile(target); err == nil && !asWritten(old) {
		target = "edgesim.pulled.yaml"
	}
	p.report.Overlay = filepath.Join(dir, target)
	return writeFile(root, target, p.overlay())
}

// writeFile replaces a file as a whole.
func writeFile(root *os.Root, path string, data []byte) error {
	if dir := filepath.Dir(path); dir != "." {
		if err := root.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	part := path + ".part"
	if err := root.WriteFile(part, data, 0o644); err != nil {
		return err
	}
	if err := root.Rename(part, path); err != nil {
		return errors.Join(err, root.Remove(part))
	}
	return nil
}

// overlay is edgesim.yaml: its first line has a checksum of the rest, by which the next
// pull knows whether it was edited.
func (p *puller) overlay() []byte {
	var b bytes.Buffer
	b.WriteString("# Add connect:, trust: and other settings here; edgesim pull keeps an edited file.\n")
	b.WriteString("distribution:\n")
	for _, f := range p.files {
		if strings.HasPrefix(f.path, "distributions/") {
			b.WriteString("  - " + f.path + "\n")
		}
	}
	b.WriteString(section("policies", p.files))
	if len(p.edges) > 0 {
		b.WriteString("# Lambda@Edge functions, whose code is in Lambda; a file each makes them run:\n# lambdas:\n")
		for _, arn := range p.edges {
			fmt.Fprintf(&b, "#   %q: {file: ./lambdas/index.mjs, handler: handler}\n", arn)
		}
	}
	return append([]byte(head(b.Bytes())), b.Bytes()...)
}

// section lists the files that the overlay names.
func section(key string, files []file) string {
	var b strings.Builder
	for _, f := range files {
		if f.listed {
			b.WriteString("  - " + f.path + "\n")
		}
	}
	if b.Len() == 0 {
		return ""
	}
	return key + ":\n" + b.String()
}

// head is the first line of an overlay with this body.
func head(body []byte) string {
	return fmt.Sprintf("# Written by edgesim pull, %x\n", sha256.Sum256(body))
}

// asWritten reports whether an overlay is as a pull wrote it.
func asWritten(overlay []byte) bool {
	first, body, ok := bytes.Cut(overlay, []byte("\n"))
	return ok && string(first)+"\n" == head(body)
}
