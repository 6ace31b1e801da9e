package e2e_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// canaries are secrets, each of its own, and where they were planted.
type canaries struct {
	mu      sync.Mutex
	planted map[string]string
}

// plant returns a new secret.
func (c *canaries) plant(where string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	secret := fmt.Sprintf("canary%03dsecret", len(c.planted))
	c.planted[secret] = where
	return secret
}

// search looks for them in what left the edge.
func (c *canaries) search(t *testing.T, what string, data []byte) {
	t.Helper()
	for secret, where := range c.planted {
		if at := bytes.Index(data, []byte(secret)); at >= 0 {
			t.Errorf("%s has the secret of %s: …%q…", what, where, data[max(0, at-120):min(len(data), at+40)])
		}
	}
}

// TestCanaries plants secrets in every place that a byte can come from and that is
// declared secret, well-formed and not, and looks for them in every byte that leaves
// the edge: recordings, log, exports and API.
func TestCanaries(t *testing.T) {
	t.Parallel()
	c := &canaries{planted: map[string]string{}}
	dir := t.TempDir()
	recordings := filepath.Join(dir, "recordings")
	config := filepath.Join(dir, "distribution.json")
	writeJSON(t, config, c.distribution())
	e := serveUnwatched(t, config, "--connect", "o.example="+c.origin(t), "--record", recordings,
		"--redact-query", "token", "--redact-header", "X-Session", "--log-level", "debug", "--fault", "origin-closed path=/forced")
	for _, request := range c.requests() {
		conn := dial(t, e.HTTP)
		write(conn, request)
		_, _ = io.Copy(io.Discard, conn) // the edge closes where it does not understand
		conn.Close()
	}
	if n := len(c.planted); n < 60 {
		t.Errorf("%d secrets were planted, want 60 and more", n)
	}
	for _, path := range []string{"/api/exchanges?limit=500", "/api/distribution", "/metrics", "/api/faults"} {
		c.search(t, path, c.ask(t, e, path))
	}
	var list struct {
		Exchanges []struct {
			ID string `json:"id"`
		} `json:"exchanges"`
	}
	if err := json.Unmarshal(c.ask(t, e, "/api/exchanges?limit=500"), &list); err != nil || len(list.Exchanges) < 20 {
		t.Fatalf("%d exchanges, %v", len(list.Exchanges), err)
	}
	for i, x := range list.Exchanges {
		c.search(t, "the exchange", c.ask(t, e, "/api/exchanges/"+x.ID))
		c.search(t, "the archive of an exchange", c.ask(t, e, "/api/exchanges/"+x.ID+"/har"))
		if i%4 == 0 { // a process each
			c.search(t, "recordings show", c.command(t, e, recordings, "show", x.ID))
		}
	}
	e.finish(t)
	c.search(t, "the log", []byte(e.Output()))
	for _, format := range []string{"har", "jsonl", "cflog"} {
		c.search(t, "export "+format, c.command(t, e, recordings, "export", "--format", format))
	}
	c.search(t, "recordings ls", c.command(t, e, recordings, "ls", "--limit", "0"))
	err := filepath.WalkDir(recordings, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			c.search(t, filepath.Base(path), data)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func writeJSON(t *testing.T, file string, v any) {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// ask asks the API.
func (c *canaries) ask(t *testing.T, e *edgesim, path string) []byte {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+e.Inspect+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return []byte(e.send(t, r).Body)
}

// command runs a command on the recordings.
func (c *canaries) command(t *testing.T, e *edgesim, recordings string, args ...string) []byte {
	t.Helper()
	run := exec.CommandContext(t.Context(), program(t), append(append([]string{"recordings"}, args...), "--record", recordings)...)
	run.Env = cleanEnvironment(t.TempDir())
	output, err := run.CombinedOutput()
	if err != nil {
		t.Errorf("recordings %v: %v\n%s", args, err, output)
	}
	return output
}

// distribution gives its origin a secret, and has an error page behind another one.
func (c *canaries) distribution() object {
	o := origin{name: "o", domain: "o.example", policy: "http-only"}
	configured := o.config()
	configured["CustomHeaders"] = list(object{"HeaderName": "X-Origin-Verify", "HeaderValue": c.plant("an origin custom header")})
	pages := origin{name: "p", domain: "o.example", policy: "http-only"}
	paged := pages.config()
	paged["CustomHeaders"] = list(object{"HeaderName": "X-Page-Verify", "HeaderValue": c.plant("an origin custom header of the error page")})
	dropping := o.behavior("/dropping*")
	delete(dropping, "OriginRequestPolicyId")
	return object{
		"CallerReference": "canary", "Comment": "", "Enabled": true, "Origins": list(configured, paged),
		"DefaultCacheBehavior": o.behavior(""), "CacheBehaviors": list(dropping, pages.behavior("/pages/*")),
		"CustomErrorResponses": list(object{"ErrorCode": 500, "ResponsePagePath": "/pages/500?token=" + c.plant("the path of an error page"), "ResponseCode": "500", "ErrorCachingMinTTL": 0}),
	}
}

// origin answers by the path of a request, with secrets in a form of its own each.
func (c *canaries) origin(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	answers := c.answers()
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			serving.Go(func() {
				defer conn.Close()
				buf := make([]byte, 64<<10)
				n, _ := conn.Read(buf)
				_, path, _ := strings.Cut(string(buf[:n]), "/")
				path, _, _ = strings.Cut(path, " ")
				path, _, _ = strings.Cut(path, "?")
				answer, ok := answers[path]
				if !ok {
					answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
				}
				write(conn, answer)
			})
		}
	})
	t.Cleanup(func() {
		ln.Close()
		serving.Wait()
	})
	return ln.Addr().String()
}

