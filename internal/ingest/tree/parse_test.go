package tree_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/internal/ingest/tree"
)

// TestPlaces wants the line and column of each value, in characters.
func TestPlaces(t *testing.T) {
	t.Parallel()
	parse := map[string]func(string, []byte) (*tree.Node, error){"json": tree.ParseJSON, "yaml": tree.ParseYAML}
	for _, row := range []struct{ format, text, path, want string }{
		{"json", "{\n  \"ä\": 1, \"b\": [ true,\n null ]}", "b", "f 2:16"},
		{"json", "{\n  \"ä\": 1, \"b\": [ true,\n null ]}", "b[1]", "f 3:2"},
		{"json", `{"a":{"c":"x"}}`, "a.c", "f 1:11"},
		{"yaml", "a:\n  - b: !Ref X\n", "a[0].b", "f 2:8"},
	} {
		n, err := parse[row.format]("f", []byte(row.text))
		if err != nil {
			t.Fatal(err)
		}
		for _, step := range strings.FieldsFunc(row.path, func(r rune) bool { return r == '.' || r == '[' || r == ']' }) {
			if n.Kind == tree.List {
				n = n.Items[step[0]-'0']
			} else {
				n = n.Get(step)
			}
		}
		if got := fmt.Sprintf("%s %d:%d", n.Pos.File, n.Pos.Line, n.Pos.Column); got != row.want {
			t.Errorf("%s at %s: got %s, want %s", row.text, row.path, got, row.want)
		}
	}
}

// TestHostileText wants a clear error and no more memory than the limits allow.
func TestHostileText(t *testing.T) {
	t.Parallel()
	bomb := "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
	for i := 1; i < 9; i++ {
		bomb += fmt.Sprintf("a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d,", i-1), 10), ","))
	}
	for name, row := range map[string]struct {
		parse      func(string, []byte) (*tree.Node, error)
		text, want string
	}{
		"json deep":   {tree.ParseJSON, strings.Repeat("[", 10_000), "the JSON is nested too deep or too big"},
		"yaml deep":   {tree.ParseYAML, strings.Repeat("[", 500) + strings.Repeat("]", 500), "the YAML is nested too deep or too big"},
		"yaml deeper": {tree.ParseYAML, strings.Repeat("[", 20_000), "invalid YAML: "},
		"alias bomb":  {tree.ParseYAML, bomb, "the YAML is nested too deep or too big"},
		"itself":      {tree.ParseYAML, "a: &a [*a]\n", "the YAML is nested too deep or too big"},
		"yaml big":    {tree.ParseYAML, strings.Repeat("a: b\n", 2_000_000), "is bigger than the 2 MiB that YAML may have"},
		"two values":  {tree.ParseJSON, "{}\n {}", "text follows the JSON value"},
		"cut off":     {tree.ParseJSON, "{\"a\":\n", "invalid JSON: the text ends too early"},
	} {
		_, err := row.parse("f", []byte(row.text))
		var e *tree.Error
		if !errors.As(err, &e) || !strings.HasPrefix(e.Message, row.want) {
			t.Errorf("%s: got %v, want %s", name, err, row.want)
		}
	}
}

// TestYAMLKeepsTagsAndTypes is what templates need of YAML.
func TestYAMLKeepsTagsAndTypes(t *testing.T) {
	t.Parallel()
	n, err := tree.ParseYAML("", []byte("a: !GetAtt B.C\nb: !If [X, 1, 2]\nc: \"443\"\nd: 443\ne: 2010-09-09\nf: &x {g: 1}\nh: {<<: *x, i: TRUE}\na: twice\n"))
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprint(n.Fields[0].Value.Tag, n.Get("b").Tag, n.Get("c").Kind, n.Get("d").Kind, n.Get("e").Kind, n.At("h", "g").Text, n.At("h", "i").Text, n.Get("a").Text, n.Repeated().Pos.Line)
	if want := "!GetAtt!Ifa string a number a string1truetwice8"; strings.ReplaceAll(got, " ", "") != strings.ReplaceAll(want, " ", "") {
		t.Errorf("got %s, want %s", got, want)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("a: !Ref b\nc: [1, {d: e}]"))
	f.Add([]byte(`{"a": [1, true, null, "x"]}`))
	f.Add([]byte("a: &a [1]\nb: {<<: *a, c: *a}"))
	f.Fuzz(func(_ *testing.T, text []byte) {
		_, _ = tree.ParseJSON("f", text)
		_, _ = tree.ParseYAML("f", text)
	})
}
