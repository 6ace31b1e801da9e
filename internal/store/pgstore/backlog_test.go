package pgstore_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/edgesim/edgesim/internal/peers"
	"github.com/edgesim/edgesim/internal/store/pgstore"
	"github.com/edgesim/edgesim/internal/store/storetest"
)

// TestSlowDatabase: a database too slow for a full batch gets what it can take, again and
// again, until nothing waits. Before, it got nothing, and the spool grew forever: the soak
// test found it on a busy machine.
func TestSlowDatabase(t *testing.T) {
	t.Parallel()
	server := peers.StartPostgreSQL(t)
	url, spool := server.Database(t), filepath.Join(t.TempDir(), "spool")
	closed(t, open(t, pgstore.Config{URL: url})) // makes the schema
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	// 250 rows take longer than a transaction may.
	_, err = conn.Exec(t.Context(), `CREATE FUNCTION edgesim.slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.01); RETURN NEW; END $$;
		CREATE TRIGGER slow BEFORE INSERT ON edgesim.exchange FOR EACH ROW EXECUTE FUNCTION edgesim.slow()`)
	if err != nil {
		t.Fatal(err)
	}
	conn.Close(t.Context())
	server.Stop(t)
	s := open(t, pgstore.Config{URL: url, Spool: spool})
	const backlog = 250
	for n := range backlog {
		e := storetest.Success(n)
		e.ID = fmt.Sprint("waiting-", n)
		s.Record(e)
	}
	peers.Await(t, "all to be in the spool", func() bool { return s.Health().Spooled == backlog })
	server.Start(t)
	peers.Await(t, "the spool to be delivered", func() bool { return s.Health().Spooled == 0 })
	if n := count(t, s); n != backlog {
		t.Errorf("%d exchanges are in the database, want %d", n, backlog)
	}
	closed(t, s)
}
