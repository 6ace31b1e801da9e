package sqlitestore

import (
	"context"
	"database/sql"
	"path/filepath"
)

// ToVersion1 makes the index of a folder one of version 1, as edgesim 0.x left it: a row
// for each exchange.
func ToVersion1(ctx context.Context, dir string) error {
	db, err := sql.Open("sqlite", filepath.Join(dir, indexName))
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.ExecContext(ctx, `CREATE TABLE exchange (
		number INTEGER PRIMARY KEY, key INTEGER NOT NULL, start INTEGER NOT NULL, kind INTEGER NOT NULL,
		place INTEGER NOT NULL, uri BLOB NOT NULL);
	CREATE INDEX exchange_key ON exchange (key);
	CREATE INDEX exchange_kind ON exchange (kind, number)`)
	if err != nil {
		return err
	}
	rows, err := db.QueryContext(ctx, "SELECT first, rows FROM block")
	if err != nil {
		return err
	}
	var all []row
	for rows.Next() {
		var first int64
		var data []byte
		if err := rows.Scan(&first, &data); err != nil {
			return err
		}
		var k block
		if err := k.decode(data, first); err != nil {
			return err
		}
		all = append(all, k.rows...)
	}
	for _, r := range all {
		if _, err := db.ExecContext(ctx, "INSERT INTO exchange VALUES (?, ?, ?, ?, ?, ?)", r.number, r.key, r.start, r.kind, r.place, r.uri); err != nil {
			return err
		}
	}
	_, err = db.ExecContext(ctx, "DROP TABLE block; DROP TABLE block_kind; DROP TABLE block_key; PRAGMA user_version = 1")
	return err
}
