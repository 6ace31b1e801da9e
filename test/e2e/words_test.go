package e2e_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// worstPhrases are what no native engineer would write.
var worstPhrases = regexp.MustCompile(`(?i)\b(anew|mend(s|ed|ing)?|shall|whosever|for want of|in the place of|acted out|acts out|well again|goes the (very )?road|` +
	`(that|what|which|it|this) (is|are) no [a-z]+|behaviours?|colours?|honours?|favours?|licences?)\b`)

// fineWords are what may follow "is no".
var fineWords = regexp.MustCompile(`(?i) no (longer|limit|good|such|better|different|more|other|one|longer)$`)

// TestWords keeps the worst phrases out of what people read: documents, and the
// text and comments of the program. The catalogue has AWS's own words.
func TestWords(t *testing.T) {
	t.Parallel()
	list := exec.Command("git", "ls-files", "*.md", "*.go", "*.tsv")
	list.Dir = filepath.Join("..", "..")
	out, err := list.Output()
	if err != nil {
		t.Skipf("the sources are not a git repository: %v", err)
	}
	for name := range strings.FieldsSeq(string(out)) {
		if strings.HasSuffix(name, "words_test.go") || foreignWords[name] || strings.HasPrefix(name, "test/bench/") || name == "tools/notice/main.go" {
			continue
		}
		data, err := os.ReadFile(filepath.Join(list.Dir, name))
		if err != nil {
			continue // deleted, and not yet committed
		}
		for n, line := range bytes.Split(data, []byte("\n")) {
			if found := worstPhrases.Find(line); found != nil && !fineWords.Match(found) {
				t.Errorf("%s:%d: %q: write it as a native engineer would", name, n+1, found)
			}
		}
	}
}

// foreignWords are files with other people's words: AWS's, and lists of names.
var foreignWords = map[string]bool{
	"policy/catalogue.tsv": true, "policy/platforms.tsv": true, "docs/RULES.md": true, "docs/PLATFORMS.md": true, "docs/FIDELITY.md": true, "CHANGELOG.md": true,
}
