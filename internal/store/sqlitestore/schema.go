package sqlitestore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// applicationID marks an index of ours: "edgs".
const applicationID = 0x65646773

// schemaNow is the version of the schema below. upgrades has the steps from older ones; a
// released step is never changed.
const schemaNow = 2

// The tables: kind holds what many exchanges have in common, block the exchanges
// (block.go), block_kind and block_key the blocks in which a kind and a bucket of keys
// occur, span the latest start of a range of numbers, and state where the last transaction
// ended.
const (
	schema = `CREATE TABLE kind (
		id INTEGER PRIMARY KEY AUTOINCREMENT, exchanges INTEGER NOT NULL,
		status INTEGER NOT NULL, cause BLOB NOT NULL, rules BLOB NOT NULL, method BLOB NOT NULL, host BLOB NOT NULL,
		host_name BLOB NOT NULL, behavior BLOB NOT NULL, origin BLOB NOT NULL, edge BLOB NOT NULL,
		UNIQUE (status, cause, rules, method, host, host_name, behavior, origin, edge));
	CREATE TABLE segment (id INTEGER PRIMARY KEY AUTOINCREMENT, bytes INTEGER NOT NULL, last INTEGER NOT NULL);
	CREATE TABLE span (first INTEGER PRIMARY KEY, latest INTEGER NOT NULL);
	CREATE TABLE state (next INTEGER NOT NULL, exchanges INTEGER NOT NULL);
	INSERT INTO state VALUES (1, 0);` + blocks

	blocks = `CREATE TABLE block (first INTEGER PRIMARY KEY, count INTEGER NOT NULL, rows BLOB NOT NULL);
	CREATE TABLE block_kind (kind INTEGER, first INTEGER, PRIMARY KEY (kind, first)) WITHOUT ROWID;
	CREATE TABLE block_key (bucket INTEGER, first INTEGER, PRIMARY KEY (bucket, first)) WITHOUT ROWID;`
)

// upgrades are the steps from version 1 on.
var upgrades = []func(context.Context, *sql.Conn) error{rowsToBlocks}

// rowsToBlocks moves the rows of version 1, one for each exchange, into blocks.
func rowsToBlocks(ctx context.Context, conn *sql.Conn) error {
	if _, err := conn.ExecContext(ctx, blocks); err != nil {
		return err
	}
	rows, err := conn.QueryContext(ctx, "SELECT number, key, start, kind, place, uri FROM exchange ORDER BY number")
	if err != nil {
		return err
	}
	defer rows.Close()
	ix := index{ctx: ctx, tx: conn}
	for rows.Next() {
		var r row
		if err := rows.Scan(&r.number, &r.key, &r.start, &r.kind, &r.place, &r.uri); err != nil {
			return err
		}
		if err := put(&ix, r, r.uri); err != nil {
			return err
		}
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	if err := ix.flush(); err != nil {
		return err
	}
	_, err = conn.ExecContext(ctx, "DROP TABLE exchange")
	return err
}

// NewerError is an index that a newer edgesim has written.
type NewerError struct {
	// Dir is the folder, Version that of its schema, and Known the newest that this program
	// supports.
	Dir            string
	Version, Known int
}

// Error says what to do.
func (e *NewerError) Error() string {
	return fmt.Sprintf("the recordings in %s have schema %d, and this edgesim knows up to %d: use a newer edgesim, or another folder",
		e.Dir, e.Version, e.Known)
}

// ForeignError is a folder whose index is not one of ours.
type ForeignError struct {
	// Dir is the folder.
	Dir string
}

// Error says what to do.
func (e *ForeignError) Error() string {
	return fmt.Sprintf("%s holds an index.db that is not edgesim's: name another folder", e.Dir)
}

// migrate brings the schema to the newest version, or refuses.
func migrate(ctx context.Context, db *sql.DB, dir string, readOnly bool) error {
	version, err := schemaVersion(ctx, db, dir)
	if err != nil || version == schemaNow {
		return err
	}
	if readOnly {
		return fmt.Errorf("the recordings in %s have schema %d and are opened for reading only: let an edge open them once", dir, version)
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	// The version is queried again under the lock: another process may have been faster.
	if _, err := conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	if err := steps(ctx, conn); err != nil {
		_, rollback := conn.ExecContext(ctx, "ROLLBACK")
		return errors.Join(err, rollback)
	}
	_, err = conn.ExecContext(ctx, "COMMIT")
	return err
}

// steps performs the missing steps.
func steps(ctx context.Context, conn *sql.Conn) error {
	var version int
	if err := conn.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	if version == 0 {
		if _, err := conn.ExecContext(ctx, schema); err != nil {
			return err
		}
		version = schemaNow
	}
	for ; version < schemaNow; version++ {
		if err := upgrades[version-1](ctx, conn); err != nil {
			return fmt.Errorf("bringing the schema to version %d: %w", version+1, err)
		}
	}
	_, err := conn.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d", applicationID, version))
	return err
}

// schemaVersion returns the version, 0 for an empty file, or an error for a file
// that is not ours or too new.
func schemaVersion(ctx context.Context, db *sql.DB, dir string) (int, error) {
	var version, application, tables int
	err := db.QueryRowContext(ctx, "SELECT (SELECT user_version FROM pragma_user_version), (SELECT application_id FROM pragma_application_id), (SELECT count(*) FROM sqlite_schema)").
		Scan(&version, &application, &tables)
	switch {
	case err != nil:
		return 0, err
	case application != applicationID && (tables > 0 || version > 0 || application != 0):
		return 0, &ForeignError{Dir: dir}
	case version > schemaNow:
		return 0, &NewerError{Dir: dir, Version: version, Known: schemaNow}
	}
	return version, nil
}
