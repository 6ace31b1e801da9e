package pull_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
)

// service speaks CloudFront's wire format, XML over REST. What it answers was
// written by the SDK's own serializers: a test creates things through a client
// of the SDK, and the service keeps the XML that the client sent.
type service struct {
	*httptest.Server
	mu sync.Mutex
	// things are the XML of configurations, by "kind/id".
	things map[string]string
	order  []string
	// code is the code of functions, stores the key-value stores' names, and keys
	// their pairs, by ARN.
	code   map[string][]byte
	stores []string
	keys   map[string][][2]string
	// denied are path prefixes that answer AccessDenied, throttled the number of
	// calls still to be throttled.
	denied    []string
	throttled int
	// calls are the requests that came in.
	calls []string
}

// wrappers are the elements around the configuration of each kind.
var wrappers = map[string][2]string{
	"distribution":                      {"Distribution", "DistributionConfig"},
	"cache-policy":                      {"CachePolicy", "CachePolicyConfig"},
	"origin-request-policy":             {"OriginRequestPolicy", "OriginRequestPolicyConfig"},
	"response-headers-policy":           {"ResponseHeadersPolicy", "ResponseHeadersPolicyConfig"},
	"origin-access-control":             {"OriginAccessControl", "OriginAccessControlConfig"},
	"origin-access-identity/cloudfront": {"CloudFrontOriginAccessIdentity", "CloudFrontOriginAccessIdentityConfig"},
	"key-group":                         {"KeyGroup", "KeyGroupConfig"},
	"public-key":                        {"PublicKey", "PublicKeyConfig"},
	"continuous-deployment-policy":      {"ContinuousDeploymentPolicy", "ContinuousDeploymentPolicyConfig"},
}

func newService(t testing.TB) *service {
	s := &service{things: map[string]string{}, code: map[string][]byte{}, keys: map[string][][2]string{}}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

const base = "/2020-05-31/"

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	body := readBody(r)
	s.calls = append(s.calls, r.Method+" "+r.URL.RequestURI())
	if !strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-") {
		fail(w, 403, "AccessDenied", "not signed")
		return
	}
	if r.Method == "GET" && s.throttled > 0 {
		s.throttled--
		fail(w, 429, "Throttling", "Rate exceeded")
		return
	}
	for _, prefix := range s.denied {
		if r.Method == "GET" && strings.HasPrefix(r.URL.Path, prefix) && strings.HasPrefix(prefix, "/key-value-stores/") {
			w.Header().Set("X-Amzn-ErrorType", "AccessDeniedException")
			w.WriteHeader(403)
			return
		}
		if r.Method == "GET" && strings.HasPrefix(r.URL.Path, prefix) {
			fail(w, 403, "AccessDenied", "User: arn:aws:iam::111122223333:user/x is not authorized")
			return
		}
	}
	path := strings.TrimPrefix(r.URL.Path, base)
	switch {
	case strings.HasPrefix(r.URL.Path, "/key-value-stores/"):
		s.listKeys(w, r)
	case r.Method == "GET" && path == "distribution":
		s.listDistributions(w, r)
	case r.Method == "GET" && path == "key-value-store":
		s.listStores(w, r)
	case strings.HasPrefix(path, "function"):
		s.function(w, r, path, body)
	case r.Method == "POST":
		s.create(w, path, body)
	default:
		for kind := range wrappers {
			if id, ok := strings.CutPrefix(path, kind+"/"); ok {
				s.get(w, kind, id)
				return
			}
		}
		fail(w, 404, "NoSuchResource", path)
	}
}

func readBody(r *http.Request) string {
	var b strings.Builder
	buf := make([]byte, 1<<16)
	for {
		n, err := r.Body.Read(buf)
		b.Write(buf[:n])
		if err != nil {
			return b.String()
		}
	}
}

func fail(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(status)
	fmt.Fprintf(w, `<ErrorResponse xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error><RequestId>r</RequestId></ErrorResponse>`, code, message)
}

// create keeps what the SDK sent. The id is what CallerReference or Name say.
func (s *service) create(w http.ResponseWriter, kind, body string) {
	id := element(body, "CallerReference")
	if id == "" {
		id = element(body, "Name")
	}
	s.things[kind+"/"+id] = body
	s.order = append(s.order, kind+"/"+id)
	w.WriteHeader(201)
	s.write(w, kind, id)
}

func (s *service) get(w http.ResponseWriter, kind, id string) {
	if _, ok := s.things[kind+"/"+id]; !ok {
		fail(w, 404, "NoSuch"+wrappers[kind][0], "The specified thing does not exist.")
		return
	}
	w.Header().Set("ETag", "E"+id)
	s.write(w, kind, id)
}

func (s *service) write(w http.ResponseWriter, kind, id string) {
	wrap := wrappers[kind]
	fmt.Fprintf(w, `<%s xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><Id>%s</Id>`, wrap[0], id)
	fmt.Fprint(w, `<LastModifiedTime>2026-11-30T12:00:00Z</LastModifiedTime>`)
	if kind == "distribution" {
		fmt.Fprintf(w, `<ARN>arn:aws:cloudfront::111122223333:distribution/%s</ARN><Status>Deployed</Status><DomainName>d%s.cloudfront.net</DomainName><InProgressInvalidationBatches>0</InProgressInvalidationBatches>`, id, strings.ToLower(id))
	}
	fmt.Fprintf(w, `%s</%s>`, s.things[kind+"/"+id], wrap[0])
}

