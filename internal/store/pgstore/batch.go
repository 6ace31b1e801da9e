package pgstore

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/edgesim/edgesim/internal/store/lookup"
	"github.com/edgesim/edgesim/internal/store/queue"
	"github.com/edgesim/edgesim/recording"
)

// transaction is one transaction of the writer.
type transaction struct {
	w  *writer
	tx pgx.Tx
	// next is the number of the next exchange.
	next int64
}

// errStale means that another edge has removed a kind meanwhile.
var errStale = errors.New("a kind is gone")

// partsFor is the number of exchanges of all edges after which the parts are announced
// again, so that unused parts can be recognized and removed. A hundred edges write ten
// thousand in half a second.
const partsFor = 500_000

// transaction runs one transaction, creating the schema if the database could not be
// reached when the store was opened. prepare gets the connection before the transaction
// begins.
func (w *writer) transaction(prepare func(context.Context) error, do func(context.Context, *transaction) error) error {
	timeout := writeTimeout
	if w.down {
		timeout = retryTimeout
	}
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	if w.down {
		if err := migrate(ctx, w.store.pool, false); err != nil {
			return err
		}
	}
	run := func() error {
		if err := prepare(ctx); err != nil {
			return err
		}
		return pgx.BeginFunc(ctx, w.store.pool, func(tx pgx.Tx) error { return do(ctx, &transaction{w: w, tx: tx}) })
	}
	err := run()
	for again := 0; errors.Is(err, errStale) && again < 3; again++ {
		w.forget()
		err = run()
	}
	if err != nil {
		w.forget() // what was new in it does not exist
	}
	clear(w.parts)
	return err
}

// forget forgets which parts and kinds the database has.
func (w *writer) forget() {
	w.encoder.Forget()
	clear(w.kinds)
	clear(w.parts)
}

// part notes a part made by the encoder.
func (w *writer) part(data []byte) uint64 {
	sum := sha256.Sum256(data)
	ref := binary.BigEndian.Uint64(sum[:8]) >> 1
	w.parts[int64(ref)] = data
	return ref
}

// rows is a batch of exchanges by columns, and its changes of the counts.
type rows struct {
	starts, kinds                   []int64
	sizes                           []int32
	ids, uris, records, views, bods [][]byte
	bytes                           int64
	counts                          map[int64]int64 // by kind
}

// add inserts the exchanges whose ids are not present yet, and drops those that are too
// old.
func (t *transaction) add(ctx context.Context, r *rows) error {
	if len(r.ids) == 0 {
		if err := t.begin(ctx, 0); err != nil {
			return err
		}
	} else if err := t.insert(ctx, r); err != nil {
		return err
	}
	return t.retain(ctx, 2*len(r.ids)+queue.BatchRows)
}

// begin reserves numbers, which locks out other writers until the end.
func (t *transaction) begin(ctx context.Context, n int64) error {
	var generation int64
	err := t.tx.QueryRow(ctx, "UPDATE state SET next = next + $1 RETURNING next - $1, generation", n).Scan(&t.next, &generation)
	if err != nil {
		return err
	}
	if t.outdated(generation) {
		t.w.forget()
	}
	return nil
}

// outdated reports whether parts and kinds that the writer remembers may be gone from the
// database, and notes the state as of which it remembers them.
func (t *transaction) outdated(generation int64) bool {
	w := t.w
	if generation == w.generation && t.next <= w.announced+partsFor {
		return false
	}
	w.generation, w.announced = generation, t.next
	return true
}

// columns encodes exchanges, before anything is locked.
func (w *writer) columns(ctx context.Context, all []*recording.Exchange) (r rows, err error) {
	r.counts = map[int64]int64{}
	for _, e := range all {
		kind, err := w.kind(ctx, lookup.KindOf(e))
		if err != nil {
			return r, err
		}
		record := append([]byte(nil), w.encoder.Encode(e, 0)...)
		size := len(record) + len(e.Viewer.Body) + len(e.Response.Body) + len(e.Viewer.URI)
		r.starts, r.kinds, r.sizes = append(r.starts, e.Start.UnixNano()), append(r.kinds, kind), append(r.sizes, int32(size))
		r.ids, r.uris, r.records = append(r.ids, []byte(e.ID)), append(r.uris, []byte(e.Viewer.URI)), append(r.records, record)
		r.views, r.bods = append(r.views, e.Viewer.Body), append(r.bods, e.Response.Body)
		r.counts[kind]++
		r.bytes += int64(size)
	}
	return r, nil
}

// insert sends a whole batch at once, as all others wait from its first statement until it
// is committed.
func (t *transaction) insert(ctx context.Context, r *rows) error {
	n := int64(len(r.ids))
	kinds, counts := make([]int64, 0, len(r.counts)), make([]int64, 0, len(r.counts))
	for kind, count := range r.counts {
		kinds, counts = append(kinds, kind), append(counts, count)
	}
	b := &pgx.Batch{}
	b.Queue("UPDATE state SET next = next + $1, exchanges = exchanges + $1, bytes = bytes + $2 RETURNING next - $1, generation", n, r.bytes)
	parts := len(t.w.parts) > 0
	if parts {
		refs, data := t.w.newParts()
		b.Queue(`INSERT INTO part (ref, last, data) SELECT ref, state.next, data FROM state, unnest($1::bigint[], $2::bytea[]) AS new (ref, data)
			ON CONFLICT (ref) DO UPDATE SET last = greatest(part.last, excluded.last)`, refs, data)
	}
	b.Queue("UPDATE kind SET exchanges = exchanges + new.n FROM unnest($1::bigint[], $2::bigint[]) AS new (id, n) WHERE kind.id = new.id", kinds, counts)
	// One of our statements may have an id twice; the first counts.
	b.Queue(`INSERT INTO exchange (number, id, start, kind, size, uri, record, viewer, response)
		SELECT state.next - $1 + new.n - 1, new.id, new.start, new.kind, new.size, new.uri, new.record, new.viewer, new.response
		FROM state, unnest($2::bytea[], $3::bigint[], $4::bigint[], $5::integer[], $6::bytea[], $7::bytea[], $8::bytea[], $9::bytea[])
		WITH ORDINALITY AS new (id, start, kind, size, uri, record, viewer, response, n)
		ON CONFLICT DO NOTHING RETURNING kind, size`,
		n, r.ids, r.starts, r.kinds, r.sizes, r.uris, r.records, r.views, r.bods)
	results := t.tx.SendBatch(ctx, b)
	inserted, err := t.results(results, r, parts, len(kinds))
	if err = errors.Join(err, results.Close()); err != nil || inserted == n {
		return err
	}
	// Some were already there: they are delivered again after an outage.
	return t.uncount(ctx, r, n-inserted)
}

