package e2e_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/edgesim/edgesim/internal/peers"
	"github.com/edgesim/edgesim/internal/pki"
)

// clientFiles is a client certificate with its key and its CA, as PEM files.
type clientFiles struct{ certificate, key, ca string }

// clientCertificateFor makes one as a template says, on which the purpose is
// clientAuth unless it is said.
func clientCertificateFor(t testing.TB, template pki.Template) clientFiles {
	t.Helper()
	noon, err := time.Parse(time.RFC3339, peers.Noon)
	if err != nil {
		t.Fatal(err)
	}
	ca, err := pki.NewCA(pki.Template{CommonName: "client CA", NotBefore: noon.AddDate(-1, 0, 0), NotAfter: noon.AddDate(1, 0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	template.CommonName = "edge"
	if template.Purpose == pki.DefaultPurpose {
		template.Purpose = pki.ClientAuth
	}
	made, err := ca.Issue(template)
	if err != nil {
		t.Fatal(err)
	}
	key, err := made.KeyPEM()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	f := clientFiles{filepath.Join(dir, "client.pem"), filepath.Join(dir, "client.key"), filepath.Join(dir, "ca.pem")}
	for file, data := range map[string][]byte{f.certificate: made.PEM(), f.key: key, f.ca: ca.PEM()} {
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return f
}

// insisting are s_server's arguments for an origin that takes only client
// certificates of this CA; whether they are expired is asked of the tests' noon.
func insisting(t testing.TB, f clientFiles, more ...string) []string {
	t.Helper()
	noon, err := time.Parse(time.RFC3339, peers.Noon)
	if err != nil {
		t.Fatal(err)
	}
	return append([]string{"-Verify", "2", "-verify_return_error", "-CAfile", f.ca, "-attime", fmt.Sprint(noon.Unix())}, more...)
}

// TestClientCertificate serves origins that insist on a client certificate, by
// the flags: CF-MTLS-01, CF-MTLS-02, CF-MTLS-03, CF-MTLS-06, CF-MTLS-08.
func TestClientCertificate(t *testing.T) {
	t.Parallel()
	all := certificates(t)
	good, other := clientCertificateFor(t, pki.Template{}), clientCertificateFor(t, pki.Template{})
	rows := []struct {
		name, certificate, proves string
		server                    []string
		want                      verdict
	}{
		{"insists-tls13", "wildcard-rsa", "CF-MTLS-01", insisting(t, good, "-tls1_3"), verdict{}},
		{"insists-tls12", "wildcard-rsa", "CF-MTLS-01", insisting(t, good, "-tls1_2"), verdict{}},
		{"insists-second-road", "wildcard-rsa", "CF-MTLS-01", insisting(t, good, tls12("ECDHE-RSA-AES256-SHA384")...), verdict{}},
		{"does-not-ask", "wildcard-rsa", "CF-MTLS-02", nil, verdict{}},
		{"takes-another", "wildcard-rsa", "CF-MTLS-08", insisting(t, other), clientCertificate},
		{"takes-another-tls12", "wildcard-rsa", "CF-MTLS-08", insisting(t, other, "-tls1_2"), clientCertificate},
		{"self-signed", "self-signed-rsa", "CF-MTLS-06", insisting(t, good), verdict{rule: "CF-CERT-03", cause: "cert-self-signed"}},
	}
	var s site
	for _, r := range rows {
		domain := r.name + ".peers.example"
		if r.name == "self-signed" {
			domain = peers.Domain("self-signed-rsa")
		}
		s.add(origin{name: r.name, domain: domain, address: peers.OpenSSL(t, all.Get(r.certificate), pages(t, r.name), r.server...)})
	}
	e := s.serve(t, "--client-certificate", good.certificate, "--client-key", good.key)
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			r.want.check(t, e.get(t, "/"+r.name), greeting(r.name))
		})
	}
}

// TestExpiredClientCertificate: the edge presents it, and the origin decides what to do
// with it (CF-MTLS-03).
func TestExpiredClientCertificate(t *testing.T) {
	t.Parallel()
	all := certificates(t)
	old := time.Date(2025, 7, 1, 0, 0, 0, 0, time.UTC)
	expired := clientCertificateFor(t, pki.Template{NotBefore: old, NotAfter: old.AddDate(0, 1, 0)})
	var s site
	s.add(origin{name: "lenient", domain: "lenient.peers.example", address: peers.OpenSSL(t, wild(all, "good-rsa"), pages(t, "lenient"), "-Verify", "2")})
	s.add(origin{name: "strict", domain: "strict.peers.example", address: peers.OpenSSL(t, wild(all, "good-rsa"), pages(t, "strict"), insisting(t, expired)...)})
	e := s.serve(t, "--client-certificate", expired.certificate, "--client-key", expired.key)
	verdict{}.check(t, e.get(t, "/lenient"), greeting("lenient"))
	clientCertificate.check(t, e.get(t, "/strict"), "")
}

// overlay writes an overlay around the site's distribution.
func (s *site) overlay(t testing.TB, text string) string {
	t.Helper()
	data, err := json.Marshal(s.config())
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "edgesim.yaml")
	for name, content := range map[string][]byte{filepath.Join(dir, "distribution.json"): data, file: []byte("distribution: distribution.json\n" + text)} {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return file
}

// TestClientCertificateOverlay says the same in the overlay, for one of two
// origins (CF-MTLS-01, CF-MTLS-08: it is per origin).
func TestClientCertificateOverlay(t *testing.T) {
	t.Parallel()
	all := certificates(t)
	good := clientCertificateFor(t, pki.Template{KeyKind: pki.RSA2048})
	var s site
	text := fmt.Sprintf("at: %q\ntrust: [%q]\nclient-certificate: %q\nclient-key: %q\nclient-certificate-origins: [with]\nconnect:\n",
		peers.Noon, all.Root(), good.certificate, good.key)
	for _, name := range []string{"with", "without"} {
		o := origin{name: name, domain: name + ".peers.example", address: peers.OpenSSL(t, wild(all, "good-rsa"), pages(t, name), insisting(t, good)...)}
		s.add(o)
		text += fmt.Sprintf("  %s: %q\n", o.domain, o.address)
	}
	e := serve(t, s.overlay(t, text))
	verdict{}.check(t, e.get(t, "/with"), greeting("with"))
	clientCertificate.check(t, e.get(t, "/without"), "")
}

// TestClientCertificateRefused: what CloudFront would not take from ACM ends the
// program at its start, with the rule (CF-MTLS-04, CF-MTLS-05).
func TestClientCertificateRefused(t *testing.T) {
	t.Parallel()
	good := clientCertificateFor(t, pki.Template{})
	p384 := clientCertificateFor(t, pki.Template{KeyKind: pki.P384})
	server := clientCertificateFor(t, pki.Template{Purpose: pki.ServerAuth})
	small := clientCertificateFor(t, pki.Template{KeyKind: pki.RSA1024})
	chain := filepath.Join(t.TempDir(), "chain.pem")
	var long []byte
	for _, file := range []string{good.certificate, good.ca, good.ca, good.ca} {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		long = append(long, data...)
	}
	if err := os.WriteFile(chain, long, 0o600); err != nil {
		t.Fatal(err)
	}
	overlay := filepath.Join(t.TempDir(), "edgesim.yaml")
	text := fmt.Sprintf("origin: https://origin.example\nclient-certificate: %q\nclient-key: %q\n", p384.certificate, p384.key)
	if err := os.WriteFile(overlay, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	flags := func(certificate, key string) []string {
		return []string{"--origin", "https://origin.example", "--client-certificate", certificate, "--client-key", key}
	}
	for _, r := range []struct {
		name string
		args []string
		says string
	}{
		{"P-384", flags(p384.certificate, p384.key), "CF-MTLS-04"},
		{"P-384 in the overlay", []string{overlay}, "CF-MTLS-04"},
		{"RSA of 1024 bits", flags(small.certificate, small.key), "CF-MTLS-04"},
		{"for servers", flags(server.certificate, server.key), "CF-MTLS-04"},
		{"four certificates", flags(chain, good.key), "CF-MTLS-04"},
		{"another's key", flags(good.certificate, p384.key), "--client-certificate"},
		{"CF-GRPC-06 with gRPC", []string{grpcConfig(t), "--client-certificate", good.certificate, "--client-key", good.key}, "CF-CONF-28"},
		{"no key", []string{"--origin", "https://origin.example", "--client-certificate", good.certificate}, "go together"},
		{"no such file", flags(good.certificate+".not", good.key), "--client-certificate"},
	} {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			home := t.TempDir()
			command := exec.Command(program(t), append([]string{"serve", "--listen", "127.0.0.1:0", "--listen-tls", "off", "--inspect", "off"}, r.args...)...)
			command.Env = cleanEnvironment(home)
			p := peers.Start(t, command)
			if code := p.ExitCode(t, 30*time.Second); code != 2 || !strings.Contains(p.Output(), r.says) || !strings.HasPrefix(p.Output(), "edgesim: ") {
				t.Errorf("exit code %d, want 2 and %q in:\n%s", code, r.says, p.Output())
			}
		})
	}
}

