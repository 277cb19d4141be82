package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"creatorpay/internal/generate"
	"creatorpay/settlement"
)

// fillFlags are those of the server while the day is filled: what would make it safe
// from a crash costs time, and the data are made anew then.
var fillFlags = []string{
	"--loose-innodb-doublewrite=OFF", "--loose-innodb-flush-log-at-trx-commit=0",
	"--loose-innodb-io-capacity=10000", "--loose-innodb-io-capacity-max=20000",
}

// inTimeOrderRows is about how many rows are stored in the order of time, at most.
const inTimeOrderRows = 3 * million

// fill makes the day before by the generator, closes it by a run, and makes the day
// of copies of its views: each viewer of the day before stands for as many as there
// are copies, so that few videos have most of the rows, as on a generated day. Rows
// are stored in the order of the key.
func (c largestCommand) fill(ctx context.Context) (m largestMeasurement, err error) {
	if err := roomFor(c.Dir, c.rows(), estimatedBytesPerRow); err != nil {
		return m, err
	}
	r, err := newRig(ctx, c.installation, layout{Workers: 1}, fillFlags...)
	if err != nil {
		return m, err
	}
	ctx = r.whileWorking(ctx)
	defer func() {
		if err != nil {
			err = errors.Join(context.Cause(ctx), err)
		}
		err = errors.Join(err, r.stop())
	}()
	if r.mysql.IsTiDB() {
		return m, errors.New("the largest day is measured on MySQL and MariaDB: TiDB keeps its rows in other files")
	}
	m = largestMeasurement{Name: c.Name, Note: c.Note, Memory: c.Memory, Videos: c.Videos, Skew: string(c.Skew), Rows: c.rows(), Copies: c.copies()}
	if m.Machine, err = r.describe(ctx); err != nil {
		return m, err
	}
	if err := c.fillDayBefore(ctx, r); err != nil {
		return m, err
	}
	if m.InTimeOrder, err = c.storeInOrderOfTime(ctx, r); err != nil {
		return m, fmt.Errorf("store rows in the order of time: %w", err)
	}
	m.Filled, err = c.copyViews(ctx, r, m.Machine.server())
	return m, err
}

// fillDayBefore stores and closes the day before, and makes room for the day.
func (c largestCommand) fillDayBefore(ctx context.Context, r *rig) error {
	fmt.Printf("%s views of the day before: generating\n", settlement.Number(c.generated()))
	options := generate.Options{
		From: largestDay - 1, Days: 1, ViewsPerDay: c.generated(), Videos: c.Videos, Creators: max(1, c.Videos/10), Seed: 1, Skew: c.Skew,
	}
	if _, err := generate.Run(ctx, r.db, options, nil); err != nil {
		return err
	}
	if _, err := r.db.AddPartitions(ctx, largestDay-1, largestDay); err != nil {
		return err
	}
	if _, err := r.runDaily(ctx, largestDay-1); err != nil {
		return err
	}
	return r.makeCopies(ctx, c.copies())
}

