package ingest_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/internal/ingest"
	"github.com/edgesim/edgesim/internal/setting"
)

// TestOverlayExamples: the documented example of every key is read, and matches the schema
// for editors; what a key does not accept is refused by both.
func TestOverlayExamples(t *testing.T) {
	t.Parallel()
	schema := overlaySchema(t)
	for _, s := range setting.All() {
		if !s.InOverlay() {
			continue
		}
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			text := s.Name + ": " + s.Example + "\n"
			switch {
			case s.Name == "distribution":
				text = strings.Replace(text, "distribution.json", "valid-minimal.json", 1)
			case s.Name != "origin":
				text = "origin: https://www.example.com\n" + text
			}
			got, err := ingest.Read([]byte(text), ingest.Options{BaseDir: "testdata"})
			if err != nil || got.Overlay == nil || got.Distribution == nil {
				t.Errorf("%s: got %+v, %v", text, got, err)
			}
			if err := schema.Validate(asJSON(t, text)); err != nil {
				t.Errorf("the schema refuses it: %v", err)
			}
			wrong := "origin: https://www.example.com\n" + s.Name + ": [[1]]\n"
			if s.Name == "origin" {
				wrong = "origin: [[1]]\n"
			}
			var refused *ingest.Error
			var invalid *distribution.InvalidError
			if _, err := ingest.Read([]byte(wrong), ingest.Options{}); !errors.As(err, &refused) && !errors.As(err, &invalid) {
				t.Errorf("%s: got %v, want it refused", wrong, err)
			}
			if schema.Validate(asJSON(t, wrong)) == nil {
				t.Errorf("the schema lets %q through", wrong)
			}
		})
	}
	if schema.Validate(asJSON(t, "conect: {}\n")) == nil {
		t.Error("the schema lets an unknown key through")
	}
}

func overlaySchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(setting.JSONSchema()))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("edgesim.schema.json", document); err != nil {
		t.Fatal(err)
	}
	return compiler.MustCompile("edgesim.schema.json")
}

// asJSON is YAML as a value that the schema can judge.
func asJSON(t *testing.T, text string) any {
	t.Helper()
	var node yaml.Node
	if err := yaml.Unmarshal([]byte(text), &node); err != nil {
		t.Fatal(err)
	}
	for _, scalar := range node.Content[0].Content {
		if scalar.Tag == "!!timestamp" { // YAML 1.2, as editors read it, has none
			scalar.Tag = "!!str"
		}
	}
	var value any
	if err := node.Decode(&value); err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	instance, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return instance
}

// TestOverlayTimes: the key at accepts what the flag --at accepts, quoted or not, and so
// does the schema for editors.
func TestOverlayTimes(t *testing.T) {
	t.Parallel()
	schema := overlaySchema(t)
	for _, at := range []string{
		"2026-12-31", `"2026-12-31"`, "2026-12-31 15:04", "2026-12-31 15:04:05", "2026-12-31T15:04", "2026-12-31T15:04:05", "2026-12-31T15:04:05Z", "2026-12-31T01:00:00+01:00",
	} {
		text := "origin: https://www.example.com\nat: " + at + "\n"
		got, err := ingest.Read([]byte(text), ingest.Options{})
		if err != nil || len(got.Overlay.Values["at"]) != 1 || got.Overlay.Values["at"][0] != strings.Trim(at, `"`) {
			t.Errorf("%s: got %+v, %v", text, got, err)
		}
		if err := schema.Validate(asJSON(t, "at: "+`"`+strings.Trim(at, `"`)+`"`+"\n")); err != nil {
			t.Errorf("%s: the schema refuses it: %v", text, err)
		}
	}
}
