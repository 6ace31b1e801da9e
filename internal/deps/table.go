// Package deps states which package may import which, and which parts of the standard
// library are reserved for one package. Its test checks the repository against it.
//
// # What to read first
//
// [Packages] is the import order; [Restricted] are the names that would make a second way
// to an origin, each with the only place where it is allowed. Changing either is a decision
// about the architecture: give the reason in the row.
package deps

// module is the path of our own module.
const module = "github.com/edgesim/edgesim"

// Package is a row of the import order.
type Package struct {
	// Path is the folder, relative to the root of the repository.
	Path string
	// Why says what the package is for, which is the reason for its limits. It is part of
	// the message when they are violated.
	Why string
	// Imports are the packages of ours that its production code may import.
	Imports []string
	// Modules are the third-party modules that it may import, as path prefixes.
	Modules []string
	// TestModules are those that its tests may import in addition.
	TestModules []string
	// Anything lifts every limit of the row, including Restricted names.
	Anything bool
}

// Third-party modules, each used by only one or two packages.
const (
	goproxy    = "github.com/elazarl/goproxy"
	logrus     = "github.com/sirupsen/logrus"
	cli        = "github.com/urfave/cli/v2"
	yaml       = "go.yaml.in/yaml/v3"
	hcl        = "github.com/hashicorp/hcl/v2"                          // Terraform's own syntax; MPL-2.0, pure Go
	aws        = "github.com/aws/aws-sdk-go-v2"                         // AWS's own, Apache-2.0, pure Go: where credentials are, and when to try again
	signer     = "github.com/aws/aws-sdk-go-v2/feature/cloudfront/sign" // signed URLs and cookies by AWS's own; Apache-2.0, pure Go
	smithy     = "github.com/aws/smithy-go"                             // AWS's own, Apache-2.0, pure Go: SigV4 and SigV4A without that SDK (aws-http-auth)
	cty        = "github.com/zclconf/go-cty"                            // the values and functions of HCL; MIT, pure Go, HashiCorp builds on it
	tfjson     = "github.com/hashicorp/terraform-json"                  // an independent reading of plans and states, for tests; MPL-2.0
	sqlite     = "modernc.org/sqlite"
	pgx        = "github.com/jackc/pgx/v5"
	rootList   = "golang.org/x/crypto/x509roots"
	cryptobyte = "golang.org/x/crypto/cryptobyte"
	chacha     = "golang.org/x/crypto/chacha20poly1305"
	brotli     = "github.com/andybalholm/brotli" // the one maintained pure-Go Brotli encoder; MIT; no imports outside its tests
	http2      = "golang.org/x/net/http2"        // the Go team's own, BSD; gRPC goes to origins over HTTP/2
	testscript = "github.com/rogpeppe/go-internal"
	jsonschema = "github.com/santhosh-tekuri/jsonschema/v6" // tests validate our formats against their published schemas; Apache-2.0
	cdproto    = "github.com/chromedp/cdproto"              // an independent reading of HAR 1.2, for tests; MIT
	sarif      = "github.com/owenrumney/go-sarif/v3"        // an independent reading of SARIF 2.1.0 with its schema, for tests; Unlicense
	jsEngine   = "github.com/dop251/goja"                   // JavaScript in pure Go, MIT, maintained; its fork sobek costs the same and adds ES modules, which njs does not have
	regexp2    = "github.com/dlclark/regexp2"               // goja's backtracking regular expressions, to limit their time; MIT
	terminal   = "golang.org/x/term"                        // the width of the terminal; the Go team's own, BSD
)