// TestForbidTLS13: the switch takes TLS 1.3 out of the offer (CF-TLS-07,
// CF-TLS-08).
func TestForbidTLS13(t *testing.T) {
	t.Parallel()
	all := certificates(t)
	for _, forbid := range []bool{false, true} {
		t.Run(fmt.Sprint(forbid), func(t *testing.T) {
			t.Parallel()
			var s site
			s.add(origin{name: "only13", domain: "only13.peers.example", address: peers.OpenSSL(t, wild(all, "good-rsa"), pages(t, "only13"), "-tls1_3")})
			s.add(origin{name: "any", domain: "any.peers.example", address: peers.OpenSSL(t, wild(all, "good-rsa"), pages(t, "any"))})
			want, version, args := verdict{}, "TLSv1.3", []string(nil)
			if forbid {
				want, version, args = protocolMismatch, "TLSv1.2", []string{"--tls13", "forbid"}
			}
			e := s.serve(t, args...)
			want.check(t, e.explained(t, "/only13", want), greeting("only13"))
			a := e.get(t, "/any")
			verdict{}.check(t, a, greeting("any"))
			if h := e.exchange(t, a).Attempts[0].Handshake; h == nil || h.Version != version {
				t.Errorf("recorded: %+v, want %s", h, version)
			}
		})
	}
}

