package tests_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

// The addresses in the compose network, from the environment of the service.
var (
	edgeHTTP  = os.Getenv("EDGESIM_TESTS_HTTP")
	edgeHTTPS = os.Getenv("EDGESIM_TESTS_HTTPS")
	edgeAPI   = os.Getenv("EDGESIM_TESTS_API")
	caFile    = os.Getenv("EDGESIM_TESTS_CA")
)

func TestMain(m *testing.M) {
	if edgeHTTP == "" {
		fmt.Println("compose/tests: nothing to test outside the compose network: docker compose run --rm tests")
		return
	}
	os.Exit(m.Run())
}

// client is a viewer that trusts the viewer CA of the shared volume and follows
// no redirects.
func client(t *testing.T) *http.Client {
	t.Helper()
	ca, err := os.ReadFile(caFile)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(ca) {
		t.Fatalf("%s holds no certificate: %s", caFile, ca)
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, ForceAttemptHTTP2: true}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{
		Transport: transport, Timeout: time.Minute,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// answer is a response with what could be read of its body.
type answer struct {
	*http.Response
	body    string
	bodyErr error
}

// ask sends a request; body may be "".
func ask(t *testing.T, method, url, body string) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	response, err := client(t).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	return answer{response, string(data), err}
}

// decode reads an answer of the API.
func decode[T any](t *testing.T, a answer) T {
	t.Helper()
	var v T
	if err := json.Unmarshal([]byte(a.body), &v); err != nil || a.StatusCode != http.StatusOK {
		t.Fatalf("the API answered %d %s (%v)", a.StatusCode, a.body, err)
	}
	return v
}
