package functions

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/internal/functions/js"
	"github.com/edgesim/edgesim/internal/functions/kvs"
	"github.com/edgesim/edgesim/internal/functions/lambda"
	"github.com/edgesim/edgesim/policy"
)

// Sources says where the code of functions is, in addition to the configuration. The keys
// are names or ARNs.
type Sources struct {
	// Functions are the files with the code of CloudFront functions.
	Functions map[string]string
	// Stores are the files of key-value stores.
	Stores map[string]string
	// Lambdas say where and how Lambda@Edge functions run.
	Lambdas map[string]lambda.Config
	// Log receives the output of Lambda processes, with the function's name.
	Log func(function, line string)
	// Read is when the files are read, for cf.kvs().meta(). Zero means now.
	Read time.Time
}

// Load makes the functions of a distribution. A function without code is included and
// listed by Missing. An error names each unreadable file and each refused store. Code that
// does not compile is not an error, as with CloudFront: it fails when it runs (CF-FN-84).
func Load(d *distribution.Distribution, sources Sources) (*Set, error) {
	l := loader{sources: sources, set: &Set{at: map[place]*Function{}}, lambdas: map[string]*lambda.Function{}}
	for _, b := range d.Behaviors {
		l.behavior(&b)
	}
	l.behavior(&d.DefaultBehavior)
	if len(l.problems) > 0 {
		l.set.Close()
		return nil, errors.Join(l.problems...)
	}
	if len(l.set.at) == 0 {
		return nil, nil
	}
	return l.set, nil
}

type loader struct {
	sources  Sources
	set      *Set
	lambdas  map[string]*lambda.Function
	problems []error
}

func (l *loader) fail(format string, args ...any) {
	err := fmt.Errorf(format, args...)
	if !slices.ContainsFunc(l.problems, func(e error) bool { return e.Error() == err.Error() }) {
		l.problems = append(l.problems, err)
	}
}

func (l *loader) behavior(b *distribution.CacheBehavior) {
	for _, a := range b.Functions {
		l.set.at[place{b.PathPattern, policy.Trigger(a.EventType)}] = l.function(&a)
	}
	for _, a := range b.Lambdas {
		l.set.at[place{b.PathPattern, policy.Trigger(a.EventType)}] = l.lambda(&a)
	}
}

// named finds an entry by one of the names of a thing: the whole name, or the last part of
// an ARN.
func named[V any](entries map[string]V, names ...string) (V, bool) {
	for _, name := range names {
		if v, ok := entries[name]; ok && name != "" {
			return v, true
		}
	}
	for _, name := range names {
		if i := strings.LastIndexByte(name, '/'); i >= 0 {
			if v, ok := entries[name[i+1:]]; ok {
				return v, true
			}
		}
	}
	var none V
	return none, false
}

// shortName is the last part of an ARN.
func shortName(arn string) string { return arn[strings.LastIndexByte(arn, '/')+1:] }

// function makes a CloudFront function, with code from the sources or else from the
// configuration.
func (l *loader) function(a *distribution.FunctionAssociation) *Function {
	f := &Function{Name: shortName(a.ARN), Runtime: string(js.Runtime2)}
	names, code := []string{a.ARN}, ""
	if c := a.Function; c != nil {
		names = append(names, c.Name, c.Address)
		code = c.Code
		if c.Name != "" {
			f.Name = c.Name
		}
		if c.Runtime != "" {
			f.Runtime = c.Runtime
		}
	}
	if file, ok := named(l.sources.Functions, names...); ok {
		text, err := readFile(file, 1<<20)
		if err != nil {
			l.fail("function %s: %w", f.Name, err)
			return f
		}
		code = string(text)
	}
	if code == "" {
		f.Missing = fmt.Sprintf("the function %s has no code here: name its file under functions: in the overlay", f.Name)
		return f
	}
	f.program, f.broken = js.Compile(code, js.Runtime(f.Runtime))
	if a.Function != nil && len(a.Function.Stores) > 0 {
		f.store = l.store(a.Function.Stores[0]) // one store per function (CF-KVS-12)
	} else if len(l.sources.Stores) == 1 { // the configuration names none, and there is only one
		for name, file := range l.sources.Stores {
			f.store = l.storeFile(name, file)
		}
	}
	return f
}

func (l *loader) store(s *distribution.KeyValueStore) *kvs.Store {
	if file, ok := named(l.sources.Stores, s.ARN, s.ID, s.Name, s.Address); ok {
		store := l.storeFile(s.Name, file)
		if store != nil {
			store.ID = s.ID
		}
		return store
	}
	if !s.Known {
		return nil
	}
	store, err := kvs.Of(s.Entries)
	if err != nil {
		l.fail("key-value store %s: %w", s.Name, err)
		return nil
	}
	store.ID, store.Name, store.Read = s.ID, s.Name, l.read()
	return store
}

func (l *loader) read() time.Time {
	if l.sources.Read.IsZero() {
		return time.Now()
	}
	return l.sources.Read
}

func (l *loader) storeFile(name, file string) *kvs.Store {
	text, err := readFile(file, 6<<20)
	if err != nil {
		l.fail("key-value store %s: %w", name, err)
		return nil
	}
	store, err := kvs.Parse(text)
	if err != nil {
		l.fail("key-value store %s: %s %w", name, file, err)
		return nil
	}
	store.Name, store.Read = name, l.read()
	return store
}

// lambda makes a Lambda@Edge function, one per ARN.
func (l *loader) lambda(a *distribution.LambdaFunctionAssociation) *Function {
	f := &Function{Name: a.ARN, Runtime: "lambda", Lambda: true, IncludeBody: a.IncludeBody}
	config, ok := named(l.sources.Lambdas, a.ARN, lambdaName(a.ARN))
	if !ok {
		f.Missing = fmt.Sprintf("the Lambda function %s has no code here: name its file or endpoint under lambdas: in the overlay", a.ARN)
		return f
	}
	made := l.lambdas[a.ARN]
	if made == nil {
		if config.Name == "" {
			config.Name = lambdaName(a.ARN)
		}
		if log := l.sources.Log; log != nil {
			config.Log = func(line string) { log(a.ARN, line) }
		}
		var err error
		if made, err = lambda.New(config); err != nil {
			l.fail("lambda %s: %w", a.ARN, err)
			return f
		}
		l.lambdas[a.ARN] = made
		l.set.own = append(l.set.own, made)
	}
	f.lambda, f.Runtime = made, made.Runtime()
	return f
}

// lambdaName returns the name in the ARN of a function version, or the whole text.
func lambdaName(arn string) string {
	parts := strings.Split(arn, ":")
	if len(parts) >= 7 && parts[0] == "arn" {
		return parts[6]
	}
	return arn
}

// readFile reads a file of limited size.
func readFile(file string, most int64) ([]byte, error) {
	info, err := os.Stat(file)
	switch {
	case err != nil:
		return nil, fmt.Errorf("no such file: %s", filepath.Clean(file))
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is not a file", file)
	case info.Size() > most:
		return nil, fmt.Errorf("%s has %d bytes, which is too much", file, info.Size())
	}
	return os.ReadFile(file)
}
