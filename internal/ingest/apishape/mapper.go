package apishape

import (
	"errors"
	"slices"
	"strings"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/internal/ingest/tree"
)

// Options say how to make distributions from a set.
type Options struct {
	// AssumeUnresolved uses a placeholder for an origin's unknown domain name and omits
	// other unknown values, with a warning each, instead of an [UnresolvedError].
	AssumeUnresolved bool
	// Partial returns what could be read together with an [UnresolvedError], for lists.
	Partial bool
}

// Map makes the distributions of a set, in order. The error is a
// [*distribution.InvalidError], an [*UnresolvedError], or both joined.
func Map(set *tree.Set, opts Options) ([]*distribution.Distribution, error) {
	m := &mapper{set: set, opts: opts, parts: map[*tree.Resource]any{}, sources: map[any]*partSource{}}
	m.index()
	var list []*distribution.Distribution
	var problems []distribution.Problem
	var unknown []distribution.Notice
	unresolved := m.blocking()
	var hollow []distribution.Unresolved
	resources := set.Of(tree.Distribution)
	if len(resources) == 0 && len(unresolved) > 0 { // nothing can stand in for a distribution that may not exist
		return nil, &UnresolvedError{Values: unresolved}
	}
	said := m.newReader("")
	said.remarks()
	problems = append(problems, said.problems...)
	for i := range resources {
		r := m.newReader("")
		d := r.distribution(&resources[i])
		if i == 0 {
			r.notices = append(slices.Clone(said.notices), r.notices...)
		}
		d.Notices, d.Unresolved, d.Files = r.told(), r.unresolved, set.Files
		list = append(list, d)
		problems = append(problems, named(r.problems, &resources[i], len(resources))...)
		unknown = append(unknown, unknownOf(r.notices)...)
		unresolved = append(unresolved, of(deciding(r.unresolved, r.hollow), &resources[i], len(resources))...)
		hollow = append(hollow, of(r.hollow, &resources[i], len(resources))...)
	}
	more, notices := m.unused()
	problems = append(problems, more...)
	if len(list) > 0 {
		list[0].Notices = append(list[0].Notices, notices...)
	}
	var errs []error
	if len(problems) > 0 {
		errs = append(errs, &distribution.InvalidError{Problems: problems, Unknown: unknown})
	}
	if opts.AssumeUnresolved {
		unresolved = hollow
	}
	if len(unresolved) > 0 {
		errs = append(errs, &UnresolvedError{Values: unresolved})
	}
	if len(errs) > 0 && !(opts.Partial && len(problems) == 0) {
		list = nil
	}
	if len(errs) == 1 {
		return list, errs[0]
	}
	return list, errors.Join(errs...)
}

// named puts the distribution's name before the paths if there are several.
func named(problems []distribution.Problem, res *tree.Resource, of int) []distribution.Problem {
	if of < 2 || res.Name == "" {
		return problems
	}
	for i := range problems {
		problems[i].Path = res.Name + "." + problems[i].Path
	}
	return problems
}

// unknownOf returns the notices about unknown fields.
func unknownOf(notices []distribution.Notice) []distribution.Notice {
	return slices.DeleteFunc(slices.Clone(notices), func(n distribution.Notice) bool { return n.Kind != distribution.NoticeUnknown })
}

// deciding returns the values without which nothing can be served.
func deciding(values, hollow []distribution.Unresolved) []distribution.Unresolved {
	return slices.DeleteFunc(slices.Clone(values), func(u distribution.Unresolved) bool { return !u.Decides && !slices.Contains(hollow, u) })
}

// of puts the distribution's name before the paths if there are several.
func of(values []distribution.Unresolved, res *tree.Resource, all int) []distribution.Unresolved {
	if all < 2 || res.Name == "" {
		return values
	}
	values = slices.Clone(values)
	for i := range values {
		values[i].Path = res.Name + "." + values[i].Path
	}
	return values
}

// mapper knows all resources of a set.
type mapper struct {
	set  *tree.Set
	opts Options
	// byRef finds a resource by type and by each of its names.
	byRef map[ref]*tree.Resource
	// parts are the resources read so far, each once; sources are their origins and
	// notices.
	parts   map[*tree.Resource]any
	sources map[any]*partSource
}

type ref struct {
	kind tree.Type
	name string
}

// partSource is what was found in a resource that distributions refer to.
type partSource struct {
	reader *reader
	told   bool
}

// index indexes resources by address, id and ARN and, except for distributions, by name.
func (m *mapper) index() {
	m.byRef = map[ref]*tree.Resource{}
	add := func(r *tree.Resource, name string) {
		if name == "" {
			return
		}
		if _, taken := m.byRef[ref{r.Type, name}]; !taken {
			m.byRef[ref{r.Type, name}] = r
		}
	}
	for i := range m.set.Resources {
		r := &m.set.Resources[i]
		add(r, r.Name)
		add(r, r.ID)
		add(r, r.ARN)
		add(r, r.DomainName)
	}
	for i := range m.set.Resources { // an address takes precedence over a name
		r := &m.set.Resources[i]
		add(r, r.Config.Get("Name").StringText())
	}
}

