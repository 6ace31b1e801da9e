package edge

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	chacha "math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// pop is the edge location named in responses. It is made up: no CloudFront location has
// this number.
const pop = "SIM50-P1"

// NewID returns an X-Amz-Cf-Id: 56 base64url characters ending in "==" (CF-REQ-57,
// CF-RESP-14). It never begins with "-", because command-line programs would parse
// such an id as a flag.
func NewID() string {
	var b [40]byte
	random := randoms.Get().(*chacha.ChaCha8)
	random.Read(b[:32])
	randoms.Put(random)
	if b[0]>>2 == base64urlDash {
		b[0] ^= 0x80
	}
	// Ids made in succession end alike, so that an index on them is written at its end
	// instead of all over: a third of the work (measured). The rest is random, because ids
	// must be unique across edges.
	binary.BigEndian.PutUint64(b[32:], uint64(time.Now().UnixNano()))
	var text [56]byte
	base64.URLEncoding.Encode(text[:], b[:])
	return string(text[:])
}

// randoms are the source of ids: ChaCha8 with a seed from the system, so that the system is
// not asked for every request.
var randoms = sync.Pool{New: func() any {
	var seed [32]byte
	rand.Read(seed[:])
	return chacha.NewChaCha8(seed)
}}

// base64urlDash is the value that base64url writes as "-".
const base64urlDash = 62

// host is this edge's own name, as in Via: 32 hexadecimal characters under
// cloudfront.net (CF-RESP-11). One per process.
var host = sync.OnceValue(func() string {
	var b [16]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:]) + ".cloudfront.net"
})

var viaValue = sync.OnceValue(func() []string { return []string{"1.1 " + host() + " (CloudFront)"} })

var popValue = []string{pop}

// The values of X-Cache (CF-RESP-12). Like all values shared by answers, they are never
// modified.
var (
	cacheMiss     = []string{"Miss from cloudfront"}
	cacheHit      = []string{"Hit from cloudfront"}
	cacheRefresh  = []string{"RefreshHit from cloudfront"}
	cacheError    = []string{"Error from cloudfront"}
	cacheFunction = []string{"FunctionGeneratedResponse from cloudfront"}
	cacheLambda   = []string{"LambdaGeneratedResponse from cloudfront"}
	cacheRedirect = []string{"Redirect from cloudfront"}
)

// sign adds the fields that every answer of the edge has.
func (e *Edge) sign(h http.Header, id string, cache []string) {
	ids := []string{id}
	if origin := h["Via"]; len(origin) > 0 {
		h["Via"] = append(append([]string(nil), origin...), viaValue()...)
	} else {
		h["Via"] = viaValue()
	}
	h["X-Cache"] = cache
	h["X-Amz-Cf-Pop"] = popValue
	h["X-Amz-Cf-Id"] = ids
	if !e.Faithful {
		h["X-Edgesim-Exchange"] = ids
	}
}
