package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/edgesim/edgesim/internal/store/pgstore"
	"github.com/edgesim/edgesim/internal/store/sqlitestore"
	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

// keeping says where exchanges are recorded and for how long they are kept.
type keeping struct {
	// record is the value of --record: "memory", "off", a PostgreSQL URL, a folder, or ""
	// for the default.
	record string
	// keep, keepFor and keepBytes are the limits; 0 means no limit.
	keep      int64
	keepGiven bool // set explicitly, not the default
	keepFor   time.Duration
	keepBytes int64
	edgeName  string
	redactor  recording.Redactor
}

// The words that --record accepts besides folders and URLs.
const (
	recordMemory = "memory"
	recordOff    = "off"
)

// readKeeping reads the settings for recordings.
func readKeeping(g given) (k keeping, err error) {
	k.record = g.text("record")
	k.redactor = recording.Redactor{KeepSecrets: g.on("keep-secrets"), Query: g.list("redact-query"), Headers: g.list("redact-header")}
	for _, name := range k.redactor.Headers {
		if !policy.IsFieldName(name) {
			return k, usage{err: fmt.Errorf("--redact-header %q is not the name of a header", name), hint: "the name alone, without a colon: --redact-header X-Session"}
		}
	}
	k.edgeName = g.text("edge-name")
	if k.edgeName == "" {
		k.edgeName, _ = os.Hostname() // a machine without a name has none here either
	}
	k.keep = sqlitestore.DefaultKeep
	if text := g.text("keep"); text != "" {
		k.keep, err = strconv.ParseInt(text, 10, 64)
		k.keepGiven = true
		if err != nil || k.keep < 0 {
			return k, usage{err: fmt.Errorf("--keep %q is not a number of exchanges", text), hint: "for example --keep 100000, or 0 for no limit"}
		}
	}
	if text := g.text("keep-for"); text != "" {
		k.keepFor, err = time.ParseDuration(text)
		if err != nil || k.keepFor < 0 {
			return k, usage{err: fmt.Errorf("--keep-for %q is not a duration", text), hint: "for example --keep-for 168h for a week"}
		}
	}
	if k.lasts() && !isDatabase(k.record) {
		k.keepBytes = defaultKeepBytes
	}
	if text := g.text("keep-size"); text != "" {
		if k.keepBytes, err = parseSize(text); err != nil {
			return k, usage{err: fmt.Errorf("--keep-size %q is not a size", text), hint: "for example --keep-size 1GB or 512MiB"}
		}
	}
	return k, nil
}

// defaultKeepBytes is the default maximum size of a recordings folder: a tool that ran in
// the background must not fill the disk.
const defaultKeepBytes = 2_000_000_000

