package grpc_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience is used up only when something is wrong.
const patience = 60 * time.Second

// workshop is the directory of the built program.
var workshop string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "edgesim-grpc-")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		workshop = dir
		return m.Run()
	}())
}

// program builds edgesim once, with the flags that make test gives the race detector.
var program = sync.OnceValues(func() (string, error) {
	file := filepath.Join(workshop, "edgesim")
	args := append([]string{"build", "-C", "../../..", "-race", "-o", file}, strings.Fields(os.Getenv("RACE"))...)
	if out, err := exec.Command("go", append(args, "./cmd/edgesim")...).CombinedOutput(); err != nil {
		return "", fmt.Errorf("building edgesim: %w\n%s", err, out)
	}
	return file, nil
})

// authority stands for a public CA, with one certificate for grpc.example.
type authority struct {
	root []byte // PEM
	leaf tls.Certificate
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	now := time.Now()
	key := func() *ecdsa.PrivateKey {
		k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		must(t, err)
		return k
	}
	caKey, leafKey := key(), key()
	ca := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "gRPC test root"}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	caDER, err := x509.CreateCertificate(rand.Reader, ca, ca, caKey.Public(), caKey)
	must(t, err)
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "grpc.example"}, NotBefore: ca.NotBefore, NotAfter: ca.NotAfter,
		DNSNames: []string{"grpc.example"}, KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	leafDER, err := x509.CreateCertificate(rand.Reader, leaf, ca, leafKey.Public(), caKey)
	must(t, err)
	return &authority{
		root: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: caDER}),
		leaf: tls.Certificate{Certificate: [][]byte{leafDER}, PrivateKey: leafKey},
	}
}

// edge is a running edgesim.
type edge struct {
	HTTPS   string `json:"https"`
	Inspect string `json:"inspect"`
	roots   *x509.CertPool
	output  bytes.Buffer
}

const configuration = `{
  "CallerReference": "grpc", "Comment": "", "Enabled": true, "HttpVersion": "http2",
  "Origins": {"Quantity": 1, "Items": [{"Id": "app", "DomainName": "grpc.example", "CustomOriginConfig": {
    "HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only", "OriginReadTimeout": 30, "OriginKeepaliveTimeout": 5,
    "OriginSslProtocols": {"Quantity": 1, "Items": ["TLSv1.2"]}}}]},
  "DefaultCacheBehavior": {
    "TargetOriginId": "app", "ViewerProtocolPolicy": "https-only", "Compress": true,
    "CachePolicyId": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad", "OriginRequestPolicyId": "b689b0a8-53d0-40ab-baf2-68738e2966ac",
    "AllowedMethods": {"Quantity": 7, "Items": ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"], "CachedMethods": {"Quantity": 2, "Items": ["GET", "HEAD"]}},
    "GrpcConfig": {"Enabled": ENABLED}}}`

// serve starts edgesim in front of an origin.
func serve(t *testing.T, ca *authority, origin string, enabled bool) *edge {
	t.Helper()
	file, err := program()
	must(t, err)
	dir := t.TempDir()
	path := func(name string, content []byte) string {
		p := filepath.Join(dir, name)
		if content != nil {
			must(t, os.WriteFile(p, content, 0o600))
		}
		return p
	}
	config := path("distribution.json", []byte(strings.Replace(configuration, "ENABLED", fmt.Sprint(enabled), 1)))
	ready := path("ready.json", nil)
	state := path("state", nil)
	e := &edge{}
	command := exec.Command(file, "serve", config, "--listen", "127.0.0.1:0", "--listen-tls", "127.0.0.1:0", "--inspect", "127.0.0.1:0",
		"--state", state, "--ready-file", ready, "--origin-ca", path("root.pem", ca.root), "--connect", "grpc.example="+origin)
	command.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "GORACE=atexit_sleep_ms=0"}
	command.Stdout, command.Stderr = &e.output, &e.output
	must(t, command.Start())
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	t.Cleanup(func() {
		command.Process.Signal(syscall.SIGTERM)
		select {
		case err := <-ended:
			if err != nil || strings.Contains(e.output.String(), "DATA RACE") || strings.Contains(e.output.String(), `"level":"error"`) {
				t.Errorf("edgesim: %v\n%s", err, e.output.String())
			}
		case <-time.After(patience):
			command.Process.Kill()
			t.Error("edgesim did not end after SIGTERM")
		}
	})
	await(t, "edgesim being ready", func() bool {
		data, err := os.ReadFile(ready)
		return err == nil && json.Unmarshal(data, e) == nil
	})
	exported := path("ca.pem", nil)
	export := exec.Command(file, "ca", "--export", exported, "--state", state)
	export.Env = command.Env
	if out, err := export.CombinedOutput(); err != nil {
		t.Fatalf("edgesim ca: %v\n%s", err, out)
	}
	trusted, err := os.ReadFile(exported)
	must(t, err)
	e.roots = x509.NewCertPool()
	e.roots.AppendCertsFromPEM(trusted)
	return e
}

// exchange is what the tests read of a recorded exchange.
type exchange struct {
	ID     string `json:"id"`
	Viewer struct {
		URI string `json:"uri"`
	} `json:"viewer"`
	Cause struct{ Name, Detail string } `json:"cause"`
	GRPC  struct {
		Status, Message string
	} `json:"grpc"`
	Findings []struct{ Rule string } `json:"findings"`
	Attempts []struct {
		Reused    bool
		Handshake struct {
			ALPN struct{ Agreed string } `json:"alpn"`
		} `json:"handshake"`
	} `json:"attempts"`
}

// recorded returns the last exchange for this URI, once there is one.
func (e *edge) recorded(t *testing.T, uri string) *exchange {
	t.Helper()
	var x exchange
	await(t, "the record of "+uri, func() bool {
		var list struct {
			Exchanges []exchange `json:"exchanges"`
		}
		e.inspect(t, "/api/exchanges", &list)
		for _, found := range list.Exchanges {
			if found.Viewer.URI == uri {
				e.inspect(t, "/api/exchanges/"+found.ID, &x)
				return true
			}
		}
		return false
	})
	return &x
}

func (e *edge) inspect(t *testing.T, path string, into any) {
	t.Helper()
	r, err := http.Get("http://" + e.Inspect + path)
	must(t, err)
	defer r.Body.Close()
	must(t, json.NewDecoder(r.Body).Decode(into))
}

func await(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for !holds() {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	return ln
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