// Packages is the import order: a package may only import rows above its own. A folder with
// Go files that is not listed fails the test.
var Packages = []Package{
	{Path: "internal/deps", Why: "the import order knows no code of ours"},
	{Path: "internal/pki", Why: "it mints certificates, good and wrong, for whoever needs them"},
	{Path: "internal/pki/fixtures", Why: "it makes testdata/certs, by hand", Imports: []string{"internal/pki"}},
	{Path: "internal/tlswire", Why: "TLS as bytes, with no opinion and no socket; one cipher to read what it explains", Modules: []string{cryptobyte, chacha}},
	{
		Path: "internal/tlslegacy", Why: "a TLS client for what crypto/tls no longer speaks, on top of the bytes",
		Imports: []string{"internal/tlswire"},
	},
	{Path: "distribution", Why: "what the user configured is plain data: everybody may know it, it knows nobody"},
	{
		Path: "internal/ingest/tree", Why: "the one shape in which every reader of files hands on what it read; it judges nothing",
		Modules: []string{yaml},
	},
	{Path: "internal/columns", Why: "lines of a terminal's width, for every screen alike"},
	{Path: "internal/when", Why: "times as people type them, for flags, overlays and the API alike"},
	{Path: "internal/setting", Why: "the one table of what can be set: readers of files and of flags go by it, and it reads nothing"},
	{
		Path: "internal/ingest/terraform", Why: "it evaluates Terraform as far as that goes without providers, and judges nothing; distribution has the managed policies by name",
		Imports: []string{"distribution", "internal/ingest/tree"}, Modules: []string{hcl, cty, yaml}, TestModules: []string{tfjson},
	},
	{
		Path: "internal/ingest/cloudformation", Why: "it evaluates templates as far as that goes before deployment, and judges nothing; distribution tells what stands behind a name",
		Imports: []string{"distribution", "internal/ingest/tree"},
	},
	{
		Path: "internal/ingest/apishape", Why: "what any reader read becomes distributions here, judged once for all formats, and the API's JSON again",
		Imports: []string{"distribution", "internal/ingest/tree"}, Modules: []string{yaml},
	},
	{
		Path: "internal/ingest", Why: "it turns files into a distribution and knows nothing of what is done with one",
		Imports: []string{"distribution", "internal/setting", "internal/when", "internal/ingest/tree", "internal/ingest/apishape", "internal/ingest/cloudformation", "internal/ingest/terraform"}, Modules: []string{yaml, tfjson, hcl}, TestModules: []string{jsonschema, aws},
	},
	{
		Path: "internal/pull", Why: "what the CloudFront API holds, as files; the AWS SDK stays behind it, without its clients of services (20 s of CPU to build), and managed policies are known without asking",
		Imports: []string{"distribution"}, Modules: []string{aws, smithy},
	},
	{Path: "internal/bucket", Why: "a folder answered as S3 would: it knows HTTP and the folder, and nobody of ours"},
	{
		Path: "policy", Why: "what the documentation prescribes is pure: no socket, no recording, no third party",
		Imports: []string{"distribution"},
	},
	{
		Path: "faults", Why: "a wish that an origin fail is data: whoever plays it or shows it reads it from here",
		Imports: []string{"policy", "distribution"},
	},
	{
		Path: "internal/http1", Why: "the viewer's side of HTTP/1 as bytes: it reads and frames, and leaves every opinion to the edge",
		Imports: []string{"policy"},
	},
	{
		Path: "internal/tlsscan", Why: "what an origin's TLS would accept, found out by questions; whoever gives it Ask owns the sockets",
		Imports: []string{"policy", "internal/tlswire"},
	},
	{
		Path: "originconn", Why: "the only road to an origin; it brings back facts and calls nobody above",
		Imports: []string{"policy", "distribution", "internal/tlswire", "internal/tlslegacy", "internal/tlsscan"}, Modules: []string{rootList},
		TestModules: []string{http2},
	},
	{
		Path: "recording", Why: "it keeps what originconn saw and policy judged; tlswire gives the TLS numbers their names",
		Imports: []string{"originconn", "policy", "internal/tlswire"}, TestModules: []string{jsonschema},
	},
	{
		Path: "internal/har", Why: "exchanges in the format of browsers' developer tools, which wants bodies decompressed",
		Imports: []string{"recording", "originconn"}, Modules: []string{brotli}, TestModules: []string{jsonschema, cdproto},
	},
	{
		Path: "internal/logline", Why: "one line of the log for each exchange, for whoever runs an edge",
		Imports: []string{"recording"}, Modules: []string{logrus}, TestModules: []string{logrus},
	},
	{
		Path: "internal/cflog", Why: "exchanges as CloudFront's access logs; tlswire gives the TLS versions their names",
		Imports: []string{"recording", "originconn", "policy", "internal/tlswire"},
	},
	{
		Path: "internal/story", Why: "one exchange told to a person, with the rule that decided it; logline has what no terminal may get",
		Imports: []string{"recording", "originconn", "policy", "internal/tlswire", "internal/logline", "internal/columns"},
	},
	{
		Path: "internal/replay", Why: "a recording instead of origins; it undoes what the edge compressed, to give back what the origin sent",
		Imports: []string{"recording", "originconn", "policy"}, Modules: []string{brotli},
	},
	{Path: "internal/store/storetest", Why: "the one suite that every store answers to; it belongs to tests alone", Anything: true},
	{
		Path: "internal/store/compact", Why: "what every store on disk writes: an exchange in few bytes",
		Imports: []string{"recording", "originconn", "policy", "internal/tlswire"},
	},
	{
		Path: "internal/store/lookup", Why: "what filters ask, in SQL, the same for every database",
		Imports: []string{"recording", "policy"},
	},
	{
		Path: "internal/store/queue", Why: "what every store that writes slowly has before it",
		Imports: []string{"recording"},
	},
	{
		Path: "internal/store/sqlitestore", Why: "SQLite stays behind one package", Modules: []string{sqlite},
		Imports: []string{"recording", "internal/store/compact", "internal/store/lookup", "internal/store/queue", "policy"},
	},
	{
		Path: "internal/store/pgstore", Why: "PostgreSQL stays behind one package; what it cannot take waits in a folder", Modules: []string{pgx},
		Imports: []string{"recording", "internal/store/compact", "internal/store/lookup", "internal/store/queue", "internal/store/sqlitestore", "policy"},
	},
	{Path: "internal/cache", Why: "what is kept and who waits for it, as bytes under keys: no HTTP, no rule, no clock"},
	{Path: "internal/functions/kvs", Why: "key-value stores as files have them", Imports: []string{"distribution"}},
	{
		Path: "internal/functions/js", Why: "the JavaScript engine stays behind one package: events in, results out, no socket and no file",
		Imports: []string{"policy", "internal/functions/kvs"}, Modules: []string{jsEngine, regexp2},
	},
	{
		Path: "internal/functions/trial", Why: "one function on one event, as the service's own test has it, for the command and for Go tests",
		Imports: []string{"policy", "internal/functions/js", "internal/functions/kvs"},
	},
	{Path: "internal/functions/lambda", Why: "processes and the Invoke API, JSON in and JSON out; what it means is not for here"},
	{
		Path: "internal/functions", Why: "the edge functions of a distribution: what to run when, with what policy lets it see and change",
		Imports: []string{"distribution", "policy", "internal/functions/js", "internal/functions/kvs", "internal/functions/lambda"},
	},
	{
		Path: "internal/sigv4", Why: "requests signed as AWS signs; the SDK's signer stays behind it", Imports: []string{"policy"}, Modules: []string{aws},
	},
	{
		Path: "edge", Why: "one viewer request from match to response, without goproxy and without file formats; it compresses as the edge does",
		Imports: []string{"internal/functions", "internal/sigv4", "distribution", "policy", "faults", "originconn", "recording", "internal/cache"}, Modules: []string{brotli},
	},
	{
		Path: "proxy", Why: "the adapter between goproxy and edge: it decides nothing itself",
		Imports: []string{"edge", "recording", "policy", "internal/pki", "internal/http1"}, Modules: []string{goproxy, logrus},
		TestModules: []string{http2},
	},
	{
		Path: "internal/explain", Why: "the picture of a request is what edge decides without I/O, told to people; it goes nowhere itself",
		Imports: []string{"edge", "policy", "distribution", "recording"},
	},
	{
		Path: "internal/check", Why: "it walks the edge's road and has none of its own; tlswire gives the TLS numbers their names",
		Imports: []string{"edge", "originconn", "policy", "distribution", "internal/tlswire"}, TestModules: []string{jsonschema, sarif},
	},
	{
		Path: "internal/lab", Why: "broken origins share nothing with the road that judges them, or a fault could hide in both",
		Imports: []string{"policy", "distribution", "internal/pki"},
	},
	{Path: "internal/invalidation", Why: "invalidations as CloudFront's API takes them; it knows no cache", Imports: []string{"policy"}},
	{
		Path: "internal/inspector/page", Why: "the page of the inspector is files: it knows nobody",
	},
	{
		Path: "internal/inspector", Why: "it reads recordings and the catalogue, takes wishes for faults, and can reach no origin",
		Imports: []string{"internal/inspector/page", "recording", "internal/when", "internal/har", "policy", "faults", "internal/invalidation"},
	},
	{
		Path: "internal/standin", Why: "folders instead of buckets, behind sockets of their own; ingest says how they are named, distribution which endpoint a name is",
		Imports: []string{"internal/bucket", "internal/pki", "internal/ingest", "distribution"},
	},
	{Path: "edgesimtest", Why: "it is for tests, of others and of ours, and wires an edge for them", Anything: true},
	{Path: "internal/conntest", Why: "it counts the connections that tests leave open, and belongs to tests alone", Anything: true},
	{Path: "internal/peers", Why: "it starts real servers for tests, and belongs to tests alone", Anything: true},
	{Path: "internal/documents", Why: "it finds the commands in our documents, and belongs to tests alone"},
	{Path: "internal/peers/cmd/missing", Why: "it names the peers that are not installed", Imports: []string{"internal/peers"}},
	{Path: "test/e2e", Why: "tests of the whole program, from outside", Anything: true},
	{Path: "test/page", Why: "tests of the page from outside, in a real browser that chromedp drives (MIT, kept up, no dependency but its own protocol types)", Anything: true},
	{Path: "test/compose", Why: "tests of the images and of docker-compose.yml, on a real Docker engine", Anything: true},
	{Path: "test/compose/tests", Why: "tests that run inside the compose network", Anything: true},
	{
		Path: "cmd/edgesim", Why: "it wires everything, and nobody imports it",
		Imports: []string{
			"internal/pki",
			"internal/when",
			"internal/columns",
			"internal/tlswire",
			"distribution",
			"internal/setting",
			"internal/ingest",
			"internal/pull",
			"policy",
			"faults",
			"originconn",
			"recording",
			"internal/har",
			"internal/cflog",
			"internal/logline",
			"internal/sigv4",
			"internal/standin",
			"internal/story",
			"internal/replay",
			"internal/store/sqlitestore",
			"internal/store/pgstore",
			"internal/functions",
			"internal/functions/js",
			"internal/functions/kvs",
			"internal/functions/lambda",
			"internal/functions/trial",
			"edge",
			"proxy",
			"internal/explain", "internal/check",
			"internal/lab",
			"internal/inspector",
			"internal/invalidation",
		},
		Modules: []string{cli, logrus, terminal, signer}, TestModules: []string{testscript},
	},
}

// TestImports maps each of our packages that every test may import, in addition to those
// above its own package, to the reason.
var TestImports = map[string]string{
	"internal/conntest":        "every connection is closed or kept when a test ends",
	"internal/documents":       "what documents show is run by tests",
	"internal/peers":           "servers that are not ours, as origins that cannot share a mistake with us",
	"edgesimtest":              "an edge in one line, for tests that need no more of it than that",
	"internal/store/storetest": "the one suite that every store answers to",
	"internal/lab":             "real origins on loopback stand in for mocks, for packages above it too",
}
