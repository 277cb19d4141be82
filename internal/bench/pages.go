package main

import (
	"context"
	"math"
	"time"

	"github.com/jmoiron/sqlx"
	"golang.org/x/sync/errgroup"

	"creatorpay/db"
	"creatorpay/db/daylog"
	"creatorpay/db/server"
	"creatorpay/settlement"
)

const (
	pageRows   = 2000 // as the batch servers had
	pageCommit = 2000 // videos written in one transaction
)

// pageRow is one row of a page.
type pageRow struct {
	VideoID       int64     `db:"video_id"`
	ViewerID      int64     `db:"viewer_id"`
	WatchedAt     time.Time `db:"watched_at"`
	ViewID        int64     `db:"view_id"`
	PlayedSeconds int64     `db:"played_seconds"`
	AdViews       int64     `db:"ad_views"`
}

// pages is the shape of a Spring Batch job: pages of rows by key into a map,
// then one upsert a video. Several readers share the videos evenly.
func (r *rig) pages(readers int) func(context.Context, settlement.Day) error {
	return func(ctx context.Context, day settlement.Day) error {
		rule, err := r.db.Prices.Version(ctx, 1)
		if err != nil {
			return err
		}
		var borders []int64
		if err := r.sql.SelectContext(ctx, &borders, "SELECT video_id FROM videos ORDER BY video_id"); err != nil {
			return err
		}
		var cuts []int64
		for reader := 1; reader < readers; reader++ {
			cuts = append(cuts, borders[len(borders)*reader/readers])
		}
		group, ctx := errgroup.WithContext(ctx)
		for _, videos := range settlement.Split(cuts) {
			group.Go(func() error { return r.readPages(ctx, day, videos, rule) })
		}
		return group.Wait()
	}
}

func (r *rig) readPages(ctx context.Context, day settlement.Day, videos settlement.Range, rule settlement.PriceRule) error {
	owners, err := r.db.Owners(ctx, videos)
	if err != nil {
		return err
	}
	lines := make(map[int64]*db.StatisticsLine, len(owners))
	creators := make(map[int64]int64, len(owners))
	for _, owner := range owners {
		creators[owner.VideoID] = owner.CreatorID
	}
	judge := settlement.NewJudge(r.calendar.Start(day), settlement.DefaultRepeatWindow)
	last := pageRow{VideoID: -1, ViewerID: math.MaxInt64, WatchedAt: time.UnixMilli(0)}
	if videos.From != nil {
		last.VideoID = *videos.From - 1
	}
	before := int64(math.MaxInt64)
	if videos.Before != nil {
		before = *videos.Before
	}
	for {
		var page []pageRow
		if err := r.sql.SelectContext(ctx, &page, `
			SELECT video_id, viewer_id, watched_at, view_id, played_seconds, ad_views
			FROM watch_log
			WHERE watched_on = ? AND video_id < ? AND (
				video_id > ?
				OR (video_id = ? AND viewer_id > ?)
				OR (video_id = ? AND viewer_id = ? AND watched_at > ?)
				OR (video_id = ? AND viewer_id = ? AND watched_at = ? AND view_id > ?)
			)
			ORDER BY video_id, viewer_id, watched_at, view_id
			LIMIT ?`,
			day, before, last.VideoID, last.VideoID, last.ViewerID, last.VideoID, last.ViewerID, last.WatchedAt,
			last.VideoID, last.ViewerID, last.WatchedAt, last.ViewID, pageRows); err != nil {
			return err
		}
		if err := r.judgePage(ctx, day, judge, page, creators, lines); err != nil {
			return err
		}
		if len(page) < pageRows {
			break
		}
		last = page[len(page)-1]
	}
	return r.writePages(ctx, day, lines, rule)
}

func (r *rig) judgePage(ctx context.Context, day settlement.Day, judge *settlement.Judge, page []pageRow, creators map[int64]int64, lines map[int64]*db.StatisticsLine) error {
	for _, row := range page {
		line := lines[row.VideoID]
		if line == nil {
			line = &db.StatisticsLine{Day: day, VideoID: row.VideoID, CreatorID: creators[row.VideoID]}
			lines[row.VideoID] = line
		}
		play := settlement.Play{
			VideoID: row.VideoID, ViewerID: row.ViewerID, StartedAt: row.WatchedAt.UnixMilli(), ViewID: row.ViewID,
			PlayedSeconds: row.PlayedSeconds, AdViews: row.AdViews,
		}
		verdict := judge.Verdict(play, line.CreatorID)
		if verdict == settlement.LookBack {
			pair := daylog.Pair{VideoID: row.VideoID, ViewerID: row.ViewerID}
			found, err := r.db.Log.LastPlays(ctx, daylog.OnTime{Day: day - 1}, []daylog.Pair{pair})
			if err != nil {
				return err
			}
			verdict = settlement.Counts
			if at, played := found[pair]; played && judge.IsRepeat(play, at) {
				verdict = settlement.Repeat
			}
		}
		line.Count(play, verdict)
	}
	return nil
}

// writePages stores one upsert a video and table.
func (r *rig) writePages(ctx context.Context, day settlement.Day, lines map[int64]*db.StatisticsLine, rule settlement.PriceRule) error {
	var tx *sqlx.Tx
	written := 0
	for _, line := range lines {
		if written%pageCommit == 0 {
			if tx != nil {
				if err := tx.Commit(); err != nil {
					return err
				}
			}
			var err error
			if tx, err = r.sql.BeginTxx(ctx, nil); err != nil {
				return err
			}
		}
		written++
		if err := r.writeVideo(ctx, tx, day, line, rule); err != nil {
			return err
		}
	}
	if tx == nil {
		return nil
	}
	return tx.Commit()
}

var (
	statisticsColumns = server.ColumnsOf(db.StatisticsLine{})
	settlementColumns = server.ColumnsOf(db.SettlementLine{})
)

func (r *rig) writeVideo(ctx context.Context, tx *sqlx.Tx, day settlement.Day, line *db.StatisticsLine, rule settlement.PriceRule) error {
	if _, err := tx.NamedExecContext(ctx, `
		INSERT INTO bench_statistics (`+statisticsColumns.List()+`)
		VALUES (`+statisticsColumns.Named()+`)
		ON DUPLICATE KEY UPDATE views = VALUES(views)`, line); err != nil {
		return err
	}
	if line.Views == 0 {
		return nil
	}
	counted := db.CountedVideo{Day: day, VideoID: line.VideoID, CreatorID: line.CreatorID, Views: line.Views, AdViews: line.AdViews}
	if err := tx.QueryRowxContext(ctx, `
		SELECT COALESCE(p.views_to, v.opening_views), COALESCE(p.ad_views_to, v.opening_ad_views)
		FROM videos v
		LEFT JOIN (
			SELECT video_id, views_to, ad_views_to
			FROM daily_settlements
			WHERE video_id = ? AND starts_on < ?
			ORDER BY starts_on DESC
			LIMIT 1
		) p ON p.video_id = v.video_id
		WHERE v.video_id = ?`, line.VideoID, day, line.VideoID).Scan(&counted.UsedViews, &counted.UsedAdViews); err != nil {
		return err
	}
	settled, _, err := counted.Price(rule)
	if err != nil {
		return err
	}
	settled.CreatorID = line.CreatorID
	_, err = tx.NamedExecContext(ctx, `
		INSERT INTO bench_settlements (`+settlementColumns.List()+`)
		VALUES (`+settlementColumns.Named()+`)
		ON DUPLICATE KEY UPDATE video_amount = VALUES(video_amount)`, settled)
	return err
}
