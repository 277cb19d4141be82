package daylog

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"

	"creatorpay/db/server"
	"creatorpay/settlement"
)

// Scan feeds the day's rows of the range to each, in key order. All come from one
// snapshot, and memory does not grow with their number. An error of each ends the
// scan and is returned. Where a replica could not answer to the end, or its rows led
// to an error, begin is called again, and so are all rows read again from another
// server; the last each has had all of them.
//
// The query leaves the order to the clustered key, and the scan makes sure of
// it row by row: with ORDER BY, MySQL reads a partitioned table through a merge
// of its partitions, which takes twice the time even for one of them. Only TiDB,
// which reads the regions of a day at once, is asked to keep it.
func (r *rows[Row, Fact, Late]) Scan(ctx context.Context, day OnTime, videos settlement.Range, begin func() (each func(Fact) error)) error {
	return r.scanFrom(ctx, r.table+" l FORCE INDEX (PRIMARY)", "l.video_id", day, videos, begin)
}

// ScanKnown is Scan without the rows of videos that are not in the catalogue. The server finds
// the rows of each video by a look into the key, and holds none of them against the ends of the range:
// that takes it up to a fifth less time where videos have many rows, and longer than a scan where
// they have fewer than some thirty (docs/adr/0004-read-in-the-keys-order.md). TiDB scans.
func (r *rows[Row, Fact, Late]) ScanKnown(ctx context.Context, day OnTime, videos settlement.Range, begin func() (each func(Fact) error)) error {
	dialect, err := r.pool.Dialect(ctx)
	if err != nil {
		return err
	}
	if !dialect.KeepsOrderOfJoins() {
		return r.Scan(ctx, day, videos, begin)
	}
	return r.scanFrom(ctx, "videos v FORCE INDEX (PRIMARY) STRAIGHT_JOIN "+r.table+" l FORCE INDEX (PRIMARY) ON l.video_id = v.video_id",
		"v.video_id", day, videos, begin)
}

// scanFrom scans the log, which the tables call l; the column of theirs has the videos.
func (r *rows[Row, Fact, Late]) scanFrom(ctx context.Context, tables, column string, day OnTime, videos settlement.Range, begin func() (each func(Fact) error)) error {
	where, args := server.Between(column, videos)
	there, more := day.condition()
	named := []driver.NamedValue{{Ordinal: 1, Value: day.Day.String()}}
	for i, arg := range append(args, more...) {
		named = append(named, driver.NamedValue{Ordinal: i + 2, Value: arg})
	}
	return r.readMany(ctx, func(from *server.Pool) error {
		conn, err := from.Conn(ctx)
		if err != nil {
			return fmt.Errorf("read %s: %w", r.name, err)
		}
		defer func() { _ = conn.Close() }()
		return conn.Raw(func(raw any) error {
			return r.scan(ctx, raw.(driver.ConnPrepareContext), day.Day, `
				SELECT
					`+r.columns()[1:].Joined("l.%s", ",\n\t\t\t\t\t")+`
				FROM `+tables+`
				WHERE l.`+r.day+` = ? AND `+where+` AND `+there+`
				/*T! ORDER BY `+r.key.Joined("l.%s", ", ")+` */`, named, begin())
		})
	})
}

// scan reads the driver's own rows, since database/sql would spend more time on
// reflection than the rules take; and it prepares the query, since figures in
// binary cost server and client less than figures as text.
func (r *rows[Row, Fact, Late]) scan(ctx context.Context, conn driver.ConnPrepareContext, day settlement.Day, query string, args []driver.NamedValue, each func(Fact) error) error {
	statement, err := conn.PrepareContext(ctx, query)
	if err != nil {
		return fmt.Errorf("read %s: %w", r.name, err)
	}
	defer func() { _ = statement.Close() }()
	found, err := statement.(driver.StmtQueryContext).QueryContext(ctx, args)
	if err != nil {
		return fmt.Errorf("read %s: %w", r.name, err)
	}
	defer func() { _ = found.Close() }()
	columns := make([]driver.Value, len(found.Columns()))
	var fact, last Fact // out here, since what is declared in the loop would be allocated for each row
	for first := true; ; first = false {
		if err := found.Next(columns); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return fmt.Errorf("read %s: %w", r.name, err)
		}
		r.read(columns, &fact)
		if !first && !r.follows(&fact, &last) {
			// Neither row is named: payers and amounts do not belong into logs.
			return fmt.Errorf("read %s: the server gave a row of %s that does not follow the one before it in the order of the primary key", r.name, day)
		}
		last = fact
		if err := each(fact); err != nil {
			return err
		}
	}
}
