package bucket

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"
)

// Config specifies the content of a bucket and how it answers.
type Config struct {
	// Folder contains the objects; required.
	Folder string
	// Domain is the host name of the bucket, e.g. site.s3.eu-central-1.amazonaws.com. A
	// request with another Host is for another bucket. Default: every Host is this one.
	Domain string
	// List lets everyone list the bucket: a missing object is then a 404 instead of a 403
	// (CF-S3-50, CF-S3-51).
	List bool
	// Website makes it answer as the website endpoint; nil as the REST endpoint.
	Website *Website
}

// Bucket answers like a bucket that holds the files of a folder. Make one with [Open].
type Bucket struct {
	config Config
	root   *os.Root
	sums   sums
}

// Open opens a folder as a bucket. Nothing outside the folder can be reached through it,
// not even by links.
func Open(c Config) (*Bucket, error) {
	root, err := os.OpenRoot(c.Folder)
	if err != nil {
		var path *os.PathError
		if errors.As(err, &path) {
			err = path.Err
		}
		return nil, fmt.Errorf("the folder %s: %w", c.Folder, err)
	}
	c.Domain = strings.ToLower(strings.TrimSuffix(c.Domain, "."))
	return &Bucket{config: c, root: root}, nil
}

// Close closes the folder.
func (b *Bucket) Close() error { return b.root.Close() }

// Name returns the name of the bucket: the part of its domain before the endpoint.
func (b *Bucket) Name() string {
	for _, mark := range []string{".s3.", ".s3-"} {
		if i := strings.Index(b.config.Domain, mark); i > 0 {
			return b.config.Domain[:i]
		}
	}
	if b.config.Domain == "" {
		return "bucket"
	}
	return b.config.Domain
}

// ServeHTTP answers one request.
func (b *Bucket) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Server", "AmazonS3") // CF-S3-34
	h.Set("x-amz-request-id", requestID())
	h.Set("x-amz-id-2", hostID())
	a := &answer{bucket: b, w: w, r: r}
	if b.config.Website != nil {
		a.website()
		return
	}
	a.rest()
}

// answer is one request and its response writer.
type answer struct {
	bucket *Bucket
	w      http.ResponseWriter
	r      *http.Request
}

// rest answers as the REST endpoint.
func (a *answer) rest() {
	if a.misaddressed() {
		return
	}
	switch a.r.Method {
	case http.MethodGet, http.MethodHead:
	case http.MethodOptions: // a folder has no CORS configuration
		a.fail(&failure{Status: 403, Code: "AccessForbidden", Message: "CORSResponse: CORS is not enabled for this bucket."})
		return
	case http.MethodPut, http.MethodDelete:
		a.fail(accessDenied) // writing is not allowed
		return
	default:
		a.fail(methodNotAllowed(a.r.Method)) // CF-S3-63
		return
	}
	key, ok := keyOf(a.r.URL.EscapedPath())
	switch {
	case !ok:
		a.fail(&failure{Status: 400, Code: "InvalidURI", Message: "Couldn't parse the specified URI."})
	case key == "":
		a.root()
	case a.overrides():
		a.fail(&failure{Status: 400, Code: "InvalidRequest", Message: "Request specific response headers cannot be used for anonymous GET requests."}) // CF-S3-67
	default:
		o, err := a.bucket.open(key)
		if err != nil {
			a.missing(key)
			return
		}
		defer o.Close()
		a.object(o, 200)
	}
}

// misaddressed answers a request whose Host is not this bucket: S3 takes the Host for the
// bucket's name (CF-S3-18, CF-S3-19), and a signature made for another one does not match
// (CF-OAC-28, CF-OAC-29).
func (a *answer) misaddressed() bool {
	host := strings.ToLower(a.r.Host)
	if i := strings.LastIndexByte(host, ':'); i > 0 && !strings.HasSuffix(host, "]") {
		host = host[:i]
	}
	switch {
	case a.bucket.config.Domain == "" || host == a.bucket.config.Domain:
		return false
	case strings.HasPrefix(a.r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 "):
		a.fail(&failure{Status: 403, Code: "SignatureDoesNotMatch", Message: "The request signature we calculated does not match the signature you provided. Check your key and signing method."})
	default:
		a.fail(&failure{Status: 404, Code: "NoSuchBucket", Message: "The specified bucket does not exist", Resource: [2]string{"BucketName", host}}) // CF-S3-56
	}
	return true
}

// overrides reports whether an anonymous request tries to set response fields.
func (a *answer) overrides() bool {
	if a.r.Header.Get("Authorization") != "" {
		return false
	}
	for name := range a.r.URL.Query() {
		switch name {
		case "response-content-type", "response-content-language", "response-expires", "response-cache-control", "response-content-disposition", "response-content-encoding":
			return true
		}
	}
	return false
}

// root answers a request for the bucket itself (CF-S3-73, CF-S3-74).
func (a *answer) root() {
	if !a.bucket.config.List {
		a.fail(accessDenied)
		return
	}
	a.list()
}

// missing answers for a missing key (CF-S3-50, CF-S3-51).
func (a *answer) missing(key string) {
	if !a.bucket.config.List {
		a.fail(accessDenied)
		return
	}
	a.fail(noSuchKey(key))
}

// requestID and hostID are made up, in S3's form.
func requestID() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return strings.ToUpper(hex.EncodeToString(b[:]))
}

func hostID() string {
	var b [48]byte
	_, _ = rand.Read(b[:]) // never fails
	return base64.StdEncoding.EncodeToString(b[:])
}

// httpTime formats a time for header fields.
func httpTime(t time.Time) string { return t.UTC().Format(http.TimeFormat) }
