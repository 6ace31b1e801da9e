package setting

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

//go:generate go test . -run TestDocuments -update

// Markdown returns the part of docs/CONFIGURATION.md that lists every setting.
func Markdown() string {
	var out strings.Builder
	for _, g := range Groups() {
		fmt.Fprintf(&out, "\n### %s\n\n| key | flag | what it does | default | in an overlay |\n|---|---|---|---|---|\n", g)
		for i := range all {
			s := &all[i]
			if s.Group != g {
				continue
			}
			key, flag, example := "", "", ""
			if s.InOverlay() {
				key, example = "`"+s.Name+"`", "`"+s.Name+": "+s.Example+"`"
			}
			if s.HasFlag() {
				flag = strings.TrimSpace("--" + s.Name + " " + s.Value)
				flag = "`" + flag + "`"
			}
			standard := s.Said
			if s.Default != "" {
				standard = "`" + s.Default + "`"
			}
			fmt.Fprintf(&out, "| %s | %s | %s | %s | %s |\n", cell(key), cell(flag), cell(strings.ReplaceAll(s.Usage, "`", "")), cell(standard), cell(example))
		}
	}
	return out.String()
}

// cell escapes text for a table cell.
func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }

// JSONSchema returns the JSON Schema (draft 2020-12) of an overlay, for editors.
func JSONSchema() []byte {
	var out bytes.Buffer
	out.WriteString(`{"$schema": "https://json-schema.org/draft/2020-12/schema",` +
		`"$id": "https://github.com/edgesim/edgesim/docs/edgesim.schema.json",` +
		`"title": "edgesim overlay", "description": "A distribution and the settings to start edgesim with; the keys are the flags' names.",` +
		`"type": "object", "additionalProperties": false, "properties": {`)
	first := true
	for i := range all {
		s := &all[i]
		if !s.InOverlay() {
			continue
		}
		if !first {
			out.WriteString(",")
		}
		first = false
		fmt.Fprintf(&out, "%s: %s", quote(s.Name), s.schema())
	}
	out.WriteString("}}")
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, out.Bytes(), "", "  "); err != nil {
		panic(fmt.Sprintf("setting: a schema in the table is not JSON: %v", err))
	}
	pretty.WriteString("\n")
	return pretty.Bytes()
}

// schema is the schema of one setting, also allowing null for "not set".
func (s *Setting) schema() string {
	description := strings.ReplaceAll(s.Usage, "`", "")
	if s.Default != "" {
		description += "; default: " + s.Default
	} else if s.Said != "" {
		description += "; default: " + s.Said
	}
	return fmt.Sprintf(`{"description": %s, "anyOf": [%s, {"type": "null"}]}`, quote(description), s.form())
}

func (s *Setting) form() string {
	const (
		text = `{"type": "string", "minLength": 1}`
		list = `{"anyOf": [` + text + `, {"type": "array", "items": ` + text + `}]}`
	)
	switch s.Kind {
	case Mapping:
		return s.Schema
	case Pairs:
		return `{"type": "object", "additionalProperties": {"type": ["string", "number", "boolean"]}}`
	case List, Files, Comma:
		return list
	case Switch:
		return `{"type": "boolean"}`
	case Number:
		return `{"type": "integer"}`
	case Scalar:
		return `{"type": ["string", "number", "boolean"]}`
	case Choice:
		words := make([]string, len(s.Choices))
		for i, word := range s.Choices {
			words[i] = quote(word)
		}
		return `{"enum": [` + strings.Join(words, ", ") + `]}`
	case Address:
		return `{"type": "string", "pattern": "^(off|.*:[0-9]+)$"}`
	case Time:
		return `{"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ].+)?$"}`
	case Date:
		return `{"type": "string", "pattern": "^(current|[0-9]{4}-[0-9]{2}-[0-9]{2})$"}`
	case Text, File, Place:
	}
	return text
}

func quote(text string) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(text) // a string has no reason to fail
	return strings.TrimSpace(b.String())
}
