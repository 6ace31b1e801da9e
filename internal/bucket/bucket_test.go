package bucket_test

import (
	"crypto/md5"
	"encoding/hex"
	"encoding/xml"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/edgesim/edgesim/internal/bucket"
)

const domain = "site.s3.eu-central-1.amazonaws.com"

// folder makes a folder with these files, inside of a folder with a secret.
func folder(t *testing.T, files ...string) string {
	t.Helper()
	outside := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		at := time.Date(2026, 1, 2, 3, 4, 5, 600, time.UTC)
		if err := os.Chtimes(name, at, at); err != nil {
			t.Fatal(err)
		}
	}
	write(filepath.Join(outside, "secret.txt"), "secret")
	dir := filepath.Join(outside, "dist")
	for _, name := range files {
		write(filepath.Join(dir, filepath.FromSlash(name)), "this is "+name)
	}
	return dir
}

func open(t *testing.T, c bucket.Config) *bucket.Bucket {
	t.Helper()
	b, err := bucket.Open(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return b
}

// ask asks a bucket; a target without a leading slash is preceded by the method, and
// fields follow as "Name: value".
func ask(t *testing.T, b http.Handler, method, target string, fields ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(method, "http://"+domain+target, nil)
	for _, f := range fields {
		name, value, _ := strings.Cut(f, ": ")
		if name == "Host" {
			r.Host = value
			continue
		}
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	b.ServeHTTP(w, r)
	return w.Result()
}

func text(t *testing.T, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// code is the code of an XML error, which has its request's ids (CF-S3-52).
func code(t *testing.T, r *http.Response) string {
	t.Helper()
	body := text(t, r)
	var e struct {
		XMLName                          xml.Name `xml:"Error"`
		Code, Message, RequestId, HostId string
	}
	if err := xml.Unmarshal([]byte(body), &e); err != nil || e.RequestId == "" || e.RequestId != r.Header.Get("x-amz-request-id") || e.HostId == "" || e.HostId != r.Header.Get("x-amz-id-2") || r.Header.Get("Content-Type") != "application/xml" {
		t.Errorf("got %q, %v, %v", body, r.Header, err)
	}
	return e.Code + "/" + e.Message
}

// TestObject: an object has what S3 gives it.
func TestObject(t *testing.T) {
	t.Parallel()
	b := open(t, bucket.Config{Folder: folder(t, "a/b c.js", "data", "a+b.txt"), Domain: domain})
	sum := md5.Sum([]byte("this is a/b c.js"))
	for _, target := range []string{"/a/b%20c.js", "/a%2Fb%20c.js", "/a/b+c.js", "/%61/b%20c.js?x=1&y"} { // CF-S3-23
		r := ask(t, b, "GET", target)
		want := map[string]string{
			"Content-Type": "text/javascript", "Etag": `"` + hex.EncodeToString(sum[:]) + `"`, "Last-Modified": "Fri, 02 Jan 2026 03:04:05 GMT",
			"Accept-Ranges": "bytes", "Content-Length": "16", "Server": "AmazonS3", "X-Amz-Server-Side-Encryption": "AES256", // CF-S3-34
		}
		for name, value := range want {
			if r.Header.Get(name) != value {
				t.Errorf("%s: %s is %q, want %q", target, name, r.Header.Get(name), value)
			}
		}
		if r.StatusCode != 200 || text(t, r) != "this is a/b c.js" {
			t.Errorf("%s: got %d", target, r.StatusCode)
		}
	}
	if r := ask(t, b, "HEAD", "/data"); r.StatusCode != 200 || r.Header.Get("Content-Type") != "binary/octet-stream" || r.Header.Get("Content-Length") != "12" || text(t, r) != "" {
		t.Errorf("HEAD: got %d %v", r.StatusCode, r.Header)
	}
	if r := ask(t, b, "GET", "/a%2Bb.txt"); r.StatusCode != 200 {
		t.Errorf("an encoded plus: got %d", r.StatusCode)
	}
}

// TestChangedFile: the ETag follows the file.
func TestChangedFile(t *testing.T) {
	t.Parallel()
	dir := folder(t, "a.txt")
	b := open(t, bucket.Config{Folder: dir})
	before := ask(t, b, "GET", "/a.txt").Header.Get("ETag")
	if err := os.WriteFile(filepath.Join(dir, "a.txt"), []byte("other"), 0o644); err != nil {
		t.Fatal(err)
	}
	r := ask(t, b, "GET", "/a.txt")
	if r.Header.Get("ETag") == before || text(t, r) != "other" {
		t.Errorf("got %v after %s", r.Header, before)
	}
}

// TestMissing: a missing key is a 403, or a 404 if the caller may list (CF-S3-50,
// CF-S3-51), in S3's words (CF-S3-54), also for keys in another letter case (CF-S3-55),
// folders with and without a slash (CF-S3-68), and attempts to leave the folder.
func TestMissing(t *testing.T) {
	t.Parallel()
	dir := folder(t, "a/b.txt", "index.html")
	for link, to := range map[string]string{"out.txt": "../secret.txt", "out": "..", "abs.txt": filepath.Join(filepath.Dir(dir), "secret.txt"), "in.txt": "a/b.txt"} {
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	targets := []string{
		"/missing", "/A/b.txt", "/a/B.txt", "/a/", "/a", "//a/b.txt", "/a//b.txt", "/./a/b.txt", "/a/../index.html", "/%2e%2e/secret.txt", "/..%2fsecret.txt",
		"/a%2f..%2f..%2fsecret.txt", "/out.txt", "/out/secret.txt", "/out/dist/index.html", "/abs.txt", `/..%5csecret.txt`, "/a%00b", "/index.html/",
	}
	for _, list := range []bool{false, true} {
		b := open(t, bucket.Config{Folder: dir, Domain: domain, List: list})
		status, want := 403, "AccessDenied/Access Denied"
		if list {
			status, want = 404, "NoSuchKey/The specified key does not exist."
		}
		for _, target := range targets {
			r := ask(t, b, "GET", target)
			if target == "/a%00b" && list { // no XML can hold the key
				if r.StatusCode != status {
					t.Errorf("%s: got %d", target, r.StatusCode)
				}
				continue
			}
			if got := code(t, r); r.StatusCode != status || got != want {
				t.Errorf("list %v, %s: got %d %s", list, target, r.StatusCode, got)
			}
		}
		if r := ask(t, b, "GET", "/in.txt"); r.StatusCode != 200 || text(t, r) != "this is a/b.txt" {
			t.Errorf("a link inside of the folder: got %d", r.StatusCode)
		}
		if r := ask(t, b, "HEAD", "/missing"); r.StatusCode != status || text(t, r) != "" {
			t.Errorf("HEAD of what is missing: got %d", r.StatusCode)
		}
		if r := ask(t, b, "GET", "/%ff"); r.StatusCode != 400 {
			t.Errorf("no URI: got %d", r.StatusCode)
		}
	}
}

// TestRoot: the bucket itself is a list, or forbidden (CF-S3-73, CF-S3-74).
func TestRoot(t *testing.T) {
	t.Parallel()
	dir := folder(t, "b", "a/x", "a/y")
	if r := ask(t, open(t, bucket.Config{Folder: dir, Domain: domain}), "GET", "/"); r.StatusCode != 403 || code(t, r) != "AccessDenied/Access Denied" {
		t.Errorf("got %d", r.StatusCode)
	}
	b := open(t, bucket.Config{Folder: dir, Domain: domain, List: true})
	for query, want := range map[string]string{"": "a/x a/y b", "?prefix=a/": "a/x a/y", "?max-keys=1": "a/x", "?marker=a/x&max-keys=1": "a/y"} {
		var list struct {
			XMLName  xml.Name `xml:"ListBucketResult"`
			Name     string
			Contents []struct{ Key, ETag string }
		}
		r := ask(t, b, "GET", "/"+query)
		if err := xml.Unmarshal([]byte(text(t, r)), &list); err != nil {
			t.Fatal(err)
		}
		var keys []string
		for _, c := range list.Contents {
			keys = append(keys, c.Key)
		}
		if got := strings.Join(keys, " "); got != want || list.Name != "site" || r.Header.Get("Content-Type") != "application/xml" {
			t.Errorf("%q: got %q of %q", query, got, list.Name)
		}
	}
}

// TestMethods: S3 answers methods that are not permitted with forbidden, and those it does
// not support with not allowed (CF-S3-63).
func TestMethods(t *testing.T) {
	t.Parallel()
	b := open(t, bucket.Config{Folder: folder(t, "a"), Domain: domain})
	for method, want := range map[string]string{"PUT": "403 AccessDenied", "DELETE": "403 AccessDenied", "OPTIONS": "403 AccessForbidden", "POST": "405 MethodNotAllowed", "PATCH": "405 MethodNotAllowed"} {
		r := ask(t, b, method, "/a")
		got, _, _ := strings.Cut(code(t, r), "/")
		if status := r.Status[:3] + " " + got; status != want {
			t.Errorf("%s: got %s, want %s", method, status, want)
		}
	}
	if r := ask(t, b, "GET", "/a?response-content-type=text/plain"); r.StatusCode != 400 || !strings.HasPrefix(code(t, r), "InvalidRequest/") { // CF-S3-67
		t.Errorf("an anonymous request that chooses fields: got %d", r.StatusCode)
	}
}

// TestForeignHost: S3 takes Host for the bucket's name (CF-S3-18, CF-S3-19, CF-S3-56),
// and a signed request for another Host has no fitting signature (CF-S3-64).
func TestForeignHost(t *testing.T) {
	t.Parallel()
	b := open(t, bucket.Config{Folder: folder(t, "a"), Domain: domain})
	if r := ask(t, b, "GET", "/a", "Host: WWW.example.com"); r.StatusCode != 404 || !strings.HasPrefix(code(t, r), "NoSuchBucket/") {
		t.Errorf("got %d", r.StatusCode)
	}
	if r := ask(t, b, "GET", "/a", "Host: www.example.com", "Authorization: AWS4-HMAC-SHA256 Credential=x"); r.StatusCode != 403 || !strings.HasPrefix(code(t, r), "SignatureDoesNotMatch/") {
		t.Errorf("signed: got %d", r.StatusCode)
	}
	if r := ask(t, b, "GET", "/a", "Host: "+strings.ToUpper(domain)+":443"); r.StatusCode != 200 {
		t.Errorf("with a port: got %d", r.StatusCode)
	}
}

// TestConditions: conditional requests (CF-S3-35, CF-S3-61) and ranges (CF-S3-37,
// CF-S3-38).
func TestConditions(t *testing.T) {
	t.Parallel()
	b := open(t, bucket.Config{Folder: folder(t, "a"), Domain: domain})
	etag := ask(t, b, "GET", "/a").Header.Get("ETag")
	const at, before, after = "Fri, 02 Jan 2026 03:04:05 GMT", "Fri, 02 Jan 2026 03:04:04 GMT", "Fri, 02 Jan 2026 03:04:06 GMT"
	for _, row := range []struct {
		fields string
		status int
		body   string // of a part: its Content-Range
	}{
		{"If-None-Match: " + etag, 304, ""},
		{"If-None-Match: W/" + etag, 304, ""},
		{"If-None-Match: \"x\", " + etag, 304, ""},
		{"If-None-Match: \"x\"\nIf-Modified-Since: " + after, 200, ""},
		{"If-Modified-Since: " + at, 304, ""},
		{"If-Modified-Since: " + before, 200, ""},
		{"If-Match: \"x\"", 412, "PreconditionFailed"},
		{"If-Match: " + etag + "\nIf-Unmodified-Since: " + before, 200, ""},
		{"If-Unmodified-Since: " + before, 412, "PreconditionFailed"},
		{"If-Unmodified-Since: " + at, 200, ""},
		{"Range: bytes=0-3", 206, "bytes 0-3/9"},
		{"Range: bytes=5-", 206, "bytes 5-8/9"},
		{"Range: bytes=-2", 206, "bytes 7-8/9"},
		{"Range: bytes=-200", 206, "bytes 0-8/9"},
		{"Range: bytes=3-99999999999999999", 206, "bytes 3-8/9"},
		{"Range: bytes=9-", 416, "InvalidRange"},
		{"Range: bytes=-0", 416, "InvalidRange"},
		{"Range: bytes=0-1,3-4", 200, ""}, // S3 sends all of it
		{"Range: bytes=4-2", 200, ""},
		{"Range: lines=1-2", 200, ""},
		{"Range: bytes=0-3\nIf-Range: " + etag, 206, "bytes 0-3/9"},
		{"Range: bytes=0-3\nIf-Range: \"x\"", 200, ""},
		{"Range: bytes=0-3\nIf-Range: " + at, 206, "bytes 0-3/9"},
	} {
		r := ask(t, b, "GET", "/a", strings.Split(row.fields, "\n")...)
		if r.StatusCode != row.status {
			t.Errorf("%q: got %d, want %d", row.fields, r.StatusCode, row.status)
			continue
		}
		switch row.status {
		case 206:
			if r.Header.Get("Content-Range") != row.body {
				t.Errorf("%q: got %q", row.fields, r.Header.Get("Content-Range"))
			}
		case 412, 416:
			if got := code(t, r); !strings.HasPrefix(got, row.body+"/") || r.Header.Get("ETag") != "" {
				t.Errorf("%q: got %s %v", row.fields, got, r.Header)
			}
		case 304:
			if text(t, r) != "" || r.Header.Get("ETag") != etag {
				t.Errorf("%q: got %v", row.fields, r.Header)
			}
		}
	}
}

// TestOpen: a path that is not a folder is an error.
func TestOpen(t *testing.T) {
	t.Parallel()
	for _, name := range []string{filepath.Join(t.TempDir(), "missing"), filepath.Join(folder(t, "a"), "a")} {
		if _, err := bucket.Open(bucket.Config{Folder: name}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// FuzzTarget: no request reveals anything outside the folder.
func FuzzTarget(f *testing.F) {
	for _, seed := range []string{"/a", "/../secret.txt", "/%2e%2e%2fsecret.txt", "/out/secret.txt", "/..%5c..%5csecret.txt", "//", "/a/%00"} {
		f.Add(seed)
	}
	outside := f.TempDir()
	dir := filepath.Join(outside, "dist")
	if err := os.Mkdir(dir, 0o755); err != nil {
		f.Fatal(err)
	}
	for name, text := range map[string]string{filepath.Join(outside, "secret.txt"): "secret", filepath.Join(dir, "a"): "public"} {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			f.Fatal(err)
		}
	}
	if err := os.Symlink("..", filepath.Join(dir, "out")); err != nil {
		f.Fatal(err)
	}
	plain, err := bucket.Open(bucket.Config{Folder: dir, List: true})
	if err != nil {
		f.Fatal(err)
	}
	site, err := bucket.Open(bucket.Config{Folder: dir, Website: bucket.Default()})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, target string) {
		if !strings.HasPrefix(target, "/") {
			return
		}
		r, err := http.NewRequest("GET", "http://x"+target, nil)
		if err != nil {
			return
		}
		for _, b := range []*bucket.Bucket{plain, site} {
			w := httptest.NewRecorder()
			b.ServeHTTP(w, r)
			if w.Body.String() == "secret" || w.Code == 0 {
				t.Errorf("%q: got %d %q", target, w.Code, w.Body)
			}
		}
	})
}
