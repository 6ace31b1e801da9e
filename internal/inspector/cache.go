package inspector

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/edgesim/edgesim/internal/invalidation"
	"github.com/edgesim/edgesim/policy"
)

// Cache is what the edge has cached, as /api/cache returns it.
type Cache struct {
	// Mode is off, errors or on.
	Mode string `json:"mode"`
	// Entries and Bytes are how much is cached, MaxBytes the limit; Evicted counts the
	// entries evicted to make room.
	Entries  int    `json:"entries"`
	Bytes    int64  `json:"bytes"`
	MaxBytes int64  `json:"maxBytes"`
	Evicted  uint64 `json:"evicted"`
	// Items are the newest entries; Next is the cursor of the following ones, "" if there
	// are none.
	Items []CacheItem `json:"items"`
	Next  string      `json:"next,omitempty"`
}

// CacheItem is one entry.
type CacheItem struct {
	ID           uint64 `json:"id"`
	Distribution string `json:"distribution,omitempty"`
	// Key is the cache key, without secrets.
	Key    string `json:"key"`
	Status int    `json:"status"`
	// Size is the size of the body in bytes, -1 while unknown.
	Size int64 `json:"size"`
	// AgeSeconds is its age, LeftSeconds how much longer it is fresh: 0 if expired.
	AgeSeconds  int64 `json:"ageSeconds"`
	LeftSeconds int64 `json:"leftSeconds"`
	// Exchange is the one that fetched it; Rule decided how long it is cached.
	Exchange string        `json:"exchange"`
	Rule     policy.RuleID `json:"rule,omitempty"`
	Error    bool          `json:"error,omitempty"`
}

// How many entries are on a page.
const (
	usualCacheItems = 100
	mostCacheItems  = 1000
)

// cache lists the cache entries, newest first.
func (i *inspector) cache(w http.ResponseWriter, r *http.Request) {
	if i.Config.Cache == nil {
		writeJSON(w, http.StatusOK, Cache{Mode: "off", Items: []CacheItem{}})
		return
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		refuse(w, http.StatusBadRequest, problem{Error: "the query cannot be read: " + err.Error()})
		return
	}
	limit, before := usualCacheItems, uint64(0)
	for name, values := range query {
		switch name {
		case "limit":
			if limit, err = strconv.Atoi(values[0]); err != nil || limit < 1 || limit > mostCacheItems {
				refuse(w, http.StatusBadRequest, badValue("limit", values[0], "1 to 1000"))
				return
			}
		case "cursor":
			if before, err = strconv.ParseUint(values[0], 10, 64); err != nil || before == 0 {
				refuse(w, http.StatusBadRequest, badValue("cursor", values[0], `the "next" of an earlier answer`))
				return
			}
		default:
			p := badValue(name, values[0], "")
			p.Error, p.Allowed = "there is no parameter "+quote(name), "limit, cursor"
			refuse(w, http.StatusBadRequest, p)
			return
		}
	}
	page := i.Config.Cache(before, limit+1)
	if len(page.Items) > limit {
		page.Items = page.Items[:limit]
		page.Next = strconv.FormatUint(page.Items[limit-1].ID, 10)
	}
	if page.Items == nil {
		page.Items = []CacheItem{}
	}
	writeJSON(w, http.StatusOK, page)
}

// invalidationExample is the shortest useful body of a POST to /api/invalidations.
const invalidationExample = `{"paths": ["/img/*", "#tag"]}`

// invalidationState is the JSON form of an invalidation.
type invalidationState struct {
	ID           string    `json:"id"`
	Distribution string    `json:"distribution,omitempty"`
	Status       string    `json:"status"`
	CreateTime   time.Time `json:"createTime"`
	Paths        []string  `json:"paths"`
	Removed      int       `json:"removed"`
}

// invalidate removes copies from the cache.
func (i *inspector) invalidate(w http.ResponseWriter, r *http.Request) {
	if i.Invalidations == nil {
		refuse(w, http.StatusNotFound, problem{Error: "there is no cache to invalidate"})
		return
	}
	var asked struct {
		Paths        []string `json:"paths"`
		Distribution string   `json:"distribution"`
		Reference    string   `json:"callerReference"`
	}
	if !readJSON(w, r, &asked, invalidationExample) {
		return
	}
	made, err := i.Invalidations.Create(asked.Distribution, asked.Reference, asked.Paths)
	if err != nil {
		refuseInvalidation(w, err)
		return
	}
	writeJSON(w, http.StatusCreated, invalidationState{made.ID, made.Distribution, made.Status, made.Created, made.Paths, made.Removed})
}

func refuseInvalidation(w http.ResponseWriter, err error) {
	var bad *invalidation.Error
	if !errors.As(err, &bad) {
		refuse(w, http.StatusInternalServerError, problem{Error: err.Error()})
		return
	}
	refuse(w, bad.Status, problem{Error: bad.Message, Hint: "send JSON like " + invalidationExample + `, with "distribution" if there are several`})
}