// find returns the resource of a type with a name, or nil.
func (m *mapper) find(kind tree.Type, name string) *tree.Resource { return m.byRef[ref{kind, name}] }

// newReader returns a reader whose paths start with a prefix.
func (m *mapper) newReader(prefix string) *reader {
	return &reader{m: m, prefix: prefix, strict: m.set.Dialect == tree.DialectAPI, typed: m.set.Dialect == tree.DialectAPI || m.set.Dialect == tree.DialectOverlay, places: map[string]tree.Position{}}
}

// part reads a resource once and passes its notices to every distribution that uses it.
func part[T any](r *reader, kind tree.Type, name string, read func(r *reader, o *object, res *tree.Resource) T) (T, bool) {
	var none T
	res := r.m.find(kind, name)
	if res == nil {
		return none, false
	}
	value, ok := r.m.parts[res].(T)
	if !ok {
		inner := r.m.newReader(res.Name)
		o := inner.object(res.Name, res.Config)
		value = read(inner, o, res)
		o.done()
		r.m.parts[res] = value
		r.m.sources[res] = &partSource{reader: inner}
	}
	source := r.m.sources[res]
	if !slices.Contains(r.uses, res) {
		r.uses = append(r.uses, res)
		r.notices = append(r.notices, source.reader.notices...)
		r.unresolved = append(r.unresolved, source.reader.unresolved...)
		if !source.told { // once, no matter how many distributions use it
			source.told = true
			r.problems = append(r.problems, source.reader.problems...)
		}
	}
	return value, true
}

// told returns the notices, starting with those of the file that this one was written from.
func (r *reader) told() []distribution.Notice {
	if r.m.set.Told == nil {
		return r.notices
	}
	var list []distribution.Notice
	for _, n := range r.m.set.Told.Items {
		list = append(list, distribution.Notice{Kind: distribution.NoticeKind(n.Get("Kind").StringText()), Path: n.Get("Path").StringText(), Message: n.Get("Message").StringText()})
	}
	return append(list, notAgain(r.notices, list)...)
}

// blocking returns the unresolved values that leave open which resources exist.
func (m *mapper) blocking() []distribution.Unresolved {
	var list []distribution.Unresolved
	for _, remark := range m.set.Remarks {
		if !remark.Blocking {
			continue
		}
		for _, missing := range remark.Missing {
			list = append(list, distribution.Unresolved{Path: remark.Path, What: missing.What, Supply: missing.Supply,
				File: remark.Pos.File, Line: int(remark.Pos.Line), Decides: true})
		}
	}
	return list
}

// remarks passes on the remarks of the file's reader.
func (r *reader) remarks() {
	for _, remark := range r.m.set.Remarks {
		switch {
		case remark.Refused:
			r.problems = append(r.problems, distribution.Problem{Path: remark.Path, Message: remark.Message,
				File: remark.Pos.File, Line: int(remark.Pos.Line), Column: int(remark.Pos.Column)})
			continue
		case remark.Blocking && !r.m.opts.AssumeUnresolved:
			continue
		}
		n := distribution.Notice{Kind: distribution.NoticeWarning, Path: remark.Path, Message: remark.Message,
			File: remark.Pos.File, Line: int(remark.Pos.Line), Column: int(remark.Pos.Column)}
		if remark.Unknown {
			n.Kind = distribution.NoticeUnknown
		}
		r.notices = append(r.notices, n)
	}
}

// UnresolvedError is a configuration that needs values its files do not contain.
type UnresolvedError struct {
	// Values are all unresolved values; never empty.
	Values []distribution.Unresolved
}

// Error returns one line for each missing value, with its positions.
func (e *UnresolvedError) Error() string {
	return strings.Join(distribution.UnresolvedLines(e.Values), "\n")
}

// unused reads the resources that no distribution refers to, so that their mistakes are
// reported as well.
func (m *mapper) unused() (problems []distribution.Problem, notices []distribution.Notice) {
	r := m.newReader("")
	for i := range m.set.Resources {
		res := &m.set.Resources[i]
		if _, used := m.parts[res]; used {
			continue
		}
		switch res.Type {
		case tree.CachePolicy:
			part(r, res.Type, res.Name, cachePolicy)
		case tree.OriginRequestPolicy:
			part(r, res.Type, res.Name, originRequestPolicy)
		case tree.ResponseHeadersPolicy:
			part(r, res.Type, res.Name, responseHeadersPolicy)
		}
	}
	return r.problems, r.notices
}
