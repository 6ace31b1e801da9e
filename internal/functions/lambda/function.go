package lambda

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// TimeLimit is how long a function may run, at every trigger (CF-LAE-68).
const TimeLimit = 30 * time.Second

// mostAnswer limits what a function may return: more than any trigger allows.
const mostAnswer = 8 << 20

// Config says where a function's code is. Either File or Endpoint is set.
type Config struct {
	// File is the handler's file; .py runs in python3, everything else in node.
	File string
	// Handler is the name of the exported function. Default "handler", and
	// "lambda_handler" for Python.
	Handler string
	// Environment is everything that the process gets besides what Lambda sets itself;
	// nothing of this process's own is passed on.
	Environment map[string]string
	// Endpoint is the URL of a Lambda Invoke API, and Name the function's name there.
	Endpoint, Name string
	// Timeout limits one run. Default [TimeLimit].
	Timeout time.Duration
	// Log receives what the process prints. Default: it is dropped.
	Log func(line string)
}

// Function is a handler that can be invoked, many times concurrently.
type Function struct {
	config Config
	pool   *pool
}

// Error describes how a run failed.
type Error struct {
	// Type and Message are from the error that the handler threw, or ours.
	Type, Message string
	// Throttled says that the service had no room for the run.
	Throttled bool
}

// Error returns the error on one line.
func (e *Error) Error() string {
	if e.Type == "" {
		return e.Message
	}
	return e.Type + ": " + e.Message
}

// Result is the result of a run.
type Result struct {
	// Answer is what the handler returned, as JSON.
	Answer []byte
	// Log holds the lines that it printed meanwhile.
	Log []string
}

// New makes a function. Its process starts with the first run. An error means that the
// file, or the program to run it, is missing.
func New(c Config) (*Function, error) {
	if c.Timeout == 0 {
		c.Timeout = TimeLimit
	}
	if c.Endpoint != "" {
		return &Function{config: c}, checkEndpoint(c.Endpoint)
	}
	file, err := filepath.Abs(c.File)
	if err != nil {
		return nil, err
	}
	if info, err := os.Stat(file); err != nil || info.IsDir() {
		return nil, fmt.Errorf("no such file: %s", c.File)
	}
	c.File = file
	command, err := commandFor(&c)
	if err != nil {
		return nil, err
	}
	return &Function{config: c, pool: newPool(command, c)}, nil
}

// Runtime returns how the function runs, for people: nodejs, python or invoke.
func (f *Function) Runtime() string {
	switch {
	case f.pool == nil:
		return "invoke"
	case strings.HasSuffix(f.config.File, ".py"):
		return "python"
	}
	return "nodejs"
}

// Invoke runs the handler on an event. An error is an *[Error], or the
// context's.
func (f *Function) Invoke(ctx context.Context, event []byte) (Result, error) {
	limited, cancel := context.WithTimeout(ctx, f.config.Timeout)
	defer cancel()
	var result Result
	var err error
	if f.pool == nil {
		result, err = f.call(limited, event)
	} else {
		result, err = f.pool.invoke(limited, event)
	}
	if err != nil && ctx.Err() == nil && errors.Is(limited.Err(), context.DeadlineExceeded) {
		return result, &Error{Type: "Sandbox.Timedout", Message: fmt.Sprintf("the function did not end within %s", f.config.Timeout)}
	}
	return result, err
}

// Retire is for a function that has been replaced: it still runs when invoked, but keeps no
// idle process.
func (f *Function) Retire() {
	if f.pool != nil {
		f.pool.retire()
	}
}

// Processes returns how many processes the function has at the moment.
func (f *Function) Processes() int {
	if f.pool == nil {
		return 0
	}
	return f.pool.processes()
}

// Close ends the function's processes, including busy ones.
func (f *Function) Close() {
	if f.pool != nil {
		f.pool.close()
	}
}

// log passes a line to Config.Log, if set.
func (c *Config) log(line string) {
	if c.Log != nil {
		c.Log(line)
		return
	}
	slog.Debug("lambda", "line", line)
}