// makeCopies prepares the views of the day before to be copied.
func (r *rig) makeCopies(ctx context.Context, copies int) error {
	for _, statement := range []string{
		// Without partitions: a statement that reads the table that it writes to stores everything twice.
		`CREATE TABLE bench_views (
			video_id       BIGINT       NOT NULL,
			viewer_id      BIGINT       NOT NULL,
			watched_at     DATETIME(3)  NOT NULL,
			view_id        BIGINT       NOT NULL,
			played_seconds INT UNSIGNED NOT NULL,
			ad_views       INT UNSIGNED NOT NULL,
			PRIMARY KEY (video_id, viewer_id, watched_at, view_id)
		) ENGINE = InnoDB`,
		`INSERT INTO bench_views
		SELECT video_id, viewer_id, watched_at, view_id, played_seconds, ad_views
		FROM watch_log
		WHERE watched_on = '` + (largestDay - 1).String() + "'",
		"CREATE TABLE bench_copies (video_id BIGINT NOT NULL, copy BIGINT NOT NULL, PRIMARY KEY (video_id, copy)) ENGINE = InnoDB",
		`INSERT INTO bench_copies
		SELECT v.video_id, c.copy
		FROM (SELECT DISTINCT video_id FROM bench_views) v
		CROSS JOIN (SELECT 0 AS copy` + strings.Join(unions(copies), "") + ") c",
	} {
		if _, err := r.sql.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}

// unions are the numbers from 1 to before n.
func unions(n int) (all []string) {
	for number := 1; number < n; number++ {
		all = append(all, fmt.Sprintf(" UNION ALL SELECT %d", number))
	}
	return all
}

// storeInOrderOfTime stores rows as a platform does, whose videos and viewers come in
// any order, and removes them again.
func (c largestCommand) storeInOrderOfTime(ctx context.Context, r *rig) (stored storing, err error) {
	conn, err := r.sql.Connx(ctx)
	if err != nil {
		return stored, err
	}
	defer func() { _ = conn.Close() }()
	for _, statement := range []string{
		"CREATE TABLE bench_in_time_order LIKE watch_log",
		"SET SESSION sort_buffer_size = 512 * 1024 * 1024", // all rows: sorting them in parts would take longer than storing them
	} {
		if _, err := conn.ExecContext(ctx, statement); err != nil {
			return stored, err
		}
	}
	begin := r.calendar.Start(largestDay - 1)
	part := min(1, inTimeOrderRows/float64(c.generated()))
	end := begin.Add(time.Duration(part * float64(r.calendar.End(largestDay-1).Sub(begin))))
	stored, err = r.storing(func() (int64, error) {
		result, err := conn.ExecContext(ctx, `
			INSERT INTO bench_in_time_order (watched_on, video_id, viewer_id, watched_at, view_id, played_seconds, ad_views)
			SELECT ?, video_id, viewer_id, watched_at, view_id, played_seconds, ad_views
			FROM bench_views
			WHERE watched_at < ?
			ORDER BY watched_at`, largestDay, end.UTC())
		if err != nil {
			return 0, err
		}
		return result.RowsAffected()
	})
	if err != nil {
		return stored, err
	}
	if stored.Bytes, err = c.fileOf("bench_in_time_order"); err != nil {
		return stored, err
	}
	_, err = conn.ExecContext(ctx, "DROP TABLE bench_in_time_order")
	return stored, err
}

// copyViews makes the day, on MySQL without a redo log and with hardly a page in
// reserve.
func (c largestCommand) copyViews(ctx context.Context, r *rig, server string) (stored storing, err error) {
	fmt.Printf("%s views: filling\n", settlement.Number(c.rows()))
	if !strings.HasPrefix(server, mariaDBName) { // which has neither
		for _, statement := range []string{
			"ALTER INSTANCE DISABLE INNODB REDO_LOG",
			"SET GLOBAL innodb_segment_reserve_factor = 0.03", // the least: the disk holds more rows
		} {
			if _, err := r.sql.ExecContext(ctx, statement); err != nil {
				return stored, err
			}
		}
		defer func() {
			_, enableErr := r.sql.ExecContext(context.WithoutCancel(ctx), "ALTER INSTANCE ENABLE INNODB REDO_LOG")
			err = errors.Join(err, enableErr)
		}()
	}
	videos, err := r.db.Log.RowsByVideo(ctx, largestDay-1)
	if err != nil {
		return stored, err
	}
	stored, err = r.storing(func() (int64, error) {
		copied, err := r.copyRanges(ctx, cutCopies(videos, int64(c.copies()), rowsPerStatement), func(copied int64) error {
			bytes, err := c.dayBytes()
			if err != nil {
				return err
			}
			return roomFor(c.Dir, c.rows()-copied, float64(bytes)/float64(copied))
		})
		if err == nil && copied != c.rows() {
			err = fmt.Errorf("%s rows were stored of %s", settlement.Number(copied), settlement.Number(c.rows()))
		}
		return copied, errors.Join(err, r.writeOut(ctx))
	})
	if err != nil {
		return stored, err
	}
	if _, err := r.sql.ExecContext(ctx, "DROP TABLE bench_views, bench_copies"); err != nil {
		return stored, err
	}
	stored.Bytes, err = c.dayBytes()
	return stored, err
}