// answers are the origin's, by path.
func (c *canaries) answers() map[string]string {
	head := func(status int, lines ...string) string {
		return fmt.Sprintf("HTTP/1.1 %d Some\r\n%s\r\nContent-Length: 0\r\n\r\n", status, strings.Join(lines, "\r\n"))
	}
	return map[string]string{
		"cookie":         head(200, "Set-Cookie: a="+c.plant("Set-Cookie")+"; Path=/", "SET-COOKIE: b="+c.plant("SET-COOKIE")),
		"two-in-one":     head(200, "Set-Cookie: a=1; Path=/, b="+c.plant("a second cookie in one field")),
		"folded":         head(200, "Set-Cookie: a=1;", " b="+c.plant("a folded Set-Cookie")),
		"space":          head(200, "Set-Cookie : a="+c.plant("Set-Cookie with a space before the colon")),
		"nul":            head(200, "Set-Cookie: a="+c.plant("Set-Cookie with NUL")+"\x00"),
		"no-colon":       head(200, "Set-Cookie a="+c.plant("Set-Cookie without a colon")),
		"first":          "Set-Cookie: a=" + c.plant("Set-Cookie as the status line") + "\r\n\r\n",
		"leading-space":  head(200, " Set-Cookie: a="+c.plant("Set-Cookie behind a space")),
		"session":        head(200, "X-Session: "+c.plant("--redact-header in a response")),
		"location":       head(302, "Location: https://other.example/?token="+c.plant("--redact-query in Location")),
		"refresh":        head(200, "Refresh: 0; url=https://u:"+c.plant("user information in Refresh")+"@other.example/"),
		"error":          head(503, "Set-Cookie: a="+c.plant("Set-Cookie of an error")),
		"replaced":       head(500, "Set-Cookie: a="+c.plant("Set-Cookie of a replaced error")),
		"pages/500":      head(200, "Set-Cookie: a="+c.plant("Set-Cookie of an error page")),
		"authorization":  head(401, "WWW-Authenticate: Basic", "Authorization: Bearer "+c.plant("Authorization in a response")),
		"key":            head(200, "x-api-key: "+c.plant("X-Api-Key in a response")),
		"security-token": head(200, "X-Amz-Security-Token: "+c.plant("X-Amz-Security-Token in a response")),
		"control":        head(200, "Set-Cookie: a="+c.plant("Set-Cookie with a control character")+"\x01"),
		"too-early":      "HTTP/1.1 200 OK\r\nSet-Cookie: a=" + c.plant("Set-Cookie in a head that ends early"),
		"two-lengths":    head(200, "Set-Cookie: a="+c.plant("Set-Cookie beside two lengths"), "Content-Length: 5"),
	}
}