// TestECDSAThenAndNow is flynn/flynn#3654: an origin with an ECDSA certificate
// was refused in 2016 and is fine today (CF-TLS-09, CF-TLS-29).
func TestECDSAThenAndNow(t *testing.T) {
	t.Parallel()
	all := certificates(t)
	for date, want := range map[string]verdict{"2017-12-07": noSharedCipher, "current": {}} {
		t.Run(date, func(t *testing.T) {
			t.Parallel()
			var s site
			s.add(origin{name: "ecdsa", domain: "ecdsa.peers.example", address: peers.OpenSSL(t, wild(all, "good-ecdsa"), pages(t, "ecdsa"))})
			e := s.serve(t, "--policy", date)
			want.check(t, e.explained(t, "/ecdsa", want), greeting("ecdsa"))
		})
	}
}

// TestKeyLog: --tls-key-log appends the secrets of both roads to a file that
// its owner alone can read.
func TestKeyLog(t *testing.T) {
	t.Parallel()
	all := certificates(t)
	file := filepath.Join(t.TempDir(), "keys.log")
	var s site
	s.add(origin{name: "tls13", domain: "tls13.peers.example", address: peers.OpenSSL(t, wild(all, "good-rsa"), pages(t, "tls13"), "-tls1_3")})
	s.add(origin{name: "tls12", domain: "tls12.peers.example", address: peers.OpenSSL(t, wild(all, "good-rsa"), pages(t, "tls12"), tls12("ECDHE-RSA-AES128-GCM-SHA256")...)})
	s.add(origin{name: "second", domain: "second.peers.example", address: peers.OpenSSL(t, wild(all, "good-rsa"), pages(t, "second"), tls12("ECDHE-RSA-AES256-SHA384")...)})
	e := s.serve(t, "--tls-key-log", file)
	lines := 0
	for _, step := range []struct {
		name, label string
		handshakes  int
	}{
		{"tls13", "CLIENT_TRAFFIC_SECRET_0 ", 1},
		// With Go's client the origin signs by RSA-PSS, which is not on the list
		// (CF-TLS-21): it is asked once more with the list alone.
		{"tls12", "CLIENT_RANDOM ", 2},
		{"second", "CLIENT_RANDOM ", 1},
	} {
		verdict{}.check(t, e.get(t, "/"+step.name), greeting(step.name))
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		added := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")[lines:]
		lines += len(added)
		found := 0
		for _, line := range added {
			if fields := strings.Fields(line); len(fields) != 3 || len(fields[1]) != 64 || len(fields[2]) < 64 {
				t.Errorf("%s: the line %q is none of a key log", step.name, line)
			}
			if strings.HasPrefix(line, step.label) {
				found++
			}
		}
		if found != step.handshakes {
			t.Errorf("%s: %d lines with %s in %q, want %d", step.name, found, step.label, added, step.handshakes)
		}
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v; want 0600", info.Mode(), err)
	}
}

// grpcConfig is the file of a distribution with gRPC.
func grpcConfig(t *testing.T) string {
	t.Helper()
	s := &site{}
	s.add(origin{name: "app", domain: "app.example"})
	config := s.config()
	config["DefaultCacheBehavior"].(object)["GrpcConfig"] = object{"Enabled": true}
	data, err := json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "grpc.json")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
