package e2e_test

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/internal/documents"
)

// shown says how the command line of a document is run. Exactly one of Serves,
// Ends, AtDemo, By and Why says how.
type shown struct {
	// Line is the command line, and Like a pattern for all of a kind.
	Line, Like string
	// Serves: it is started in a folder, gets ready, and ends in order.
	Serves bool
	// Ends: it is run in a folder and ends by itself.
	Ends bool
	// AtDemo: the same, and what it calls is "edgesim demo" on free ports.
	AtDemo bool
	// By is the test that runs it, as FOLDER.NAME, or a script.
	By string
	// Why says why the command is not run.
	Why string

	// In is the folder of testdata/documents/folders.txtar, or "repository".
	In string
	// With has the values of the document's placeholders, each followed by its value.
	With []string
	// Before is run in the folder first.
	Before string
	// Code is the exit code, Want what the output must hold.
	Code int
	Want string
}

// otherProgram is why commands are not run that only name what edgesim reads or prints
// like.
const otherProgram = "a program of others, of which the sentence says what it prints or reads"

// documented are the command lines of our documents. One that is added to a
// document must be added here.
var documented = []shown{
	// README.md, CONTRIBUTING.md, RELEASING.md, SECURITY.md
	{Line: "go run ./cmd/edgesim demo", Serves: true},
	{Line: "edgesim demo", Serves: true},
	{Like: `curl -i http://127\.0\.0\.1:8080/[a-z0-9-]+`, AtDemo: true, Want: "X-Edgesim-Cause: "},
	{Like: `make bench BENCH="[^"]+"`, Ends: true, In: "repository", With: []string{"make ", "make -n "}},
	{Line: "go test ./internal/store/sqlitestore -run '^$' -bench Writer -benchtime 200x", By: "internal/store/sqlitestore.BenchmarkWriter"},
	{Like: "(CI=true )?make [a-z]+", Ends: true, In: "repository", With: []string{"make ", "make -n "}},
	{Line: "go run ./cmd/edgesim serve --origin https://www.example.com", Serves: true},
	{Line: "curl -i http://127.0.0.1:8080/", AtDemo: true, Want: "HTTP/1.1 "},
	{Line: "go install ./cmd/edgesim", By: "test/e2e.build"},
	{Line: "edgesim serve .", Serves: true},
	{Like: "edgesim pull( E2ABC…)?", By: "cmd/edgesim.TestPullCommand"},
	{Line: "edgesim serve dist-config.json --connect app.example.com=127.0.0.1:8444 --origin-ca my-ca.pem", Serves: true},
	{Line: "edgesim config . --explain URL", Ends: true, With: []string{"URL", "https://www.example.com/"}, Want: "app.example.com"},
	{Line: "edgesim function test", By: "test/e2e.TestDocuments"}, // docs/FUNCTIONS.md shows it whole
	{Line: "edgesim sign", By: "test/e2e.TestDocuments"},          // docs/ORIGINS.md shows it whole
	{Line: "docker compose up --build", By: "test/compose.TestCompose"},
	{Line: "docker compose run --rm tests", By: "test/compose.TestCompose"},
	{Line: "edgesim check https://www.example.com", Ends: true, Code: 1, Want: "CF-CONN-08"},
	{Line: "edgesim check dist-config.json --format junit", Ends: true, Code: 1, Want: "CF-CONN-08"},
	{Like: "edgesim recordings show (failed|last)", AtDemo: true, Want: "CF-"},
	{Line: "edgesim recordings export --format har -o all.har", AtDemo: true},
	{Line: "edgesim serve dist-config.json --replay all.har", Serves: true, Before: `edgesim recordings export --record "$DEMO" --format har -o all.har`},
	{Line: "curl -s http://127.0.0.1:4040/api/exchanges/ID", AtDemo: true, With: []string{"ID", "last"}, Want: `"attempts"`},
	{Line: "go generate ./cmd/edgesim", Ends: true, In: "repository", With: []string{"generate", "generate -n"}, Want: "TestRulesDocuments"},
	{Line: "git tag -s vX.Y.Z && git push origin vX.Y.Z", Why: "would publish a release"},
	{Line: "edgesim --version", Ends: true, Want: "edgesim version"},
	{Like: "openssl +s_client", Why: otherProgram},

	// docs/CACHE.md
	{Line: "edgesim serve CONFIG --cache on", Serves: true, With: []string{"CONFIG", "dist-config.json"}},
	{Line: `curl -X POST http://127.0.0.1:4040/api/clock -d '{"advance": "25h"}'`, AtDemo: true, Want: `"ahead": "25h0m0s"`},
	{Line: "edgesim invalidate '/img/*' /index.html '#tag'", AtDemo: true},
	{Line: `curl -X POST http://127.0.0.1:4040/api/invalidations -d '{"paths": ["/img/*"]}'`, AtDemo: true, Want: `"paths"`},
	{Line: "aws cloudfront create-invalidation --endpoint-url http://127.0.0.1:4040 --distribution-id E2ABC --paths '/img/*'", By: "test/e2e.TestCacheOfNginx"},

	// docs/CONFIGURATION.md
	{Line: "edgesim serve edgesim.yaml", Serves: true},
	{Line: "edgesim check edgesim.yaml", Ends: true, Code: 1, Want: "CF-CONN-08"},
	{Line: "edgesim serve template.yaml --parameter Domain=www.example.com", Serves: true, In: "template"},
	{Line: "edgesim serve cdk.out", Serves: true, In: "template"},
	{Line: "edgesim config . --list", Ends: true, In: "two", Want: "Web"},
	{Line: "edgesim config . --distribution Web", Ends: true, In: "two", Want: "www.example.com"},
	{Line: "edgesim config . --explain https://www.example.com/api/users --method POST --header 'Cookie: a=1'", Ends: true, In: "two", Want: "app.example.com"},
	{Line: "edgesim config main.tf --diff deployed.json", Ends: true, In: "terraform", Code: 1, Want: "301 to https"},
	{Line: "edgesim serve web.yaml api.yaml --watch", Serves: true, In: "files"},
	{Line: "terraform plan -out=plan.bin && terraform show -json plan.bin > plan.json && edgesim serve plan.json", Serves: true,
		With: []string{"terraform plan -out=plan.bin && terraform show -json plan.bin > plan.json && ", ""}}, // Terraform's part needs its providers
	{Line: "terraform init", Why: "needs the network"},
	{Line: "edgesim serve infra/prod", Serves: true, In: "terraform", With: []string{"infra/prod", "infra/prod --assume-unresolved"}},
	{Line: "edgesim serve infra/prod --parameter domain=example.com --parameter aws_lb.web.dns_name=web-1.elb.amazonaws.com", Serves: true, In: "terraform"},
	{Line: "edgesim config infra/prod --assume-unresolved", Ends: true, In: "terraform", Want: "unresolved.invalid"},
	{Line: "edgesim serve infra//envs/prod", Serves: true, In: "modules"},
	{Line: "edgesim serve infra", Serves: true, In: "modules"},
	{Line: "edgesim pull E2ABCDEF123 --profile production -o cloudfront", By: "cmd/edgesim.TestPullCommand"},
	{Line: "edgesim serve cloudfront", Serves: true},

	// docs/CONTAINERS.md
	{Like: "docker run --rm -p 127.0.0.1:8080:8080 .* edgesim serve /config/dist-config.json", By: "test/compose.TestImage"},
	{Line: "edgesim healthcheck", AtDemo: true},
	{Line: "EDGESIM_RECORD=postgres://user@host/database docker compose up --scale edge=3", By: "test/compose.TestScale"},
	{Line: "docker build -t edgesim .", By: "test/compose.images"},
	{Line: "make prebuilt && docker build --target prebuilt -t edgesim .", By: "test/compose.images"},
	{Line: "edgesim lab --host 0.0.0.0 --ca-file FILE --distribution-file FILE", By: "test/compose.TestCompose"},

	// docs/FUNCTIONS.md, ORIGINS.md, FIDELITY.md, RULES.md, RELIABILITY.md
	{Line: `echo '{"/old": "/new"}' > routes.json`, Ends: true},
	{Line: "edgesim function test rewrite.js --event event.json --kvs routes=routes.json", Ends: true, Want: "/new"},
	{Line: "aws cloudfront test-function", Why: otherProgram},
	{Line: "edgesim serve dist-config.json --connect my-site.s3.eu-central-1.amazonaws.com=dir:./dist", Serves: true},
	{Line: "aws s3api get-bucket-website", Why: otherProgram},
	{Line: "edgesim sign URL --key private.pem --key-pair-id K…", Ends: true, With: []string{"URL", "https://www.example.com/a", "K…", "K2JCJMDEHXQW5F"}, Want: "Key-Pair-Id=K2JCJMDEHXQW5F"},
	{Line: "edgesim check --live URL", By: "internal/check.TestLive"},
	{Line: "edgesim rules ID", Ends: true, With: []string{"ID", "CF-CERT-05"}, Want: "CF-CERT-05"},
	{Line: "edgesim lab", By: "test/e2e/testdata/lab.txt"},
	{Line: "edgesim recordings check", By: "test/e2e/testdata/recordings_check.txt"},

	// docs/TESTING.md, whose blocks TestTestingDocument runs
	{Like: `curl -sS .*"\$(API|EDGE)/.*`, By: "test/e2e.TestTestingDocument"},
	{Line: "go doc github.com/edgesim/edgesim/edgesimtest", Ends: true, In: "repository", Want: "func Start"},
	{Line: "edgesim serve --record memory …", Serves: true, With: []string{"…", "dist-config.json"}},
	{Line: "edgesim serve --fault 'connect-timeout path=/checkout next=1 latency=10ms'", Serves: true, With: []string{"serve", "serve dist-config.json"}},
	{Line: "curl --cacert", By: "test/e2e.TestApplication"},

	// docs/causes
	{Like: "edgesim rules [a-z-]+", Ends: true, Want: "CF-"},
	{Line: "edgesim check https://your-origin.example", Ends: true, Code: 1, Want: "CF-CONN-08"},
	{Line: "edgesim check URL --scan", Ends: true, With: []string{"URL", "https://www.example.com"}, Code: 1, Want: "CF-CONN-08"},
	{Line: "edgesim check --elb-policy NAME", Ends: true, With: []string{"NAME", "ELBSecurityPolicy-TLS13-1-2-2021-06"}, Want: "ELBSecurityPolicy-TLS13-1-2-2021-06"},
	{Line: "openssl pkcs12 -export -in fullchain.pem -inkey privkey.pem -out site.pfx", Ends: true, With: []string{"-out", "-passout pass: -out"}},
	{Like: "certbot renew && (nginx -s reload|apachectl graceful)", Why: "needs a certificate authority"},
	{Line: "dig NAME @1.1.1.1", Why: "needs the network"},

	// examples
	{Line: "aws cloudfront get-distribution-config", Why: otherProgram},
	{Line: "docker build -t edgesim ../..", By: "test/compose.images"},
	{Line: "./make-certs.sh", By: "test/compose.TestExample"},
	{Line: "docker compose up --detach && ./test.sh", By: "test/compose.TestExample"},
	{Line: "CHAIN=wrong docker compose up --detach --force-recreate && ./test.sh", By: "test/compose.TestExample"},
	{Line: "node examples/spa/api.mjs", By: "test/e2e.TestSinglePageExample"},
	{Line: "edgesim serve examples/spa/edgesim.yaml", By: "test/e2e.TestSinglePageExample"},
	{Line: "curl -si http://127.0.0.1:8080/orders/7 | head -1", By: "test/e2e.TestSinglePageExample"},
	{Line: "curl -si http://127.0.0.1:8080/api/orders/13", By: "test/e2e.TestSinglePageExample"},
}

// TestDocuments runs the command lines of every document. What has no row above,
// and rows that no document has, are failures.
func TestDocuments(t *testing.T) {
	t.Parallel()
	lines, err := documents.Read(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	used := make([]bool, len(documented))
	demo := start(t, "demo", "--cache", "on")
	demo.get(t, "/expired")
	done := map[string]bool{}
	for _, l := range lines {
		i := slices.IndexFunc(documented, func(s shown) bool { return s.matches(l.Text) })
		if i < 0 {
			t.Errorf("%s:%d: nothing runs %q: give it a row in documented", l.Document, l.Number, l.Text)
			continue
		}
		used[i] = true
		if !done[l.Text] {
			done[l.Text] = true
			s := documented[i]
			t.Run(l.Text, func(t *testing.T) { s.run(t, demo, l.Text) })
		}
	}
	for i, s := range documented {
		if !used[i] {
			t.Errorf("no document shows %q", s.Line+s.Like)
		}
	}
}

// matches reports whether a row is for a line.
func (s shown) matches(line string) bool {
	if s.Like != "" {
		return regexp.MustCompile("^(" + s.Like + ")$").MatchString(line)
	}
	return line == s.Line || strings.TrimRight(line, " &") == s.Line
}
