package sqlitestore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// applicationID marks an index of ours: "edgs".
const applicationID = 0x65646773

// migrations are the steps from one version of the schema to the next. A step is
// never changed once it was released: the next one is added.
var migrations = []string{
	`CREATE TABLE kind (
		id INTEGER PRIMARY KEY AUTOINCREMENT, exchanges INTEGER NOT NULL,
		status INTEGER NOT NULL, cause BLOB NOT NULL, rules BLOB NOT NULL, method BLOB NOT NULL, host BLOB NOT NULL,
		host_name BLOB NOT NULL, behavior BLOB NOT NULL, origin BLOB NOT NULL, edge BLOB NOT NULL,
		UNIQUE (status, cause, rules, method, host, host_name, behavior, origin, edge));
	CREATE TABLE exchange (
		number INTEGER PRIMARY KEY, key INTEGER NOT NULL, start INTEGER NOT NULL, kind INTEGER NOT NULL,
		place INTEGER NOT NULL, uri BLOB NOT NULL);
	CREATE INDEX exchange_key ON exchange (key);
	CREATE INDEX exchange_kind ON exchange (kind, number);
	CREATE TABLE segment (id INTEGER PRIMARY KEY AUTOINCREMENT, bytes INTEGER NOT NULL, last INTEGER NOT NULL);
	CREATE TABLE span (first INTEGER PRIMARY KEY, latest INTEGER NOT NULL);
	CREATE TABLE state (next INTEGER NOT NULL, exchanges INTEGER NOT NULL);
	INSERT INTO state VALUES (1, 0);`,
}

// NewerError is an index that a newer edgesim has written.
type NewerError struct {
	// Dir is the folder, Version that of its schema and Known the newest that
	// this program knows.
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
	if err != nil || version == len(migrations) {
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
	// The version is asked for again under the lock: another process may have
	// been faster.
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

// steps makes the steps that are missing.
func steps(ctx context.Context, conn *sql.Conn) error {
	var version int
	if err := conn.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	for ; version < len(migrations); version++ {
		if _, err := conn.ExecContext(ctx, migrations[version]); err != nil {
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
	case version > len(migrations):
		return 0, &NewerError{Dir: dir, Version: version, Known: len(migrations)}
	}
	return version, nil
}
