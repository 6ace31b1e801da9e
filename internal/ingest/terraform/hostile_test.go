package terraform

import (
	"fmt"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/internal/ingest/tree"
)

// TestHostileConfigurations are made to exhaust stack, memory or patience.
func TestHostileConfigurations(t *testing.T) {
	t.Parallel()
	locals := func(n int, f func(i int) string) string {
		var b strings.Builder
		b.WriteString("locals {\n")
		for i := range n {
			b.WriteString(f(i) + "\n")
		}
		b.WriteString("}\n")
		return b.String()
	}
	use := cdn("  comment = local.a0")
	for name, config := range map[string]string{
		"deep parentheses":  cdn("  comment = " + strings.Repeat("(", 10_000) + "1" + strings.Repeat(")", 10_000)),
		"deep lists":        cdn("  comment = " + strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000)),
		"deep blocks":       strings.Repeat("a {\n", 10_000) + strings.Repeat("}\n", 10_000),
		"deep negation":     cdn("  comment = " + strings.Repeat("!", 100_000) + "true"),
		"deep minus":        cdn("  comment = " + strings.Repeat("-", 100_000) + "1"),
		"deep conditions":   cdn("  comment = " + strings.Repeat("true ? 1 : ", 10_000) + "1"),
		"deep templates":    cdn("  comment = " + strings.Repeat(`"${`, 5_000) + "1" + strings.Repeat(`}"`, 5_000)),
		"a long chain":      locals(10_000, func(i int) string { return fmt.Sprintf("a%d = local.a%d", i, i+1) }) + use,
		"doubling texts":    locals(60, func(i int) string { return fmt.Sprintf(`a%d = "${local.a%d}${local.a%d}"`, i, i+1, i+1) }) + "locals {\n a60 = \"xxxx\"\n}\n" + use,
		"doubling lists":    locals(60, func(i int) string { return fmt.Sprintf(`a%d = concat(local.a%d, local.a%d)`, i, i+1, i+1) }) + "locals {\n a60 = [1]\n}\n" + use,
		"nested loops":      cdn(`  comment = length([for a in range(1000) : [for b in range(1000) : [for c in range(1000) : "${a}${b}${c}"]]])`),
		"a product":         cdn(`  comment = length(setproduct(range(1000), range(1000), range(1000), range(1000)))`),
		"a wide format":     cdn(`  comment = format("%999999999d", 1)`),
		"a huge count":      "resource \"aws_cloudfront_distribution\" \"d\" {\n  count = 1000000000\n}\n",
		"itself":            "locals {\n  a0 = local.a0\n}\n" + use,
		"doubling unknowns": "variable \"v\" {}\n" + locals(60, func(i int) string { return fmt.Sprintf(`a%d = "${local.a%d}${local.a%d}"`, i, i+1, i+1) }) + "locals {\n a60 = var.v\n}\n" + use,
		"many tokens":       "locals {\n  a = [" + strings.Repeat("1,", 250_000) + "]\n}\n" + cdn(""),
		"too big":           "locals {\n  a = [" + strings.Repeat("1,", 1_000_000) + "]\n}\n" + cdn(""),
		"nothing":           "",
		"a byte order mark": "\ufeff" + cdn(""),
		"not UTF-8":         cdn("  comment = \"\xff\xfe\""),
		"cut off":           cdn("")[:30],
		"NUL":               "\x00\x00",
	} {
		t.Run(name, func(t *testing.T) {
			set, err := ReadFolder(write(t, map[string]string{"main.tf": config}), Options{})
			if err == nil && len(set.Of(tree.Distribution)) == 0 && len(set.Remarks) == 0 {
				t.Errorf("%s: nothing was read and nothing said", name)
			}
			if e, ok := err.(*tree.Error); err != nil && (!ok || e.Message == "" || strings.Contains(e.Message, "cannot be evaluated")) {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
}

func TestModulesThatCallThemselves(t *testing.T) {
	t.Parallel()
	for name, files := range map[string]map[string]string{
		"itself":     {"main.tf": "module \"m\" {\n  source = \"./\"\n}\n" + cdn("")},
		"each other": {"main.tf": "module \"a\" {\n  source = \"./a\"\n}\n" + cdn(""), "a/main.tf": "module \"b\" {\n  source = \"../b\"\n}\n", "b/main.tf": "module \"a\" {\n  source = \"../a\"\n}\n"},
		"by output":  {"main.tf": "module \"a\" {\n  source = \"./a\"\n  v = module.a.o\n}\n" + cdn("  comment = module.a.o"), "a/main.tf": "variable \"v\" {}\noutput \"o\" {\n  value = var.v\n}\n"},
	} {
		set, err := ReadFolder(write(t, files), Options{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if n := only(t, set, tree.Distribution).Config.Get("Comment"); n != nil && n.Kind != tree.Unresolved {
			t.Errorf("%s: %s", name, text(n))
		}
	}
}

// TestAThousandFiles reads an unrealistically large folder in acceptable time.
func TestAThousandFiles(t *testing.T) {
	t.Parallel()
	files := map[string]string{"main.tf": cdn("  comment = local.v999")}
	for i := range 1000 {
		files[fmt.Sprintf("f%d.tf", i)] = fmt.Sprintf("locals {\n  v%d = \"x%d\"\n}\n", i, i)
	}
	if got := text(only(t, readDir(t, files, nil), tree.Distribution).Config.Get("Comment")); got != "x999" {
		t.Errorf("comment %s", got)
	}
}

// FuzzConfiguration reads any text as a configuration, and as JSON of one.
func FuzzConfiguration(f *testing.F) {
	f.Add(cdn(`  comment = "${var.a}" == "x" ? try(local.b, 1) : [for k, v in { a = 1 } : v if k != "b"][0]`))
	f.Add("locals {\n  a = [for x in [1,2] : x...]\n}\n" + cdn("  dynamic \"origin\" {\n    for_each = toset([var.x])\n    content {\n      origin_id = origin.key\n    }\n  }"))
	f.Add("resource \"aws_s3_bucket\" \"b\" {\n  count = 2\n}\n" + cdn("  aliases = aws_s3_bucket.b[*].id\n  comment = aws_s3_bucket.b.*.arn[0]"))
	f.Add(`{"resource": {"aws_cloudfront_distribution": {"d": {"comment": "${upper(\"a\")}", "dynamic": {"origin": {"for_each": [1], "content": {}}}}}}}`)
	f.Add(`{"format_version":"1.0","planned_values":{"root_module":{"resources":[{"address":"a","type":"aws_cloudfront_distribution","values":{"origin":[{}]}}]}}}`)
	f.Fuzz(func(t *testing.T, config string) {
		set, err := ReadConfiguration("fuzz.tf", []byte(config), "", Options{})
		if e, ok := err.(*tree.Error); ok && strings.Contains(e.Message, "cannot be evaluated") {
			t.Fatal(e)
		}
		if err == nil && set == nil {
			t.Fatal("neither a set nor an error")
		}
	})
}

// FuzzShown reads any JSON as a plan, a state, or the JSON form of the language.
func FuzzShown(f *testing.F) {
	f.Add(planText)
	f.Add(`{"version": 4, "serial": 1, "resources": [{"mode": "managed", "type": "aws_cloudfront_distribution", "name": "d", "instances": [{"index_key": "a", "attributes": {"origin": null, "aliases": {}}}]}]}`)
	f.Add(`{"resource": [{"aws_cloudfront_function": {"f": [{"name": "${1}"}]}}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		root, err := tree.ParseJSON("fuzz.json", []byte(text))
		if err != nil || !LooksLike(root) {
			return
		}
		_, err = ReadJSON("fuzz.json", root, "", Options{})
		if e, ok := err.(*tree.Error); ok && strings.Contains(e.Message, "cannot be evaluated") {
			t.Fatal(e)
		}
	})
}
