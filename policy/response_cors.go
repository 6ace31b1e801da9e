package policy

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/edgesim/edgesim/distribution"
)

// corsMethods is what the special value ALL of AllowMethods stands for.
const corsMethods = "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"

// applyCORS adds the CORS part of a response headers policy, only to answers to CORS
// requests. The page on the settings says which fields belong to every answer and which to
// preflights; the one on managed policies limits Access-Control-Expose-Headers to
// preflights, where no browser looks for it, and is not followed.
func (w *responseWriter) applyCORS(c *distribution.CORSConfig, method string, request http.Header) {
	origin := request.Get("Origin")
	allowed := allowedOrigin(c.AllowOrigins, origin)
	if origin == "" || allowed == "" {
		return
	}
	w.set("Access-Control-Allow-Origin", allowed, c.OriginOverride)
	if c.AllowCredentials {
		w.set("Access-Control-Allow-Credentials", "true", c.OriginOverride)
	}
	w.setList("Access-Control-Expose-Headers", c.ExposeHeaders, c.OriginOverride)
	if method != http.MethodOptions || request.Get("Access-Control-Request-Method") == "" {
		return
	}
	w.setList("Access-Control-Allow-Headers", c.AllowHeaders, c.OriginOverride)
	if len(c.AllowMethods) == 1 && c.AllowMethods[0] == "ALL" {
		w.set("Access-Control-Allow-Methods", corsMethods, c.OriginOverride)
	} else {
		w.setList("Access-Control-Allow-Methods", c.AllowMethods, c.OriginOverride)
	}
	if c.MaxAge > 0 {
		w.set("Access-Control-Max-Age", strconv.FormatInt(int64(c.MaxAge), 10), c.OriginOverride)
	}
}

func (w *responseWriter) setList(name string, values []string, override bool) {
	if len(values) > 0 {
		w.set(name, strings.Join(values, ", "), override)
	}
}

// allowedOrigin returns the value of Access-Control-Allow-Origin for a request's Origin:
// "*" if every origin is allowed, the origin itself if an entry matches it, and ""
// otherwise.
func allowedOrigin(entries []string, origin string) string {
	for _, entry := range entries {
		if entry == "*" {
			return "*"
		}
	}
	for _, entry := range entries {
		if matchesOrigin(entry, origin) {
			return origin
		}
	}
	return ""
}

// matchesOrigin compares an entry of AllowOrigins with an origin. An entry may omit the
// scheme and have a wildcard as the leftmost part of its domain.
func matchesOrigin(entry, origin string) bool {
	scheme, host, ok := strings.Cut(strings.ToLower(origin), "://")
	if !ok {
		return false
	}
	entry = strings.ToLower(entry)
	if wanted, rest, has := strings.Cut(entry, "://"); has {
		if wanted != scheme {
			return false
		}
		entry = rest
	}
	if domain, wild := strings.CutPrefix(entry, "*"); wild {
		return strings.HasPrefix(domain, ".") && len(host) > len(domain) && strings.HasSuffix(host, domain)
	}
	return entry == host
}