// requests are those of the viewers, as bytes.
func (c *canaries) requests() []string {
	get := func(target string, lines ...string) string {
		return "GET " + target + " HTTP/1.1\r\nHost: www.example.com\r\nConnection: close\r\n" + strings.Join(append(lines, ""), "\r\n") + "\r\n"
	}
	all := []string{
		get("/a", "Authorization: Bearer "+c.plant("Authorization"), "Cookie: a="+c.plant("a cookie")+"; b="+c.plant("a second cookie")),
		get("/b", "authorization: "+c.plant("Authorization without a scheme"), "COOKIE: "+c.plant("a cookie without a name")),
		get("/c", "Proxy-Authorization: Basic "+c.plant("Proxy-Authorization"), "X-API-KEY: "+c.plant("X-Api-Key")),
		get("/d", "X-Amz-Security-Token: "+c.plant("X-Amz-Security-Token"), "X-Session: "+c.plant("--redact-header")),
		get("/e", "X-Origin-Verify: "+c.plant("a viewer's guess of the origin custom header")),
		get("/f?a=1&token=" + c.plant("--redact-query") + "&b=2"),
		get("/g?to%6ben=" + c.plant("--redact-query, escaped") + "&TOKEN=" + c.plant("--redact-query, in capitals")),
		get("/h?token=a\"b'" + c.plant("--redact-query behind quotes")),
		get("/i?token=a;b" + c.plant("--redact-query behind a semicolon")),
		get("/j", "Referer: https://x.example/?token="+c.plant("--redact-query in Referer")),
		get("/k", "Referer: https://user:"+c.plant("user information in Referer")+"@x.example/"),
		get("/l?X-Amz-Security-Token=" + c.plant("X-Amz-Security-Token as a parameter")),
		get("/dropping?token="+c.plant("a parameter that is dropped"), "Cookie: a="+c.plant("a cookie that is dropped"), "Authorization: Bearer "+c.plant("Authorization that is dropped")),
		get("/forced?token="+c.plant("a parameter of a failure"), "Cookie: a="+c.plant("a cookie of a failure")),
		get("/m", " Authorization: Bearer "+c.plant("Authorization behind a space")),
		get("/n", "Cookie: a=1;", " b="+c.plant("a folded cookie")),
		get("/o", "Authorization Bearer "+c.plant("Authorization without a colon")),
		get("/p", "Authorization : Bearer "+c.plant("Authorization with a space before the colon")),
		get("/q", "Cookie: a="+c.plant("a cookie with NUL")+"\x00"),
		get("/r", ": "+c.plant("a field without a name")),
		get("/s", "\"Cookie\": "+c.plant("a quoted name")),
		"GET /t HTTP/1.1\r\nHost: www.example.com\r\nCookie: a=" + c.plant("a cookie behind a bare LF") + "\n\r\n",
		"GET http://user:" + c.plant("user information") + "@www.example.com/u HTTP/1.1\r\nHost: www.example.com\r\nConnection: close\r\n\r\n",
		"GET http://user:" + c.plant("user information in a bad target") + "@/v HTTP/1.1\r\nHost: www.example.com\r\n\r\n",
		"GET ftp://user:" + c.plant("user information of another scheme") + "@www.example.com/ HTTP/1.1\r\nHost: www.example.com\r\n\r\n",
		"GET http://user:" + c.plant("user information before a space") + " @www.example.com/ HTTP/1.1\r\nHost: www.example.com\r\n\r\n",
		"CONNECT user:" + c.plant("user information of CONNECT") + "@www.example.com:443 HTTP/1.1\r\nHost: www.example.com\r\n\r\n",
		"GET /w?token=" + c.plant("--redact-query without a version") + "\r\nHost: www.example.com\r\n\r\n",
		"GET /x?token=" + c.plant("--redact-query of another version") + " HTTP/3.0\r\nHost: www.example.com\r\n\r\n",
		"/y?token=" + c.plant("--redact-query without a method") + "\r\n\r\n",
		"GET /z HTTP/1.1\r\nHost: user:" + c.plant("user information in Host") + "@www.example.com\r\nConnection: close\r\n\r\n",
		"GET /long?token=" + c.plant("--redact-query of a URL that is too long") + strings.Repeat("x", 9000) + " HTTP/1.1\r\nHost: www.example.com\r\nConnection: close\r\n\r\n",
		"GET /big HTTP/1.1\r\nHost: www.example.com\r\nConnection: close\r\nCookie: a=" + c.plant("a cookie that is too big") + strings.Repeat("x", 40000) + "\r\n\r\n",
		"POST /trailer HTTP/1.1\r\nHost: www.example.com\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nAuthorization " + c.plant("Authorization in a trailer") + "\r\n\r\n",
	}
	for path := range c.answers() { // planted once more, and not sent
		all = append(all, get("/"+path))
	}
	return all
}
