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
var worstPhrases = regexp.MustCompile(`(?i)\b(anew|mend(s|ed|ing)?|shall|whosever|for want of|in the place of|acted out|acts? (it |them )?out|well again|goes the (very )?road|` +
	`has it that|so-and-so|for lack of which|whereupon|hinders? nobody|nobody is hindered|` +
	`(that|what|which|who|it|this|nil|zero|host|text) (is|are) no [a-z]+|behaviours?|colours?|honours?|favours?|licences?|catalogued by)\b`)

// hints are letters that each of the phrases has: most lines have none, and searching
// for letters takes a hundredth of what the expression takes under the race detector.
var hints = []string{
	"anew", "mend", "shall", "whosever", "for want", "in the place", "acted", "act ", "acts ", "well again", "road", "has it that", "so-and-so",
	"for lack", "whereupon", "hinder", "is no ", "are no ", "haviour", "colour", "honour", "favour", "licence", "catalogued",
}

// suspicious reports whether a line has one of the hints.
func suspicious(lower []byte) bool {
	for _, hint := range hints {
		if bytes.Contains(lower, []byte(hint)) {
			return true
		}
	}
	return false
}

// fineWords are what may follow "is no".
var fineWords = regexp.MustCompile(`(?i) no (longer|limit|good|such|better|different|more|other|one)$`)

// read are the files that people read. Tables with AWS's words, names and measured
// data are not ours.
var read = []string{"*.md", "*.go", "*.tsv", "*.js", "*.mjs", "*.html", "*.css", "*.json", "*.yml", "*.yaml", "*.txt", "*.golden", "*.sh", "Makefile", "Dockerfile"}

// TestWords keeps the worst phrases out of what people read: documents, the page,
// and the text and comments of the program. The catalogue has AWS's own words.
func TestWords(t *testing.T) {
	t.Parallel()
	list := exec.Command("git", append([]string{"ls-files"}, read...)...)
	list.Dir = filepath.Join("..", "..")
	out, err := list.Output()
	if err != nil {
		t.Skipf("the sources are not a git repository: %v", err)
	}
	for name := range strings.FieldsSeq(string(out)) {
		if strings.HasSuffix(name, "words_test.go") || foreignWords[name] {
			continue
		}
		data, err := os.ReadFile(filepath.Join(list.Dir, name))
		if err != nil {
			continue // deleted, and not yet committed
		}
		for n, line := range bytes.Split(data, []byte("\n")) {
			if !suspicious(bytes.ToLower(line)) {
				continue
			}
			if found := worstPhrases.Find(line); found != nil && !fineWords.Match(found) {
				t.Errorf("%s:%d: %q: write it as a native engineer would", name, n+1, found)
			}
		}
	}
}

// foreignWords are files with other people's words: AWS's, names of
// licenses, flags of other programs.
var foreignWords = map[string]bool{
	"policy/catalogue.tsv": true, "policy/platforms.tsv": true, "docs/RULES.md": true, "docs/PLATFORMS.md": true, "docs/FIDELITY.md": true,
	"CHANGELOG.md": true, "tools/notice/main.go": true,
	"test/bench/check.go": true, "test/bench/tlsscan.go": true, // sslscan --no-colour
}

// TestHints: none of the phrases is without a hint.
func TestHints(t *testing.T) {
	t.Parallel()
	for _, phrase := range []string{
		"anew", "mends", "mending", "shall", "whosever", "for want of", "in the place of", "acted out", "acts it out", "act out", "well again", "goes the very road",
		"has it that", "so-and-so", "for lack of which", "whereupon", "hinders nobody", "nobody is hindered", "what is no secret", "which are no tests",
		"behaviour", "colours", "honour", "favours", "licences", "catalogued by",
	} {
		if !worstPhrases.MatchString(phrase) || !suspicious([]byte(phrase)) {
			t.Errorf("%q is not found", phrase)
		}
	}
}