// results reads the results of insert's statements, and subtracts what was inserted from
// the counts of rows, leaving what was already there.
func (t *transaction) results(results pgx.BatchResults, r *rows, parts bool, kinds int) (inserted int64, err error) {
	var generation int64
	if err := results.QueryRow().Scan(&t.next, &generation); err != nil {
		return 0, err
	}
	if t.outdated(generation) {
		return 0, errStale
	}
	if parts {
		if _, err := results.Exec(); err != nil {
			return 0, err
		}
	}
	tag, err := results.Exec()
	if err != nil {
		return 0, err
	}
	if tag.RowsAffected() != int64(kinds) {
		return 0, errStale
	}
	found, err := results.Query()
	if err != nil {
		return 0, err
	}
	var kind, size int64
	_, err = pgx.ForEachRow(found, []any{&kind, &size}, func() error {
		inserted++
		r.counts[kind]--
		r.bytes -= size
		return nil
	})
	return inserted, err
}

// uncount subtracts exchanges from the counts.
func (t *transaction) uncount(ctx context.Context, r *rows, exchanges int64) error {
	for kind, n := range r.counts {
		if _, err := t.tx.Exec(ctx, "UPDATE kind SET exchanges = exchanges - $1 WHERE id = $2", n, kind); err != nil {
			return err
		}
	}
	_, err := t.tx.Exec(ctx, "UPDATE state SET exchanges = exchanges - $1, bytes = bytes - $2", exchanges, r.bytes)
	return err
}

// count adds the kinds and sizes of rows to the counts, or subtracts them if sign is -1.
func (t *transaction) count(ctx context.Context, found pgx.Rows, sign int64) error {
	counts := map[int64]int64{}
	var kind, size, exchanges, bytes int64
	_, err := pgx.ForEachRow(found, []any{&kind, &size}, func() error {
		counts[kind] += sign
		exchanges += sign
		bytes += sign * size
		return nil
	})
	if err != nil {
		return err
	}
	for kind, n := range counts {
		tag, err := t.tx.Exec(ctx, "UPDATE kind SET exchanges = exchanges + $1 WHERE id = $2", n, kind)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return errStale
		}
	}
	_, err = t.tx.Exec(ctx, "UPDATE state SET exchanges = exchanges + $1, bytes = bytes + $2", exchanges, bytes)
	return err
}

// announce inserts the new parts, and notes that others are in use.
func (t *transaction) announce(ctx context.Context) error {
	if len(t.w.parts) == 0 {
		return nil
	}
	refs, data := t.w.newParts()
	_, err := t.tx.Exec(ctx, `INSERT INTO part (ref, last, data) SELECT ref, $1, data FROM unnest($2::bigint[], $3::bytea[]) AS new (ref, data)
		ON CONFLICT (ref) DO UPDATE SET last = greatest(part.last, excluded.last)`, t.next, refs, data)
	return err
}

// newParts returns the parts that are new to the transaction, in the order in which all
// writers lock them.
func (w *writer) newParts() (refs []int64, data [][]byte) {
	refs = slices.Sorted(maps.Keys(w.parts))
	for _, ref := range refs {
		data = append(data, w.parts[ref])
	}
	return refs, data
}

// kind returns the id of a kind, which is added if it is new: outside a transaction, as
// others would wait for its row.
func (w *writer) kind(ctx context.Context, k lookup.Kind) (int64, error) {
	if id, ok := w.kinds[k]; ok {
		return id, nil
	}
	values := k.Values()
	digest := sha256.Sum256(fmt.Appendf(nil, "%q", values))
	values = append(values, digest[:])
	var places strings.Builder
	for i := range values {
		fmt.Fprintf(&places, ", $%d", i+1)
	}
	var id int64
	err := w.store.pool.QueryRow(ctx, "INSERT INTO kind (exchanges, "+strings.Join(lookup.Columns, ", ")+", digest) VALUES (0"+places.String()+
		") ON CONFLICT (digest) DO UPDATE SET exchanges = kind.exchanges RETURNING id", values...).Scan(&id)
	if err != nil {
		return 0, err
	}
	const most = 4096
	if len(w.kinds) >= most {
		clear(w.kinds)
	}
	w.kinds[k] = id
	return id, nil
}

// replace rewrites an exchange whose record has grown.
func (t *transaction) replace(ctx context.Context, e *recording.Exchange) error {
	if err := t.begin(ctx, 0); err != nil {
		return err
	}
	record := append([]byte(nil), t.w.encoder.Encode(e, 0)...)
	if err := t.announce(ctx); err != nil {
		return err
	}
	_, err := t.tx.Exec(ctx, "UPDATE exchange SET record = $1 WHERE id = $2", record, []byte(e.ID))
	return err
}
