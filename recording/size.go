package recording

// What the parts of an exchange take beside the bytes they refer to: the
// structs themselves, the headers of strings and slices, the cells of maps, all
// rounded up.
const (
	sizeExchange  = 1024
	sizeField     = 64
	sizeAttempt   = 512
	sizeHandshake = 512
	sizeFinding   = 160
	sizeChange    = 128
)

// Size estimates the memory an exchange takes, in bytes. It counts the chain
// of every attempt, though attempts on one kept-alive connection share theirs,
// and so is rather too high than too low.
func (e *Exchange) Size() int64 {
	n := sizeExchange + len(e.Viewer.Body) + len(e.Response.Body) + len(e.Findings)*sizeFinding + len(e.Changes)*sizeChange
	for _, a := range e.Attempts {
		if a == nil {
			continue
		}
		n += sizeAttempt + len(a.Findings)*sizeFinding
		if h := a.Handshake; h != nil {
			n += sizeHandshake
			for _, der := range h.PeerCertificates {
				n += len(der)
			}
		}
	}
	w := walker{reading: true, sizing: true}
	w.exchange(e)
	return int64(n + w.size)
}

// sizeAt estimates the memory of one string. Words are shared by all exchanges,
// mostly, and not counted.
func sizeAt(p place, value string) int {
	switch p {
	case inField:
		return sizeField + len(value)
	case inPart, inTarget, inHead, inProse:
		return len(value)
	case inWord:
	}
	return 0
}
