package pull_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

// service speaks CloudFront's wire format, XML over REST, and takes signed
// requests alone. The configurations in its answers were written by the SDK's own
// serializers (testdata/sdk).
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
	s.calls = append(s.calls, r.Method+" "+r.URL.RequestURI())
	if err := verify(r); err != nil {
		fail(w, 403, "SignatureDoesNotMatch", err.Error())
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
		s.function(w, r, path)
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

func fail(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(status)
	fmt.Fprintf(w, `<ErrorResponse xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error><RequestId>r</RequestId></ErrorResponse>`, code, message)
}

// create keeps a distribution.
func (s *service) create(id, config string) {
	s.things["distribution/"+id] = config
	s.order = append(s.order, "distribution/"+id)
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
	segments := strings.Split(r.URL.EscapedPath(), "/") // "", key-value-stores, ARN, keys
	if len(segments) != 4 {
		w.Header().Set("X-Amzn-ErrorType", "ValidationException")
		w.WriteHeader(400)
		return
	}
	arn, _ := url.PathUnescape(segments[2])
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
func (s *service) function(w http.ResponseWriter, r *http.Request, path string) {
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

// load are the options of a client that talks to the service alone.
func (s *service) load() []func(*config.LoadOptions) error {
	return []func(*config.LoadOptions) error{
		config.WithCredentialsProvider(credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", secrets["AKIDEXAMPLE"], "session/token+==")),
		config.WithRegion("us-east-1"), config.WithSharedConfigFiles([]string{}), config.WithSharedCredentialsFiles([]string{}),
	}
}
