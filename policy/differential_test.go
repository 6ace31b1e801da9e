package policy_test

import (
	"crypto/x509"
	"encoding/pem"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/edgesim/edgesim/internal/peers"
	"github.com/edgesim/edgesim/policy"
)

// families and leavesPerFamily make 5,200 chains, of one seed; more families are of
// the seeds that follow. One process of OpenSSL judges a family.
const (
	familiesPerSeed = 260
	families        = familiesPerSeed
	leavesPerFamily = 20
)

var moreFamilies = flag.Int("families", families, "how many families of chains are generated for the comparison with OpenSSL and crypto/x509")

// difference is a row of testdata/differences.tsv: why another verifier judges differently.
// If it passes what we refuse, the rule is the deciding one; if it refuses what we pass,
// the one by which we pass it.
type difference struct {
	peer, direction, oddity string
	rule                    policy.RuleID
	families                int // of which the row explains at least one chain
}

func readDifferences(t *testing.T) map[difference]bool {
	t.Helper()
	table, err := os.ReadFile("testdata/differences.tsv")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[difference]bool{}
	for _, line := range strings.Split(strings.TrimSpace(string(table)), "\n")[1:] {
		col := strings.Split(line, "\t")
		if len(col) != 6 || col[4] == "" {
			t.Fatalf("testdata/differences.tsv: %q has not six columns", line)
		}
		from, err := strconv.Atoi(col[5])
		if err != nil {
			t.Errorf("testdata/differences.tsv: %v", err)
		}
		if _, known := policy.RuleByID(policy.RuleID(col[3])); !known {
			t.Errorf("testdata/differences.tsv: %s is not in the catalogue", col[3])
		}
		rows[difference{col[0], col[1], col[2], policy.RuleID(col[3]), from}] = false
	}
	return rows
}

// TestGeneratedChains judges more than 5,000 generated chains and compares the
// verdicts with those of `openssl verify` and of crypto/x509. Every difference is
// explained by a row of the table, and every row explains one.
func TestGeneratedChains(t *testing.T) {
	t.Parallel()
	rows := readDifferences(t)
	var mu sync.Mutex
	count, differ, unexplained := 0, map[string]int{}, map[string]int{}
	compare := func(peer string, c generated, ours bool, rule policy.RuleID, theirs bool, why string) {
		if ours == theirs {
			return
		}
		differ[peer]++
		direction := "stricter"
		if ours {
			direction = "laxer"
		}
		explained := false
		for row := range rows {
			if row.peer == peer && row.direction == direction && slices.ContainsFunc(c.oddities, row.in) && (ours || row.rule == rule) {
				rows[row], explained = true, true
			}
		}
		if !explained {
			unexplained[fmt.Sprintf("%s %s %s: %s (%s)", peer, direction, rule, strings.Join(c.oddities, ", "), why)]++
		}
	}
	var running sync.WaitGroup
	slots := make(chan struct{}, 4)
	wanted := *moreFamilies
	if testing.Short() {
		wanted = families / 10
	}
	for n := range wanted {
		slots <- struct{}{}
		running.Go(func() {
			defer func() { <-slots }()
			f := generate(t, n, leavesPerFamily)
			byOpenSSL := f.openssl(t)
			mu.Lock()
			defer mu.Unlock()
			for i, c := range f.chains {
				count++
				rule, ours := f.judge(c)
				err := f.verify(c)
				compare("x509", c, ours, rule, err == nil, fmt.Sprint(err))
				compare("openssl", c, ours, rule, byOpenSSL[i] == "", byOpenSSL[i])
			}
		})
	}
	running.Wait()
	t.Logf("%d chains; judged otherwise by %v", count, differ)
	for what, times := range unexplained {
		t.Errorf("%d times: %s", times, what)
	}
	for row, used := range rows {
		if !used && wanted >= row.families {
			t.Errorf("%+v explains nothing", row)
		}
	}
	if count != wanted*leavesPerFamily {
		t.Errorf("%d chains, want %d", count, wanted*leavesPerFamily)
	}
}

// in reports whether an oddity of a chain is the row's, which may leave out whose it is:
// "any CA: expired".
func (d difference) in(oddity string) bool {
	if what, ok := strings.CutPrefix(d.oddity, "any CA: "); ok {
		whose, has, _ := strings.Cut(oddity, ": ")
		return has == what && whose != "leaf" && whose != "sent"
	}
	return oddity == d.oddity
}

// judge judges a chain by our rules.
func (f *family) judge(c generated) (policy.RuleID, bool) {
	deciding, failed := policy.DecidingFinding(policy.JudgeChain(policy.ChainFacts{
		Raw: c.sent, Names: policy.AcceptedNames{f.host}, At: noon, Trust: policy.NewTrustStore(f.root),
	}))
	return deciding.Rule, !failed
}

// verify judges a chain by crypto/x509.
func (f *family) verify(c generated) error {
	leaf, err := x509.ParseCertificate(c.leaf)
	if err != nil {
		return err
	}
	options := x509.VerifyOptions{Roots: x509.NewCertPool(), Intermediates: x509.NewCertPool(), CurrentTime: noon, DNSName: f.host}
	options.Roots.AddCert(f.root)
	for _, other := range f.others {
		options.Intermediates.AddCert(other)
	}
	_, err = leaf.Verify(options)
	return err
}

// openssl judges all chains of a family by one `openssl verify`, and returns what
// it says of each: "" is OK.
func (f *family) openssl(t *testing.T) []string {
	t.Helper()
	peers.Need(t, "openssl")
	dir := t.TempDir()
	write := func(name string, certs ...[]byte) string {
		var text []byte
		for _, der := range certs {
			text = append(text, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
		}
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Error(err)
		}
		return path
	}
	args := []string{
		"verify", "-no-CApath", "-no-CAstore", "-CAfile", write("root.pem", f.root.Raw), "-purpose", "sslserver",
		"-attime", strconv.FormatInt(noon.Unix(), 10),
	}
	if f.host == generatedAddress {
		args = append(args, "-verify_ip", f.host)
	} else {
		args = append(args, "-verify_hostname", f.host)
	}
	if len(f.others) > 0 {
		var others [][]byte
		for _, c := range f.others {
			others = append(others, c.Raw)
		}
		args = append(args, "-untrusted", write("untrusted.pem", others...))
	}
	for i, c := range f.chains {
		args = append(args, write(fmt.Sprintf("%d.pem", i), c.leaf))
	}
	out, _ := exec.Command("openssl", args...).CombinedOutput() // it exits with 2 if one fails
	said := make([]string, len(f.chains))
	for i := range said {
		name := filepath.Join(dir, fmt.Sprintf("%d.pem", i))
		if strings.Contains(string(out), name+": OK") {
			continue
		}
		said[i] = "refused"
	}
	return said
}
