package bucket

import (
	"encoding/xml"
	"sort"
	"strconv"
)

// mostListed is how many keys S3 lists at once.
const mostListed = 1000

func sortEntries(all []entry) {
	sort.Slice(all, func(i, j int) bool { return all[i].key < all[j].key })
}

// listResult is the answer to a request for the bucket itself (CF-S3-73).
type listResult struct {
	XMLName     xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ListBucketResult"`
	Name        string
	Prefix      string
	Marker      string
	MaxKeys     int
	IsTruncated bool
	Contents    []listed
}

type listed struct {
	Key, LastModified, ETag string
	Size                    int64
	StorageClass            string
}

// list answers with the keys of the bucket, as version 1 of the API does.
func (a *answer) list() {
	q := a.r.URL.Query()
	limit := mostListed
	if n, err := strconv.Atoi(q.Get("max-keys")); err == nil && n >= 0 && n < limit {
		limit = n
	}
	result := listResult{Name: a.bucket.Name(), Prefix: q.Get("prefix"), Marker: q.Get("marker"), MaxKeys: limit}
	entries, more, err := a.bucket.keys(result.Prefix, result.Marker, limit)
	if err != nil {
		a.fail(&failure{Status: 500, Code: "InternalError", Message: "We encountered an internal error. Please try again."})
		return
	}
	result.IsTruncated = more
	for _, e := range entries {
		o, err := a.bucket.open(e.key)
		if err != nil { // it is gone meanwhile
			continue
		}
		o.Close()
		result.Contents = append(result.Contents, listed{
			Key: e.key, LastModified: o.modified.Format("2006-01-02T15:04:05.000Z"), ETag: o.etag, Size: o.size, StorageClass: "STANDARD",
		})
	}
	text, err := xml.Marshal(result)
	if err != nil { // a key that XML cannot contain
		a.fail(&failure{Status: 500, Code: "InternalError", Message: "We encountered an internal error. Please try again."})
		return
	}
	a.w.Header().Set("Content-Type", "application/xml")
	a.w.Header().Set("x-amz-bucket-region", "us-east-1")
	a.body(200, xml.Header+string(text))
}
