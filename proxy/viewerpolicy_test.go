package proxy_test

import (
	"context"
	"crypto/tls"
	"os/exec"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/internal/peers"
	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/proxy"
)

// securityPolicyServer serves HTTPS with the security policy that is the first label of
// the SNI, its dots as hyphens.
func securityPolicyServer(t *testing.T) string {
	t.Helper()
	s := start(t, proxy.Config{Serve: func(context.Context, *edge.ViewerRequest) *edge.Response { panic("nobody asks") }, ViewerPolicy: func(sni string) policy.ViewerPolicy {
		label, _, _ := strings.Cut(sni, ".")
		for _, name := range []string{"SSLv3", "TLSv1", "TLSv1_2016", "TLSv1.1_2016", "TLSv1.2_2018", "TLSv1.2_2019", "TLSv1.2_2021", "TLSv1.2_2025", "TLSv1.3_2025"} {
			if strings.EqualFold(label, strings.NewReplacer(".", "-", "_", "-").Replace(name)) {
				return policy.ViewerPolicyOf(&distribution.Distribution{ViewerCertificate: distribution.ViewerCertificate{MinimumProtocolVersion: name}})
			}
		}
		return policy.ViewerPolicyOf(&distribution.Distribution{})
	}})
	return s.https
}

// TestSecurityPolicy: OpenSSL succeeds with what the policy of the SNI's distribution has,
// and fails in the handshake with anything else (CF-VIEW-41, CF-VIEW-43); HTTP/2 needs TLS
// 1.2 (CF-VIEW-47), and the curves are the documented ones (CF-VIEW-39, CF-VIEW-40).
func TestSecurityPolicy(t *testing.T) {
	t.Parallel()
	peers.Need(t, "openssl")
	at := securityPolicyServer(t)
	const weak = ":@SECLEVEL=0"
	for _, row := range []struct {
		policy, args string
		want         string // "" where the handshake fails
	}{
		{"tlsv1", "-tls1 -cipher ECDHE-ECDSA-AES128-SHA" + weak, "TLSv1 ECDHE-ECDSA-AES128-SHA"},
		{"tlsv1", "-tls1 -cipher AES128-SHA" + weak, "TLSv1 AES128-SHA"},
		{"tlsv1-2016", "-tls1 -cipher ECDHE-RSA-AES256-SHA" + weak, "TLSv1 ECDHE-RSA-AES256-SHA"},
		{"tlsv1-1-2016", "-tls1 -cipher ALL" + weak, ""},
		{"tlsv1-1-2016", "-tls1_1 -cipher ECDHE-RSA-AES128-SHA" + weak, "TLSv1.1 ECDHE-RSA-AES128-SHA"},
		{"tlsv1-2-2018", "-tls1_1 -cipher ALL" + weak, ""},
		{"tlsv1-2-2018", "-tls1_2 -cipher AES128-GCM-SHA256", "TLSv1.2 AES128-GCM-SHA256"},
		{"tlsv1-2-2019", "-tls1_2 -cipher AES128-GCM-SHA256", ""},
		{"tlsv1-2-2019", "-tls1_2 -cipher ECDHE-RSA-AES128-SHA256", "TLSv1.2 ECDHE-RSA-AES128-SHA256"},
		{"tlsv1-2-2021", "-tls1_2 -cipher ECDHE-RSA-AES128-SHA256", ""},
		{"tlsv1-2-2021", "-tls1_2 -cipher ECDHE-ECDSA-CHACHA20-POLY1305", "TLSv1.2 ECDHE-ECDSA-CHACHA20-POLY1305"},
		{"tlsv1-2-2025", "-tls1_2 -cipher ECDHE-ECDSA-CHACHA20-POLY1305", ""},
		{"tlsv1-2-2025", "-tls1_3 -ciphersuites TLS_CHACHA20_POLY1305_SHA256", ""},
		{"tlsv1-2-2025", "-tls1_3", "TLSv1.3 TLS_AES_"},
		{"tlsv1-3-2025", "-tls1_2", ""},
		{"tlsv1-3-2025", "-tls1_3 -groups P-384", "TLSv1.3 TLS_AES_"},
		{"tlsv1-3-2025", "-tls1_3 -groups P-521", ""},
	} {
		args := append([]string{"s_client", "-connect", at, "-servername", row.policy + ".example.com"}, strings.Fields(row.args)...)
		command := exec.CommandContext(t.Context(), "openssl", args...)
		command.Stdin = strings.NewReader("")
		out, _ := command.CombinedOutput() // it fails where the handshake does
		suite := lineAfter(string(out), "Cipher is ")
		got := ""
		if suite != "" && suite != "(NONE)" {
			got = protocolOf(row.args) + " " + suite
		}
		if row.want == "" && got != "" || !strings.HasPrefix(got, row.want) {
			t.Errorf("%s with %s: got %q, want %q\n%s", row.policy, row.args, got, row.want, out)
		}
	}
	for name, want := range map[string]string{"tlsv1.example.com": "h2", "old": ""} {
		config := &tls.Config{InsecureSkipVerify: true, ServerName: name, NextProtos: []string{"h2", "http/1.1"}}
		if name == "old" {
			config.ServerName, config.MinVersion, config.MaxVersion, want = "tlsv1.example.com", tls.VersionTLS10, tls.VersionTLS11, "http/1.1"
		}
		conn, err := tls.Dial("tcp", at, config)
		if err != nil {
			t.Fatal(err)
		}
		conn.Close()
		if got := conn.ConnectionState().NegotiatedProtocol; got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

func lineAfter(text, mark string) string {
	_, after, ok := strings.Cut(text, mark)
	if !ok {
		return ""
	}
	line, _, _ := strings.Cut(after, "\n")
	return strings.TrimSpace(line)
}

// protocolOf is the one protocol that arguments of openssl s_client allow.
func protocolOf(args string) string {
	first, _, _ := strings.Cut(args, " ")
	return map[string]string{"-tls1": "TLSv1", "-tls1_1": "TLSv1.1", "-tls1_2": "TLSv1.2", "-tls1_3": "TLSv1.3"}[first]
}
