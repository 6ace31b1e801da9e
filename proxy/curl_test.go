package proxy_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/proxy"
)

// TestCurl uses the server as people will: with curl, in every way.
func TestCurl(t *testing.T) {
	t.Parallel()
	curl, err := exec.LookPath("curl")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("curl is missing")
		}
		t.Skip("curl is missing")
	}
	s := start(t, proxy.Config{Serve: func(_ context.Context, v *edge.ViewerRequest) *edge.Response {
		return response(200, strings.Join([]string{v.Form, v.Proto, v.Scheme, v.Host, v.URI}, " "))
	}})
	ca := filepath.Join(t.TempDir(), proxy.CertificateFile)
	must(t, os.WriteFile(ca, s.CA().PEM(), 0o600))
	_, port, _ := strings.Cut(s.https, ":")
	tests := []struct{ name, args, want string }{
		{"plain", "http://" + s.http + "/a?b", "origin HTTP/1.1 http " + s.http + " /a?b"},
		{"HTTP/1.0", "--http1.0 http://" + s.http + "/", "origin HTTP/1.0 http " + s.http + " /"},
		{"https by address", "--http1.1 --cacert CA https://" + s.https + "/", "origin HTTP/1.1 https " + s.https + " /"},
		{"https, h2", "--http2 --cacert CA https://" + s.https + "/", "origin HTTP/2.0 https " + s.https + " /"},
		{
			"https by name", "--http2 --cacert CA --connect-to a.example:443:127.0.0.1:" + port + " https://a.example/x",
			"origin HTTP/2.0 https a.example /x",
		},
		{"--proxy, http", "--proxy http://" + s.http + " http://a.example/x?y", "absolute HTTP/1.1 http a.example /x?y"},
		{"--proxy, https", "--http1.1 --cacert CA --proxy http://" + s.http + " https://a.example/x", "connect HTTP/1.1 https a.example /x"},
		{"--proxy, https, h2", "--http2 --cacert CA --proxy http://" + s.http + " https://a.example/x", "connect HTTP/2.0 https a.example /x"},
		{"--proxytunnel, http", "--proxytunnel --proxy http://" + s.http + " http://a.example/x", "connect HTTP/1.1 http a.example /x"},
		{"upload", "--data-binary @CA http://" + s.http + "/", "origin HTTP/1.1 http " + s.http + " /"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			args := append([]string{"--silent", "--show-error", "--max-time", "20", "--noproxy", ""},
				strings.Fields(strings.ReplaceAll(test.args, "CA", ca))...)
			cmd := exec.CommandContext(t.Context(), curl, args...)
			cmd.Env = []string{"HOME=" + t.TempDir()} // no proxy settings, no .curlrc
			out, err := cmd.CombinedOutput()
			if err != nil || string(out) != test.want {
				t.Errorf("curl %s: got %q, %v, want %q", strings.Join(args, " "), out, err, test.want)
			}
		})
	}
}
