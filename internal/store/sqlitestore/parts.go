package sqlitestore

import "sync"

// parts caches the most recently read parts, by place.
type parts struct {
	mu            sync.Mutex
	recent, older map[int64][]byte
	bytes         int
}

// partsBytes limits each of the two generations.
const partsBytes = 1 << 20

// get returns a part, which read reads if it is not cached. Two callers may read the same
// part at once.
func (p *parts) get(place int64, read func() ([]byte, error)) ([]byte, error) {
	p.mu.Lock()
	b, recent := p.recent[place]
	if !recent {
		b = p.older[place]
	}
	p.mu.Unlock()
	if recent {
		return b, nil
	}
	if b == nil {
		var err error
		if b, err = read(); err != nil {
			return nil, err
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if other, ok := p.recent[place]; ok {
		return other, nil
	}
	const overhead = 64
	if p.bytes += len(b) + overhead; p.recent == nil || p.bytes > partsBytes {
		p.recent, p.older, p.bytes = map[int64][]byte{}, p.recent, len(b)+overhead
	}
	p.recent[place] = b
	return b, nil
}

// forget drops all parts: other segments have the same numbers now.
func (p *parts) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.recent, p.older, p.bytes = nil, nil, 0
}
