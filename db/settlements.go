package db

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"

	"creatorpay/settlement"
)

// SettlementLine is what one video earned on one day. The ordinals are
// (from, to] in the video's whole life (R7).
type SettlementLine struct {
	Day         settlement.Day `db:"day"`
	VideoID     int64          `db:"video_id"`
	CreatorID   int64          `db:"creator_id"`
	ViewsFrom   int64          `db:"views_from"`
	ViewsTo     int64          `db:"views_to"`
	AdViewsFrom int64          `db:"ad_views_from"`
	AdViewsTo   int64          `db:"ad_views_to"`
	Amounts
}

// SettleChunk prices the chunk's counted views by the rule, from where each
// video's last settled day ended, and marks the chunk as settled, in one
// transaction. A settled chunk is left alone. It returns the chunk as it is
// then.
func (db *DB) SettleChunk(ctx context.Context, day settlement.Day, holder Holder, number int, rule settlement.PriceRule) (chunk Chunk, err error) {
	return db.settleChunk(ctx, settlement.DailyPeriod(day), holder, number, func(tx *sqlx.Tx, chunk *Chunk) error {
		if chunk.State != ChunkCounted {
			return fmt.Errorf("chunk is %s, not %s", chunk.State, ChunkCounted)
		}
		lines, err := price(ctx, tx, day, chunk.Range, rule)
		if err != nil {
			return err
		}
		if err := deleteLines(ctx, tx, "daily_settlements", day, chunk.Range); err != nil {
			return err
		}
		chunk.Amounts = Amounts{}
		for _, line := range lines {
			chunk.VideoAmount += line.VideoAmount
			chunk.AdAmount += line.AdAmount
		}
		for ; len(lines) > 0; lines = lines[min(linesPerStatement, len(lines)):] {
			if _, err := tx.NamedExecContext(ctx, `
				INSERT INTO daily_settlements (day, video_id, creator_id, views_from, views_to, ad_views_from, ad_views_to, video_amount, ad_amount)
				VALUES (:day, :video_id, :creator_id, :views_from, :views_to, :ad_views_from, :ad_views_to, :video_amount, :ad_amount)`,
				lines[:min(linesPerStatement, len(lines))]); err != nil {
				return err
			}
		}
		return nil
	})
}

// price turns the day's counted views in the range into settlement lines, by
// video. A video of which nothing counted has none.
func price(ctx context.Context, from sqlx.QueryerContext, day settlement.Day, videos settlement.Range, rule settlement.PriceRule) ([]SettlementLine, error) {
	counted, err := countedVideos(ctx, from, day, videos)
	if err != nil {
		return nil, err
	}
	lines := make([]SettlementLine, len(counted))
	for i, video := range counted {
		if lines[i], err = video.Price(rule); err != nil {
			return nil, err
		}
	}
	return lines, nil
}

// CountedVideo is a video with counted views on a day, and the ordinals that it
// had used up before.
type CountedVideo struct {
	Day         settlement.Day `db:"day"`
	VideoID     int64          `db:"video_id"`
	CreatorID   int64          `db:"creator_id"`
	Views       int64          `db:"views"`
	AdViews     int64          `db:"ad_views"`
	UsedViews   int64          `db:"used_views"`
	UsedAdViews int64          `db:"used_ad_views"`
}

// CountedVideos are the day's videos in the range of which something counted,
// by video.
func (db *DB) CountedVideos(ctx context.Context, day settlement.Day, videos settlement.Range) ([]CountedVideo, error) {
	return countedVideos(ctx, db.pool, day, videos)
}

// countedVideos reads each video's tier position where its last settled day
// ended (R7), or from its opening (R6).
func countedVideos(ctx context.Context, from sqlx.QueryerContext, day settlement.Day, videos settlement.Range) ([]CountedVideo, error) {
	where, args := rangeCondition("s.video_id", videos)
	var counted []CountedVideo
	err := sqlx.SelectContext(ctx, from, &counted, `
		SELECT
			s.day,
			s.video_id,
			s.creator_id,
			s.views,
			s.ad_views,
			COALESCE(p.views_to, v.opening_views) AS used_views,
			COALESCE(p.ad_views_to, v.opening_ad_views) AS used_ad_views
		FROM daily_statistics s
		JOIN videos v ON v.video_id = s.video_id
		LEFT JOIN daily_settlements p ON p.video_id = s.video_id AND p.day = (
			SELECT MAX(q.day)
			FROM daily_settlements q
			WHERE q.video_id = s.video_id AND q.day < s.day
		)
		WHERE s.day = ? AND s.views > 0 AND `+where+`
		ORDER BY s.video_id`, append([]any{day}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("read counted views of %s: %w", day, err)
	}
	return counted, nil
}

// Price is what the video earned on the day by the rule (R4 to R7).
func (v CountedVideo) Price(rule settlement.PriceRule) (line SettlementLine, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("price video %d: %w", v.VideoID, err)
		}
	}()
	views, err := settlement.Ordinals{To: v.UsedViews}.Next(v.Views)
	if err != nil {
		return line, err
	}
	adViews, err := settlement.Ordinals{To: v.UsedAdViews}.Next(v.AdViews)
	if err != nil {
		return line, err
	}
	line = SettlementLine{
		Day:         v.Day,
		VideoID:     v.VideoID,
		CreatorID:   v.CreatorID,
		ViewsFrom:   views.From,
		ViewsTo:     views.To,
		AdViewsFrom: adViews.From,
		AdViewsTo:   adViews.To,
	}
	if line.VideoAmount, err = rule.Views.Amount(views); err != nil {
		return line, err
	}
	line.AdAmount, err = rule.AdViews.Amount(adViews)
	return line, err
}

const settlementColumns = `
			day,
			video_id,
			creator_id,
			views_from,
			views_to,
			ad_views_from,
			ad_views_to,
			video_amount,
			ad_amount`

// Settlements are the day's lines in the range, by creator and video.
func (db *DB) Settlements(ctx context.Context, day settlement.Day, videos settlement.Range) ([]SettlementLine, error) {
	where, args := rangeCondition("video_id", videos)
	var lines []SettlementLine
	err := db.pool.SelectContext(ctx, &lines, `
		SELECT `+settlementColumns+`
		FROM daily_settlements
		WHERE day = ? AND `+where+`
		ORDER BY creator_id, video_id`, append([]any{day}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("read settlement of %s: %w", day, err)
	}
	return lines, nil
}
