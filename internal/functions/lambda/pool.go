package lambda

import (
	"context"
	"strconv"
	"sync"
	"sync/atomic"
)

// mostProcesses is how many processes of one function run at once. Further events wait for
// one of them.
const mostProcesses = 8

// pool keeps the processes of one function warm.
type pool struct {
	command command
	config  Config
	slots   chan struct{}
	count   atomic.Uint64

	mu     sync.Mutex
	idle   []*process
	all    map[*process]bool
	closed bool
	// retired means that idle processes are ended.
	retired bool
}

func newPool(c command, config Config) *pool {
	return &pool{command: c, config: config, slots: make(chan struct{}, mostProcesses), all: map[*process]bool{}}
}

// invoke lets a process handle an event.
func (p *pool) invoke(ctx context.Context, event []byte) (Result, error) {
	select {
	case p.slots <- struct{}{}:
		defer func() { <-p.slots }()
	case <-ctx.Done():
		return Result{}, ctx.Err()
	}
	process, err := p.take()
	if err != nil {
		return Result{}, &Error{Type: "Runtime.StartError", Message: err.Error()}
	}
	result, err, usable := process.serve(ctx, "edgesim-"+strconv.FormatUint(p.count.Add(1), 10), event)
	p.give(process, usable)
	return result, err
}

// take takes a warm process, or starts one.
func (p *pool) take() (*process, error) {
	p.mu.Lock()
	for len(p.idle) > 0 {
		last := len(p.idle) - 1
		found := p.idle[last]
		p.idle = p.idle[:last]
		if found.alive() {
			p.mu.Unlock()
			return found, nil
		}
		delete(p.all, found)
		defer found.kill()
	}
	closed := p.closed
	p.mu.Unlock()
	if closed {
		return nil, context.Canceled
	}
	started, err := start(p.command, &p.config)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		go started.kill()
		return nil, context.Canceled
	}
	p.all[started] = true
	return started, nil
}

// give returns a process; an unusable one is ended.
func (p *pool) give(process *process, usable bool) {
	p.mu.Lock()
	if usable && process.alive() && !p.closed && !p.retired {
		p.idle = append(p.idle, process)
		p.mu.Unlock()
		return
	}
	delete(p.all, process)
	p.mu.Unlock()
	process.kill()
}

// close ends all processes, including busy ones.
func (p *pool) close() {
	p.mu.Lock()
	p.closed = true
	all := p.all
	p.all, p.idle = map[*process]bool{}, nil
	p.mu.Unlock()
	for process := range all {
		process.kill()
	}
}

// retire ends the idle processes; busy ones, and those still starting, end when they are
// done.
func (p *pool) retire() {
	p.mu.Lock()
	p.retired = true
	idle := p.idle
	p.idle = nil
	for _, process := range idle {
		delete(p.all, process)
	}
	p.mu.Unlock()
	for _, process := range idle {
		process.kill()
	}
}

// processes returns how many there are.
func (p *pool) processes() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.all)
}
