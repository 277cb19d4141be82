package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"creatorpay/settlement"
)

const (
	// rowsPerStatement is about how many rows one statement copies.
	rowsPerStatement = 250_000
	// reportEvery is after how many copied rows the bench tells how far it is, and asks
	// whether to go on.
	reportEvery = 10 * million
)

// copyRange is what one statement copies.
type copyRange struct {
	From, To              int64 // videos, both included
	FirstCopy, BeforeCopy int64
}

// cutCopies cuts the copies of all videos, in the order of the key, into ranges
// of about so many rows: several videos with all their copies, or some copies of one
// video.
func cutCopies(videos []settlement.VideoRows, copies, rows int64) (all []copyRange) {
	var open int64 // rows of the last copyRange, if further videos may be added to it
	for _, video := range videos {
		whole := video.Rows * copies
		switch some := max(1, rows/video.Rows); {
		case some < copies:
			for first := int64(0); first < copies; first += some {
				all = append(all, copyRange{video.VideoID, video.VideoID, first, min(first+some, copies)})
			}
			open = 0
		case open > 0 && open+whole <= rows:
			all[len(all)-1].To = video.VideoID
			open += whole
		default:
			all = append(all, copyRange{video.VideoID, video.VideoID, 0, copies})
			open = whole
		}
	}
	return all
}

// copyRanges copies the views of the day before to the day, and tells how many rows
// it has stored. Copies of a viewer are other viewers; who is not signed in stays so.
// Now and then it asks whether to go on.
func (r *rig) copyRanges(ctx context.Context, ranges []copyRange, check func(copied int64) error) (int64, error) {
	var made struct{ Views, Viewers int64 }
	if err := r.sql.GetContext(ctx, &made, "SELECT COUNT(*) AS views, MAX(viewer_id) + 1 AS viewers FROM bench_views"); err != nil {
		return 0, err
	}
	later := int64(r.calendar.Start(largestDay).Sub(r.calendar.Start(largestDay - 1)).Seconds())
	began := time.Now()
	var copied atomic.Int64
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(copiesAtATime)
	for _, one := range ranges {
		group.Go(func() error {
			// At any other level it would lock the rows that it copies.
			tx, err := r.sql.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelReadCommitted})
			if err != nil {
				return err
			}
			result, err := tx.ExecContext(ctx, `
				INSERT INTO watch_log (watched_on, video_id, viewer_id, watched_at, view_id, played_seconds, ad_views)
				SELECT
					?,
					v.video_id,
					IF(v.viewer_id = ?, v.viewer_id, v.viewer_id + c.copy * ?),
					v.watched_at + INTERVAL ? SECOND,
					v.view_id + ? + c.copy * ?,
					v.played_seconds,
					v.ad_views
				FROM bench_copies c
				STRAIGHT_JOIN bench_views v ON v.video_id = c.video_id
				WHERE c.video_id BETWEEN ? AND ? AND c.copy >= ? AND c.copy < ?`,
				largestDay, settlement.Anonymous, made.Viewers, later, viewIDsPerDay, made.Views, one.From, one.To, one.FirstCopy, one.BeforeCopy)
			if err != nil {
				return errors.Join(err, tx.Rollback())
			}
			stored, err := result.RowsAffected()
			if err != nil {
				return errors.Join(err, tx.Rollback())
			}
			if err := tx.Commit(); err != nil {
				return err
			}
			now := copied.Add(stored)
			if now/reportEvery == (now-stored)/reportEvery {
				return nil
			}
			fmt.Printf("%s views stored, %.0f s\n", settlement.Number(now), time.Since(began).Seconds())
			return check(now)
		})
	}
	err := group.Wait()
	return copied.Load(), err
}

// writeOut makes the server write the log from its memory to the disk, so that the
// first run that is measured does not wait for that.
func (r *rig) writeOut(ctx context.Context) error {
	conn, err := r.sql.Connx(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	for _, statement := range []string{"FLUSH TABLES watch_log FOR EXPORT", "UNLOCK TABLES"} {
		if _, err := conn.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// storing runs work that stores rows and tells how many.
func (r *rig) storing(work func() (int64, error)) (stored storing, err error) {
	one, err := r.timed(func() error {
		stored.Rows, err = work()
		return err
	})
	stored.Took, stored.MySQL = one.Took, one.MySQL
	return stored, err
}
