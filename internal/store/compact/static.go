package compact

// static is the table of texts that nearly every exchange has. Its numbers are part of the
// format: it only grows at its end. 0 is the exchange's own id.
var static = [...]string{
	"",
	"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH",
	"http", "https", "HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "origin", "absolute", "connect",
	"Miss", "Hit", "RefreshHit", "Error", "Redirect", "crypto/tls", "internal/tlslegacy",
	"Accept", "Accept-Encoding", "Accept-Language", "Accept-Ranges", "Age", "Authorization",
	"Cache-Control", "Connection", "Content-Encoding", "Content-Length", "Content-Type",
	"Cookie", "Date", "Etag", "Expires", "Host", "If-Modified-Since", "If-None-Match", "Last-Modified",
	"Location", "Origin", "Pragma", "Range", "Referer", "Server", "Set-Cookie",
	"Strict-Transport-Security", "Transfer-Encoding", "Upgrade-Insecure-Requests", "User-Agent", "Vary",
	"Via", "X-Amz-Cf-Id", "X-Amz-Cf-Pop", "X-Cache", "X-Edgesim-Cause", "X-Edgesim-Detail",
	"X-Edgesim-Exchange", "X-Edgesim-Hint", "X-Forwarded-For", "X-Forwarded-Proto",
	"Sec-Ch-Ua", "Sec-Ch-Ua-Mobile", "Sec-Ch-Ua-Platform", "Sec-Fetch-Dest", "Sec-Fetch-Mode",
	"Sec-Fetch-Site", "Sec-Fetch-User", "Priority", "Traceparent", "Access-Control-Allow-Origin",
	"Amazon CloudFront", "CloudFront", "Keep-Alive", "keep-alive", "close", "gzip", "br", "*/*",
	"gzip, deflate, br", "gzip, deflate", "text/html", "text/plain", "application/json", "no-cache",
	"Miss from cloudfront", "Error from cloudfront", "nginx", "bytes", "HTTP/1.1 200 OK\r\n", "\r\n",
}

// firstStatic is added to the number of a table entry to distinguish it from the reference
// of a part.
const firstStatic = 1 << 63

// withStatic returns a map from the texts of the table to their numbers.
func withStatic() map[string]part {
	m := make(map[string]part, 4*len(static))
	for i, text := range static[1:] {
		m[text] = part{text, firstStatic + uint64(i+1)}
	}
	return m
}
