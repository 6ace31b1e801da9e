package pgstore

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// migrations are the steps between versions of the schema. A released step is never
// changed: a new one is added.
var migrations = []string{
	`CREATE TABLE kind (
		id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, exchanges bigint NOT NULL, digest bytea NOT NULL UNIQUE,
		status integer NOT NULL, cause bytea NOT NULL, rules bytea NOT NULL, method bytea NOT NULL, host bytea NOT NULL,
		host_name bytea NOT NULL, behavior bytea NOT NULL, origin bytea NOT NULL, edge bytea NOT NULL);
	CREATE TABLE exchange (
		number bigint PRIMARY KEY, id bytea NOT NULL UNIQUE, start bigint NOT NULL, kind bigint NOT NULL, size integer NOT NULL,
		uri bytea NOT NULL, record bytea NOT NULL, viewer bytea, response bytea);
	CREATE INDEX exchange_kind ON exchange (kind, number);
	CREATE TABLE part (ref bigint PRIMARY KEY, last bigint NOT NULL, data bytea NOT NULL);
	CREATE TABLE state (next bigint NOT NULL, generation bigint NOT NULL, exchanges bigint NOT NULL, bytes bigint NOT NULL);
	INSERT INTO state VALUES (1, 1, 0, 0);`,
	// Rows that every transaction changes have room on their page. Edges that announce
	// parts more often than partsFor says now drop those of others too early.
	`ALTER TABLE state SET (fillfactor = 10); ALTER TABLE kind SET (fillfactor = 50)`,
}

// migrationLock is the advisory lock under which edges that start at the same time change
// the schema one after another: "edgesim" as a number.
const migrationLock = 0x6564676573696d

// NewerError is a database that a newer edgesim has set up.
type NewerError struct {
	// Version is that of its schema; Known is the newest that this program supports.
	Version, Known int
}

// Error says what to do.
func (e *NewerError) Error() string {
	return fmt.Sprintf("the recordings in the database have schema %d, and this edgesim knows up to %d: use a newer edgesim, or another database",
		e.Version, e.Known)
}

// migrate brings the schema to the newest version, or refuses.
func migrate(ctx context.Context, pool *pgxpool.Pool, readOnly bool) error {
	version, err := schemaVersion(ctx, pool)
	switch {
	case err != nil || version == len(migrations):
		return err
	case version > len(migrations):
		return &NewerError{Version: version, Known: len(migrations)}
	case readOnly && version == 0:
		return fmt.Errorf("the database has no recordings")
	case readOnly:
		return fmt.Errorf("the recordings in the database have schema %d and are opened for reading only: let an edge open them once", version)
	}
	return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock($1)", int64(migrationLock)); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "CREATE SCHEMA IF NOT EXISTS edgesim; CREATE TABLE IF NOT EXISTS edgesim.version (version integer NOT NULL)"); err != nil {
			return err
		}
		// Queried again under the lock: another edge may have been faster.
		var version int
		if err := tx.QueryRow(ctx, "SELECT coalesce(max(version), 0) FROM edgesim.version").Scan(&version); err != nil {
			return err
		}
		for ; version < len(migrations); version++ {
			if _, err := tx.Exec(ctx, migrations[version]); err != nil {
				return fmt.Errorf("bringing the schema to version %d: %w", version+1, err)
			}
		}
		_, err := tx.Exec(ctx, fmt.Sprintf("DELETE FROM edgesim.version; INSERT INTO edgesim.version VALUES (%d)", version))
		return err
	})
}

// schemaVersion returns the version; 0 if there is none yet.
func schemaVersion(ctx context.Context, pool *pgxpool.Pool) (version int, err error) {
	var there bool
	err = pool.QueryRow(ctx, "SELECT to_regclass('edgesim.version') IS NOT NULL").Scan(&there)
	if err != nil || !there {
		return 0, err
	}
	err = pool.QueryRow(ctx, "SELECT coalesce(max(version), 0) FROM edgesim.version").Scan(&version)
	return version, err
}
