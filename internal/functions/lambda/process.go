package lambda

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"time"
)

// process is one warm handler. It handles one event at a time.
type process struct {
	command *exec.Cmd
	events  *os.File
	answers *bufio.Reader
	pipe    *os.File
	done    chan struct{}
	printed chan struct{} // one for each stream that has reached the end of a run

	mu    sync.Mutex
	lines []string
	bytes int
}

// The most that is kept of the output of one run.
const (
	mostLines = 1000
	mostPrint = 256 << 10
)

// start starts a process. It has its own process group, and dies with us.
func start(c command, config *Config) (*process, error) {
	in, events, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	answers, out, err := os.Pipe()
	if err != nil {
		in.Close()
		events.Close()
		return nil, err
	}
	p := &process{events: events, pipe: answers, answers: bufio.NewReaderSize(answers, 64<<10), done: make(chan struct{}), printed: make(chan struct{}, 64)}
	p.command = exec.Command(c.program, c.arguments...)
	p.command.Dir, p.command.Env, p.command.ExtraFiles = c.directory, c.env, []*os.File{in, out}
	prints := &printer{process: p, log: config.log}
	p.command.Stdout, p.command.Stderr = prints, prints // one pipe, so that lines keep their order
	p.command.WaitDelay = TimeLimit / 30
	setGroup(p.command)
	started := make(chan error)
	go func() {
		runtime.LockOSThread() // Linux kills the child when the thread that created it ends
		err := p.command.Start()
		started <- err
		if err == nil {
			p.command.Wait()
		}
		close(p.done)
	}()
	err = <-started
	in.Close()
	out.Close()
	if err != nil {
		events.Close()
		answers.Close()
		return nil, err
	}
	return p, nil
}

// kill kills the process and everything that it started.
func (p *process) kill() {
	killGroup(p.command)
	p.events.Close()
	p.pipe.Close()
	<-p.done
}

// alive reports whether the process is still running.
func (p *process) alive() bool {
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

// reply is the one line with which a process answers an event.
type reply struct {
	Result json.RawMessage
	Error  *struct{ Type, Message, Stack string }
	Fatal  bool // the process ends
}

// serve lets the process handle one event. After an error that is not the handler's own,
// the process is unusable; so it is if ctx ended meanwhile: it is then being killed, even
// if it has answered.
func (p *process) serve(ctx context.Context, id string, event []byte) (_ Result, _ error, usable bool) {
	p.mu.Lock()
	p.lines, p.bytes = nil, 0
	p.mu.Unlock()
	for len(p.printed) > 0 {
		<-p.printed
	}
	stop := context.AfterFunc(ctx, func() { killGroup(p.command); p.pipe.Close() })
	defer func() { usable = stop() && usable }()
	line := fmt.Appendf(nil, `{"id":%q,"event":`, id)
	line = append(append(line, bytes.ReplaceAll(event, []byte("\n"), nil)...), "}\n"...)
	_, err := p.events.Write(line)
	if err == nil {
		line, err = readLine(p.answers)
	}
	if err != nil {
		if ctx.Err() != nil {
			return p.result(nil), ctx.Err(), false
		}
		return p.result(nil), &Error{Type: "Runtime.ExitError", Message: "the process ended before it answered"}, false
	}
	var r reply
	if err := json.Unmarshal(line, &r); err != nil {
		return p.result(nil), &Error{Type: "Runtime.InvalidAnswer", Message: "the process answered with something that is not JSON"}, false
	}
	p.awaitPrinted(ctx)
	if r.Error != nil {
		return p.result(nil), &Error{Type: r.Error.Type, Message: r.Error.Message}, !r.Fatal
	}
	return p.result(r.Result), nil, true
}

// printWithin limits the wait for the output of a run: a handler may close its streams.
const printWithin = 200 * time.Millisecond

// awaitPrinted waits until both streams have reached the end of the run.
func (p *process) awaitPrinted(ctx context.Context) {
	limited, cancel := context.WithTimeout(ctx, printWithin)
	defer cancel()
	for range 2 {
		select {
		case <-p.printed:
		case <-limited.Done():
			return
		}
	}
}

// endOfRun is the line with which the bootstraps end the output of a run.
const endOfRun = "\x00end"

// readLine reads a line of limited length.
func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case len(line) > mostAnswer:
			return nil, io.ErrShortBuffer
		case err == bufio.ErrBufferFull:
			continue
		case err != nil:
			return nil, err
		}
		return line, nil
	}
}

func (p *process) result(answer []byte) Result {
	p.mu.Lock()
	defer p.mu.Unlock()
	return Result{Answer: answer, Log: p.lines}
}

// printer receives the output of a process, line by line.
type printer struct {
	process *process
	log     func(string)
	rest    []byte
}

func (w *printer) Write(text []byte) (int, error) {
	w.rest = append(w.rest, text...)
	for {
		i := bytes.IndexByte(w.rest, '\n')
		if i < 0 && len(w.rest) < 64<<10 {
			return len(text), nil
		}
		if i < 0 {
			i = len(w.rest) - 1
		}
		switch line := string(bytes.ToValidUTF8(w.rest[:i], nil)); line {
		case "":
		case endOfRun:
			select {
			case w.process.printed <- struct{}{}:
			default:
			}
		default:
			w.line(line)
		}
		w.rest = append(w.rest[:0], w.rest[i+1:]...)
	}
}

func (w *printer) line(line string) {
	p := w.process
	p.mu.Lock()
	room := p.bytes < mostPrint && len(p.lines) < mostLines
	if room {
		p.lines, p.bytes = append(p.lines, line), p.bytes+len(line)
	}
	p.mu.Unlock()
	if room {
		w.log(line)
	}
}
