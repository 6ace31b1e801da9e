package invalidation

import (
	"bytes"
	"crypto/rand"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Prefix is the prefix of all paths of CloudFront's API: its version.
const Prefix = "/2020-05-31/"

// namespace is the namespace of the API's XML.
const namespace = "http://cloudfront.amazonaws.com/doc/2020-05-31/"

// maxBatch limits the body of a request, in bytes: more than 3,000 of the longest paths.
const maxBatch = 16 << 20

// usualItems is how many invalidations a list has by default.
const usualItems = 100

// batchXML is an InvalidationBatch (CF-INV-26).
type batchXML struct {
	XMLName         xml.Name `xml:"InvalidationBatch"`
	Paths           pathsXML `xml:"Paths"`
	CallerReference string   `xml:"CallerReference"`
}

type pathsXML struct {
	Quantity int      `xml:"Quantity"`
	Items    []string `xml:"Items>Path"`
}

// invalidationXML is an Invalidation (CF-INV-27).
type invalidationXML struct {
	XMLName    xml.Name `xml:"Invalidation"`
	Namespace  string   `xml:"xmlns,attr"`
	ID         string   `xml:"Id"`
	Status     string
	CreateTime string
	Batch      struct {
		Paths           pathsXML
		CallerReference string
	} `xml:"InvalidationBatch"`
}

// listXML is an InvalidationList.
type listXML struct {
	XMLName     xml.Name `xml:"InvalidationList"`
	Namespace   string   `xml:"xmlns,attr"`
	Marker      string
	NextMarker  string `xml:"NextMarker,omitempty"`
	MaxItems    int
	IsTruncated bool
	Quantity    int
	Items       []summaryXML `xml:"Items>InvalidationSummary"`
}

type summaryXML struct {
	ID         string `xml:"Id"`
	CreateTime string
	Status     string
}

// errorXML is an API error.
type errorXML struct {
	XMLName   xml.Name `xml:"ErrorResponse"`
	Namespace string   `xml:"xmlns,attr"`
	Type      string   `xml:"Error>Type"`
	Code      string   `xml:"Error>Code"`
	Message   string   `xml:"Error>Message"`
	RequestID string   `xml:"RequestId"`
}

// ServeHTTP answers CloudFront's API as far as it concerns invalidations: the paths below
// Prefix.
func (r *Registry) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	rest, ok := strings.CutPrefix(q.URL.Path, Prefix+"distribution/")
	part := strings.Split(rest, "/")
	switch {
	case ok && len(part) == 2 && part[1] == "invalidation" && q.Method == http.MethodPost:
		r.create(w, q, part[0])
	case ok && len(part) == 2 && part[1] == "invalidation" && q.Method == http.MethodGet:
		r.list(w, q, part[0])
	case ok && len(part) == 3 && part[1] == "invalidation" && q.Method == http.MethodGet:
		made, bad := r.Get(part[0], part[2])
		if bad != nil {
			refuse(w, bad)
			return
		}
		write(w, http.StatusOK, toXML(made))
	default: // CF-INV-21: nothing can be canceled
		refuse(w, &Error{http.StatusNotFound, "UnknownOperationException", "edgesim answers CreateInvalidation, GetInvalidation and ListInvalidations alone."})
	}
}

func (r *Registry) create(w http.ResponseWriter, q *http.Request, distribution string) {
	data, err := io.ReadAll(http.MaxBytesReader(w, q.Body, maxBatch))
	if tooLong := (*http.MaxBytesError)(nil); errors.As(err, &tooLong) {
		refuse(w, &Error{http.StatusRequestEntityTooLarge, "BatchTooLarge", "The body is longer than 16 MiB."})
		return
	}
	if err != nil {
		return // the client has left
	}
	batch, bad := readBatch(data)
	if bad == nil {
		var made *Invalidation
		if made, bad = r.Create(distribution, batch.CallerReference, batch.Paths.Items); bad == nil {
			w.Header().Set("Location", "https://cloudfront.amazonaws.com"+Prefix+"distribution/"+distribution+"/invalidation/"+made.ID)
			write(w, http.StatusCreated, toXML(made))
			return
		}
	}
	refuse(w, bad)
}

// readBatch reads and checks the body of CreateInvalidation.
func readBatch(data []byte) (*batchXML, *Error) {
	if len(bytes.TrimSpace(data)) == 0 { // CF-INV-33
		return nil, &Error{http.StatusBadRequest, "MissingBody", "This operation requires a body. Ensure that the body is present and the Content-Type header is set."}
	}
	batch := &batchXML{}
	if err := xml.Unmarshal(data, batch); err != nil {
		return nil, &Error{http.StatusBadRequest, "MalformedXML", "The XML cannot be read: " + err.Error() + "."}
	}
	switch {
	case batch.Paths.Quantity != len(batch.Paths.Items): // CF-INV-32
		return nil, &Error{http.StatusBadRequest, "InconsistentQuantities", "The value of Quantity and the size of Items don't match."}
	case batch.CallerReference == "":
		return nil, &Error{http.StatusBadRequest, "MalformedXML", "CallerReference is missing."}
	}
	return batch, nil
}

func (r *Registry) list(w http.ResponseWriter, q *http.Request, distribution string) {
	query := q.URL.Query()
	answer := listXML{Namespace: namespace, Marker: query.Get("Marker"), MaxItems: usualItems}
	if text := query.Get("MaxItems"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			refuse(w, &Error{http.StatusBadRequest, "InvalidArgument", "MaxItems is not a number of items."})
			return
		}
		answer.MaxItems = min(n, usualItems)
	}
	list, more, bad := r.List(distribution, answer.Marker, answer.MaxItems)
	if bad != nil {
		refuse(w, bad)
		return
	}
	answer.IsTruncated, answer.Quantity = more, len(list)
	for _, i := range list {
		answer.Items = append(answer.Items, summaryXML{i.ID, at(i.Created), i.Status})
	}
	if more {
		answer.NextMarker = list[len(list)-1].ID
	}
	write(w, http.StatusOK, answer)
}

func toXML(i *Invalidation) invalidationXML {
	x := invalidationXML{Namespace: namespace, ID: i.ID, Status: i.Status, CreateTime: at(i.Created)}
	x.Batch.CallerReference = i.Reference
	x.Batch.Paths = pathsXML{len(i.Paths), i.Paths}
	return x
}

func at(t time.Time) string { return t.Format("2006-01-02T15:04:05.000Z") }

func refuse(w http.ResponseWriter, e *Error) {
	write(w, e.Status, errorXML{Namespace: namespace, Type: "Sender", Code: e.Code, Message: e.Message, RequestID: requestID(w)})
}

// write sends a document. A write error means that the client has left.
func write(w http.ResponseWriter, status int, document any) {
	w.Header().Set("Content-Type", "text/xml")
	requestID(w)
	w.WriteHeader(status)
	_, _ = io.WriteString(w, xml.Header)
	_ = xml.NewEncoder(w).Encode(document)
}

// requestID is the answer's x-amzn-RequestId, made once.
func requestID(w http.ResponseWriter) string {
	if w.Header().Get("X-Amzn-Requestid") == "" {
		w.Header().Set("X-Amzn-Requestid", strings.ToLower(rand.Text()))
	}
	return w.Header().Get("X-Amzn-Requestid")
}
