package pgstore

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/edgesim/edgesim/internal/store/lookup"
	"github.com/edgesim/edgesim/internal/store/queue"
	"github.com/edgesim/edgesim/recording"
)

// transaction is one of the writer's.
type transaction struct {
	w  *writer
	tx pgx.Tx
	// next is the number of the exchange that comes next.
	next int64
}

// errStale is a kind that another edge has removed meanwhile.
var errStale = errors.New("a kind is gone")

// partsFor is after how many exchanges of all edges the parts are announced
// again: who forgets parts knows then which are not used any more.
const partsFor = 10_000

// transaction runs one transaction, with the schema made if the database was not
// there when the store was opened.
func (w *writer) transaction(do func(context.Context, *transaction) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), writeTimeout)
	defer cancel()
	if w.down {
		if err := migrate(ctx, w.store.pool, false); err != nil {
			return err
		}
	}
	run := func() error {
		return pgx.BeginFunc(ctx, w.store.pool, func(tx pgx.Tx) error { return do(ctx, &transaction{w: w, tx: tx}) })
	}
	err := run()
	if errors.Is(err, errStale) {
		w.forget()
		err = run()
	}
	if err != nil {
		w.forget() // what was new in it is not there
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

// part notes a part that the encoder makes.
func (w *writer) part(data []byte) uint64 {
	sum := sha256.Sum256(data)
	ref := binary.BigEndian.Uint64(sum[:8]) >> 1
	w.parts[int64(ref)] = data
	return ref
}

// rows is a batch of exchanges by columns.
type rows struct {
	numbers, starts, kinds          []int64
	sizes                           []int32
	ids, uris, records, views, bods [][]byte
}

// add inserts exchanges, those whose id is not there, and forgets what is too
// old.
func (t *transaction) add(ctx context.Context, all []*recording.Exchange) error {
	if err := t.begin(ctx, int64(len(all))); err != nil {
		return err
	}
	if len(all) > 0 {
		if err := t.insert(ctx, all); err != nil {
			return err
		}
	}
	return t.retain(ctx, 2*len(all)+queue.BatchRows)
}

// begin takes numbers, which locks out other writers until the end.
func (t *transaction) begin(ctx context.Context, n int64) error {
	var generation int64
	err := t.tx.QueryRow(ctx, "UPDATE state SET next = next + $1 RETURNING next - $1, generation", n).Scan(&t.next, &generation)
	if err != nil {
		return err
	}
	if w := t.w; generation != w.generation || t.next > w.announced+partsFor {
		w.forget()
		w.generation, w.announced = generation, t.next
	}
	return nil
}

func (t *transaction) insert(ctx context.Context, all []*recording.Exchange) error {
	var r rows
	for i, e := range all {
		kind, err := t.kind(ctx, lookup.KindOf(e))
		if err != nil {
			return err
		}
		record := append([]byte(nil), t.w.encoder.Encode(e, 0)...)
		r.numbers, r.starts, r.kinds = append(r.numbers, t.next+int64(i)), append(r.starts, e.Start.UnixNano()), append(r.kinds, kind)
		r.sizes = append(r.sizes, int32(len(record)+len(e.Viewer.Body)+len(e.Response.Body)+len(e.Viewer.URI)))
		r.ids, r.uris, r.records = append(r.ids, []byte(e.ID)), append(r.uris, []byte(e.Viewer.URI)), append(r.records, record)
		r.views, r.bods = append(r.views, e.Viewer.Body), append(r.bods, e.Response.Body)
	}
	if err := t.announce(ctx); err != nil {
		return err
	}
	// A statement of ours may name an id twice, of which the first counts.
	found, err := t.tx.Query(ctx, `INSERT INTO exchange (number, id, start, kind, size, uri, record, viewer, response)
		SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::bigint[], $4::bigint[], $5::integer[], $6::bytea[], $7::bytea[], $8::bytea[], $9::bytea[])
		ON CONFLICT DO NOTHING RETURNING kind, size`,
		r.numbers, r.ids, r.starts, r.kinds, r.sizes, r.uris, r.records, r.views, r.bods)
	if err != nil {
		return err
	}
	return t.count(ctx, found, 1)
}

// count adds the kinds and sizes of rows to the counts, or with -1 takes them
// off.
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

// announce inserts the parts that are new, and notes that others are in use.
func (t *transaction) announce(ctx context.Context) error {
	if len(t.w.parts) == 0 {
		return nil
	}
	refs, data := make([]int64, 0, len(t.w.parts)), make([][]byte, 0, len(t.w.parts))
	for ref, d := range t.w.parts {
		refs, data = append(refs, ref), append(data, d)
	}
	_, err := t.tx.Exec(ctx, `INSERT INTO part (ref, last, data) SELECT ref, $1, data FROM unnest($2::bigint[], $3::bytea[]) AS new (ref, data)
		ON CONFLICT (ref) DO UPDATE SET last = greatest(part.last, excluded.last)`, t.next, refs, data)
	return err
}

// kind returns the id of a kind, which is added if it is new.
func (t *transaction) kind(ctx context.Context, k lookup.Kind) (int64, error) {
	if id, ok := t.w.kinds[k]; ok {
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
	err := t.tx.QueryRow(ctx, "INSERT INTO kind (exchanges, "+strings.Join(lookup.Columns, ", ")+", digest) VALUES (0"+places.String()+
		") ON CONFLICT (digest) DO UPDATE SET exchanges = kind.exchanges RETURNING id", values...).Scan(&id)
	if err != nil {
		return 0, err
	}
	const most = 4096
	if len(t.w.kinds) >= most {
		clear(t.w.kinds)
	}
	t.w.kinds[k] = id
	return id, nil
}

// replace writes an exchange again, whose record has grown.
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
