package recording

import (
	"net/http"

	"github.com/edgesim/edgesim/policy"
)

// What the parts of an exchange use besides the bytes they refer to: the structs
// themselves, the headers of strings and slices, and map cells, all rounded up.
const (
	sizeExchange  = 1024
	sizeField     = 64
	sizeAttempt   = 512
	sizeHandshake = 512
	sizeFinding   = 160
	sizeChange    = 128
)

// Size estimates the memory of an exchange, in bytes. It counts the chain of
// every attempt, although attempts on one kept-alive connection share theirs, so
// it tends to be too high rather than too low.
//
// Size runs for every request, so the parts common to all exchanges are counted
// by hand here; the walker counts the rare ones. A test keeps the two consistent.
func (e *Exchange) Size() int64 {
	n := sizeExchange + len(e.Viewer.Body) + len(e.Response.Body)
	n += len(e.Viewer.URI) + len(e.Viewer.Host) + len(e.Viewer.Method) + len(e.Viewer.Proto) + len(e.Response.OriginHead)
	n += sizeOfHeader(e.Viewer.Header) + sizeOfFields(e.Viewer.Fields)
	n += sizeOfHeader(e.Response.Header) + sizeOfHeader(e.Response.Trailer)
	if s := e.Sent; s != nil {
		n += len(s.URI) + len(s.Method) + sizeOfFields(s.Header)
	}
	for i := range e.Changes {
		n += sizeChange + len(e.Changes[i].From) + len(e.Changes[i].To)
	}
	n += sizeOfFindings(e.Findings)
	rare := e.Cause != nil || e.Cache != nil || e.ErrorPage != nil || len(e.Functions)+len(e.Failover) > 0 || e.GRPC != nil
	for _, a := range e.Attempts {
		if a == nil {
			continue
		}
		n += sizeAttempt + sizeOfFindings(a.Findings)
		if h := a.Handshake; h != nil {
			n += sizeHandshake + len(h.FirstBytes) + len(h.Flight) + len(h.Why) + len(h.SNI)
			for _, der := range h.PeerCertificates {
				n += len(der)
			}
		}
		rare = rare || a.Cause != nil
	}
	if rare {
		n += e.sizeOfRare()
	}
	return int64(n)
}

// sizeOfRare counts what a successful exchange does not have.
func (e *Exchange) sizeOfRare() int {
	w := walker{reading: true, sizing: true}
	w.exchange(&Exchange{ErrorPage: e.ErrorPage, Functions: e.Functions, Cache: e.Cache, GRPC: e.GRPC, Failover: e.Failover, Cause: e.Cause})
	for _, a := range e.Attempts {
		if a != nil && a.Cause != nil {
			w.cause(a.Cause)
		}
	}
	return w.size
}

func sizeOfHeader(h http.Header) (n int) {
	for _, values := range h {
		for _, value := range values {
			n += sizeField + len(value)
		}
	}
	return n
}

func sizeOfFields(fields []policy.Field) (n int) {
	for i := range fields {
		n += sizeField + len(fields[i].Value)
	}
	return n
}

func sizeOfFindings(findings []policy.Finding) (n int) {
	for i := range findings {
		f := &findings[i]
		n += sizeFinding + len(f.Subject) + len(f.Observed) + len(f.Expected) + len(f.Hint)
	}
	return n
}

// sizeAt estimates the memory of one string. Words are mostly shared by all exchanges and
// not counted.
func sizeAt(p place, value string) int {
	switch p {
	case inField:
		return sizeField + len(value)
	case inPart, inTarget, inHead, inKey, inProse:
		return len(value)
	case inWord:
	}
	return 0
}