// listDistributions answers two a page.
func (s *service) listDistributions(w http.ResponseWriter, r *http.Request) {
	var ids []string
	for _, key := range s.order {
		if id, ok := strings.CutPrefix(key, "distribution/"); ok {
			ids = append(ids, id)
		}
	}
	page, next := paged(ids, r.URL.Query().Get("Marker"))
	fmt.Fprintf(w, `<DistributionList><Marker></Marker><MaxItems>2</MaxItems><IsTruncated>%t</IsTruncated><Quantity>%d</Quantity>`, next != "", len(page))
	if next != "" {
		fmt.Fprintf(w, `<NextMarker>%s</NextMarker>`, next)
	}
	fmt.Fprint(w, `<Items>`)
	for _, id := range page {
		fmt.Fprintf(w, `<DistributionSummary><Id>%s</Id></DistributionSummary>`, id)
	}
	fmt.Fprint(w, `</Items></DistributionList>`)
}

// paged returns the two items behind a marker, and the next marker.
func paged(all []string, marker string) (page []string, next string) {
	from := 0
	if marker != "" {
		from = slices.Index(all, marker) + 1
	}
	page = all[from:min(from+2, len(all))]
	if from+2 < len(all) {
		next = page[1]
	}
	return page, next
}

func (s *service) listStores(w http.ResponseWriter, r *http.Request) {
	page, next := paged(s.stores, r.URL.Query().Get("Marker"))
	fmt.Fprintf(w, `<KeyValueStoreList><MaxItems>2</MaxItems><Quantity>%d</Quantity>`, len(page))
	if next != "" {
		fmt.Fprintf(w, `<NextMarker>%s</NextMarker>`, next)
	}
	fmt.Fprint(w, `<Items>`)
	for _, name := range page {
		fmt.Fprintf(w, `<KeyValueStore><Name>%s</Name><Id>id-%s</Id><Comment></Comment><ARN>%s</ARN><LastModifiedTime>2026-11-30T12:00:00Z</LastModifiedTime></KeyValueStore>`, name, name, storeARN(name))
	}
	fmt.Fprint(w, `</Items></KeyValueStoreList>`)
}

func storeARN(name string) string {
	return "arn:aws:cloudfront::111122223333:key-value-store/id-" + name
}

// listKeys answers one a page, in the JSON of the stores' own service.
func (s *service) listKeys(w http.ResponseWriter, r *http.Request) {
	if !strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-ECDSA-P256-SHA256") {
		w.Header().Set("X-Amzn-ErrorType", "AccessDeniedException")
		w.WriteHeader(403)
		return
	}
	escaped := strings.TrimSuffix(strings.TrimPrefix(r.URL.EscapedPath(), "/key-value-stores/"), "/keys")
	arn, _ := url.PathUnescape(escaped)
	pairs := s.keys[arn]
	from := 0
	fmt.Sscan(r.URL.Query().Get("NextToken"), &from)
	answer := map[string]any{"Items": []any{}}
	if from < len(pairs) {
		answer["Items"] = []map[string]string{{"Key": pairs[from][0], "Value": pairs[from][1]}}
	}
	if from+1 < len(pairs) {
		answer["NextToken"] = fmt.Sprint(from + 1)
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(answer)
}

// function answers for functions, whose code is the body of an answer.
func (s *service) function(w http.ResponseWriter, r *http.Request, path, body string) {
	if r.Method == "POST" {
		name := element(body, "Name")
		s.things["function/"+name] = "<FunctionConfig>" + element(body, "FunctionConfig") + "</FunctionConfig>"
		s.code[name], _ = base64.StdEncoding.DecodeString(element(body, "FunctionCode"))
		w.WriteHeader(201)
		fmt.Fprint(w, `<FunctionSummary></FunctionSummary>`)
		return
	}
	parts := strings.Split(path, "/")
	if r.URL.Query().Get("Stage") != "LIVE" || s.things["function/"+parts[1]] == "" {
		fail(w, 404, "NoSuchFunctionExists", "The specified function does not exist.")
		return
	}
	if len(parts) == 2 {
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Write(s.code[parts[1]])
		return
	}
	fmt.Fprintf(w, `<FunctionSummary><Name>%s</Name><Status>UNASSOCIATED</Status>%s<FunctionMetadata><FunctionARN>%s</FunctionARN><Stage>LIVE</Stage><CreatedTime>2026-11-30T12:00:00Z</CreatedTime><LastModifiedTime>2026-11-30T12:00:00Z</LastModifiedTime></FunctionMetadata></FunctionSummary>`,
		parts[1], s.things["function/"+parts[1]], functionARN(parts[1]))
}

func functionARN(name string) string { return "arn:aws:cloudfront::111122223333:function/" + name }

// element returns the content of the first element with a name.
func element(xml, name string) string {
	m := regexp.MustCompile(`(?s)<` + name + `(?: [^>]*)?>(.*?)</` + name + `>`).FindStringSubmatch(xml)
	if m == nil {
		return ""
	}
	return m[1]
}

// load are the options of a client that talks to the service alone.
func (s *service) load() []func(*config.LoadOptions) error {
	return []func(*config.LoadOptions) error{
		config.WithCredentialsProvider(credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "")),
		config.WithRegion("us-east-1"), config.WithSharedConfigFiles([]string{}), config.WithSharedCredentialsFiles([]string{}),
	}
}

// client is a client of the SDK that fills the service.
func (s *service) client(t testing.TB) *cloudfront.Client {
	cfg, err := config.LoadDefaultConfig(context.Background(), append(s.load(), config.WithBaseEndpoint(s.URL))...)
	if err != nil {
		t.Fatal(err)
	}
	return cloudfront.NewFromConfig(cfg)
}

// must fails the test where the SDK could not create something.
func must[T any](t testing.TB) func(T, error) {
	return func(_ T, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
}