// parseSize parses a size like 1GB, 512MiB or 1000000.
func parseSize(text string) (int64, error) {
	number, factor := strings.ToUpper(strings.TrimSpace(text)), 1.0
	for _, unit := range []struct {
		name   string
		factor float64
	}{
		{"KIB", 1 << 10}, {"MIB", 1 << 20}, {"GIB", 1 << 30}, {"TIB", 1 << 40},
		{"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12}, {"B", 1},
	} {
		if rest, ok := strings.CutSuffix(number, unit.name); ok {
			number, factor = strings.TrimSpace(rest), unit.factor
			break
		}
	}
	n, err := strconv.ParseFloat(number, 64)
	if err != nil || !(n >= 0) || n*factor > math.MaxInt64/2 {
		return 0, errors.New("not a size")
	}
	return int64(n * factor), nil
}

// lasts reports whether recordings outlive the edge, so that there can be earlier ones.
func (k *keeping) lasts() bool { return k.record != recordMemory && k.record != recordOff }

// where says for people where exchanges are recorded.
func (k *keeping) where() string {
	switch {
	case k.record == recordOff:
		return "off"
	case k.record == recordMemory:
		return "in memory"
	case isDatabase(k.record):
		return "to PostgreSQL"
	}
	return "to disk"
}

// isDatabase reports whether --record names a PostgreSQL server.
func isDatabase(record string) bool {
	return strings.HasPrefix(record, "postgres://") || strings.HasPrefix(record, "postgresql://")
}

// checkRecord rejects invalid values of --record.
func checkRecord(record string) error {
	if !isDatabase(record) && strings.Contains(record, "://") {
		return usage{err: fmt.Errorf("--record %q: only postgres:// URLs are known", record),
			hint: "name a folder, postgres://USER@HOST/DATABASE, memory or off"}
	}
	return nil
}

// recordingsDir is the default folder of recordings in a state directory.
func recordingsDir(state string) string { return filepath.Join(state, "recordings") }

// openStore opens the store for exchanges. state is the state directory.
func (k *keeping) openStore(ctx context.Context, state string, log *logrus.Logger) (recording.Store, error) {
	switch {
	case !k.lasts():
		return recording.NewRing(recording.RingConfig{Redactor: &k.redactor}), nil
	case isDatabase(k.record):
		store, err := pgstore.Open(ctx, k.database(state, log))
		if err != nil {
			return nil, usage{err: fmt.Errorf("--record: %w", err), hint: "the URL is of the form postgres://USER:PASSWORD@HOST:PORT/DATABASE"}
		}
		return store, nil
	}
	store, err := sqlitestore.Open(ctx, k.folder(state, log))
	if err != nil {
		return nil, usage{err: fmt.Errorf("--record: %w", err), hint: "name another folder with --record DIR, or keep exchanges in memory with --record memory"}
	}
	return store, nil
}

// folder is the configuration of a store in a folder.
func (k *keeping) folder(state string, log *logrus.Logger) sqlitestore.Config {
	c := sqlitestore.Config{
		Dir: k.record, Keep: k.keep, KeepFor: k.keepFor, KeepBytes: k.keepBytes, Redactor: &k.redactor,
		Changed: func(err error) { logStore(log, err) },
	}
	if c.Dir == "" {
		c.Dir = recordingsDir(state)
	}
	if k.keep == 0 {
		c.Keep = -1
	}
	return c
}

// database is the configuration of a store in a database. It also has exchanges of other
// edges: only explicit limits apply.
func (k *keeping) database(state string, log *logrus.Logger) pgstore.Config {
	c := pgstore.Config{
		URL: k.record, KeepFor: k.keepFor, KeepBytes: k.keepBytes, Redactor: &k.redactor, Spool: spoolDir(state, k.record),
		Changed: func(err error) { logStore(log, err) },
		Unreachable: func(err error) {
			if err != nil {
				log.Warnf("the database of the recordings cannot be reached, exchanges are kept in %s until it is: %v", spoolDir(state, k.record), err)
				return
			}
			log.Warn("the database of the recordings is reached again")
		},
	}
	if k.keepGiven {
		c.Keep = k.keep
	}
	return c
}

// spoolDir is the folder for what a database cannot accept: each database has its own, or
// one would get what is meant for another.
func spoolDir(state, url string) string {
	sum := sha256.Sum256([]byte(url))
	return filepath.Join(state, "spool", hex.EncodeToString(sum[:6]))
}

// logStore logs when a store fails, and when it works again.
func logStore(log *logrus.Logger, err error) {
	if err != nil {
		log.Errorf("exchanges cannot be recorded: %v", err)
		return
	}
	log.Warn("exchanges are recorded again")
}

// ready returns why exchanges are not being recorded at the moment.
func ready(store recording.Store) error {
	h := store.Health()
	if h.Err == nil {
		return nil
	}
	return fmt.Errorf("the edge serves, but exchanges cannot be recorded (%d lost so far): %w", h.Lost, h.Err)
}

// closeStore writes what is queued, and reports what was lost.
func closeStore(store recording.Store, log *logrus.Logger) {
	err := store.Close()
	if err != nil {
		log.Errorf("closing the recordings: %v", err)
	}
	if lost := store.Health().Lost; lost > 0 {
		log.Errorf("%s could not be recorded and are lost", plural(int(lost), "exchange"))
	}
}
