package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/edgesim/edgesim/internal/har"
	"github.com/edgesim/edgesim/internal/store/pgstore"
	"github.com/edgesim/edgesim/internal/store/sqlitestore"
	"github.com/edgesim/edgesim/recording"
)

// openRecordings opens what --record names, for changes only if requested.
func (p *program) openRecordings(c *cli.Context, change bool) (recording.Store, error) {
	where := c.String("record")
	switch {
	case where == recordMemory || where == recordOff:
		return nil, usage{err: fmt.Errorf("--record %s keeps nothing that could be read from outside", where),
			hint: "ask the running edge: --record http://" + defaultInspect}
	case where == "":
		dir, err := (&settings{state: c.String("state")}).stateDir()
		if err != nil {
			return nil, usage{err: fmt.Errorf("no state directory: %w", err), hint: "name the recordings with --record PATH|URL"}
		}
		where = recordingsDir(dir)
		if _, err := os.Stat(where); errors.Is(err, fs.ErrNotExist) {
			return nil, usage{err: fmt.Errorf("there are no recordings in %s", where),
				hint: "name others with --record PATH|URL; a running edge is --record http://" + defaultInspect}
		}
	}
	store, err := p.openAt(c.Context, where, change)
	if err != nil {
		return nil, asUsage("--record", err)
	}
	if folder, ok := store.(*sqlitestore.Store); ok {
		folder.AwaitOthers(c.Context)
	}
	return store, nil
}

// openAt opens recordings at an address.
func (p *program) openAt(ctx context.Context, where string, change bool) (recording.Store, error) {
	switch scheme, _, isURL := strings.Cut(where, "://"); {
	case isURL && (scheme == "http" || scheme == "https"):
		return newRemoteStore(where)
	case isDatabase(where):
		return pgstore.Open(ctx, pgstore.Config{URL: where, ReadOnly: !change})
	case isURL:
		return nil, usage{err: fmt.Errorf("%q: %q is neither http nor postgres", where, scheme)}
	case where == "-" || isFile(where):
		return p.readRecordings(where, change)
	}
	return sqlitestore.Open(ctx, sqlitestore.Config{Dir: where, ReadOnly: !change, Keep: -1})
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// readRecordings reads an exported file, or a browser's archive, from disk or standard
// input into memory.
func (p *program) readRecordings(path string, change bool) (recording.Store, error) {
	if change {
		return nil, usage{err: fmt.Errorf("%s is an exported file, which is not changed", path)}
	}
	in := p.stdin
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return nil, usage{err: fmt.Errorf("%s: %w", path, cause(err))}
		}
		defer f.Close()
		in = f
	}
	ring := recording.NewRing(recording.RingConfig{Exchanges: math.MaxInt, Bytes: math.MaxInt64, Redactor: &recording.Redactor{KeepSecrets: true}})
	skipped, err := readExchanges(in, func(e *recording.Exchange) error {
		ring.Record(e)
		return nil
	})
	for _, s := range skipped {
		p.out.note("%s: entry %d is left out: %s", path, s.Entry, s.Why)
	}
	if err != nil {
		return nil, usage{err: fmt.Errorf("%s: %w", path, err), hint: "a HAR, or the JSON Lines of recordings export, is expected"}
	}
	return ring, nil
}

// readExchanges reads a HAR or JSON Lines, distinguished by the first line: a HAR starts
// with its log.
func readExchanges(r io.Reader, each func(*recording.Exchange) error) ([]har.Skipped, error) {
	b := bufio.NewReaderSize(r, 64<<10)
	start, _ := b.Peek(64 << 10)
	if isJSONLines(start) {
		d := json.NewDecoder(b)
		for n := 1; ; n++ {
			e := new(recording.Exchange)
			switch err := d.Decode(e); {
			case err == io.EOF:
				return nil, nil
			case err != nil:
				return nil, fmt.Errorf("line %d: %w", n, err)
			case e.ID == "":
				return nil, fmt.Errorf("line %d: it has no id: this is not an exchange", n)
			}
			if err := each(e); err != nil {
				return nil, err
			}
		}
	}
	return har.Read(b, each)
}

// isJSONLines reports whether a file starts like an exchange and not like an archive.
func isJSONLines(start []byte) bool {
	d := json.NewDecoder(strings.NewReader(strings.TrimPrefix(string(start), "\ufeff")))
	for _, want := range []string{"{", "id"} {
		token, err := d.Token()
		if err == io.EOF && want == "{" {
			return true // nothing was exported
		}
		if err != nil || fmt.Sprint(token) != want {
			return false
		}
	}
	return true
}
