package db

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/jmoiron/sqlx"

	"creatorpay/db/server"
	"creatorpay/settlement"
)

// SettlementLine is what one video earned on one day, late views that the day
// paid among it.
type SettlementLine struct {
	Day       settlement.Day `db:"starts_on"`
	VideoID   int64          `db:"video_id"`
	CreatorID int64          `db:"creator_id"`
	settlement.Earnings
}

var settlementLineColumns = server.ColumnsOf(SettlementLine{})

// SettleChunk prices the chunk's counted views by the rule, from where each
// video's last settled day ended, and marks the chunk as settled, in one
// transaction. A settled chunk is left alone. It returns the chunk as it is
// then. It fails with an [settlement.ErrOwnerChanged] when the catalogue has another
// creator than a video was counted for, which no import can bring about.
func (db *DB) SettleChunk(ctx context.Context, day settlement.Day, holder Holder, number int, rule settlement.PriceRule) (chunk Chunk, err error) {
	return db.settleChunk(ctx, settlement.DailyPeriod(day), holder, number, func(tx *sqlx.Tx, chunk *Chunk) error {
		if chunk.State != settlement.ChunkCounted {
			return fmt.Errorf("chunk is %s, not %s", chunk.State, settlement.ChunkCounted)
		}
		lines, adjustments, err := db.price(ctx, tx, day, chunk.Range, rule)
		if err != nil {
			return err
		}
		if err := putAdjustments(ctx, tx, adjustments); err != nil {
			return err
		}
		// Only a chunk that was settled before and counted again has lines: to look for
		// them would be to wait for what its neighbours are storing.
		if chunk.Counts > 1 {
			if err := deleteLines(ctx, tx, "daily_settlements", "starts_on", day, chunk.Range); err != nil {
				return err
			}
		}
		chunk.Amounts = settlement.Amounts{}
		for _, line := range lines {
			if err := chunk.Amounts.Add(line.Amounts); err != nil {
				return fmt.Errorf("add up to video %d: %w", line.VideoID, err)
			}
		}
		return server.Insert(ctx, tx, "daily_settlements", lines)
	})
}

// price turns the counted views that the day pays in the range into settlement
// lines, by video, and the adjustments among them. A video of which nothing
// counted has none.
func (db *DB) price(ctx context.Context, from sqlx.QueryerContext, day settlement.Day, videos settlement.Range, rule settlement.PriceRule) (lines []SettlementLine, adjustments []Adjustment, err error) {
	counted, err := db.countedVideos(ctx, from, day, videos)
	if err != nil {
		return nil, nil, err
	}
	lines = make([]SettlementLine, len(counted))
	for i, video := range counted {
		if video.Owner != video.CreatorID {
			return nil, nil, ownerChanged(video.VideoID, video.CreatorID, video.Owner)
		}
		line, late, err := video.Price(rule)
		if err != nil {
			return nil, nil, err
		}
		lines[i] = line
		adjustments = append(adjustments, late...)
	}
	return lines, adjustments, nil
}

// CountedVideo is a video with counted views that a day pays, and the ordinals
// that it had used up before.
type CountedVideo struct {
	Day         settlement.Day // that pays
	VideoID     int64          `db:"video_id"`
	CreatorID   int64          `db:"creator_id"` // for whom it was counted
	Owner       int64          `db:"owner"`      // in the catalogue; 0 if it is not there
	Views       int64          `db:"views"`
	AdViews     int64          `db:"ad_views"`
	UsedViews   int64          `db:"used_views"`
	UsedAdViews int64          `db:"used_ad_views"`

	Adjustments []Adjustment // late views that the day pays beside its own, by origin day
}

// CountedVideos are the day's videos in the range of which something counted,
// late or on time, by video.
func (db *DB) CountedVideos(ctx context.Context, day settlement.Day, videos settlement.Range) ([]CountedVideo, error) {
	return db.countedVideos(ctx, db.pool, day, videos)
}

// The sources of counted views.
const (
	countedOnTime = `
			SELECT video_id, creator_id, views, ad_views
			FROM daily_statistics
			WHERE starts_on = ? AND views > 0`
	countedLate = `
			SELECT video_id, MAX(creator_id) AS creator_id, 0 AS views, 0 AS ad_views
			FROM adjustments
			WHERE posted_on = ?
			GROUP BY video_id
			HAVING SUM(views) > 0`
)

func (db *DB) countedVideos(ctx context.Context, from sqlx.QueryerContext, day settlement.Day, videos settlement.Range) ([]CountedVideo, error) {
	counted, err := countedBy(ctx, from, countedOnTime, day, videos)
	if err != nil {
		return nil, err
	}
	adjustments, err := postedAdjustments(ctx, from, day, videos)
	if err != nil {
		return nil, err
	}
	if len(adjustments) > 0 {
		late, err := countedBy(ctx, from, countedLate, day, videos)
		if err != nil {
			return nil, err
		}
		counted = withLate(counted, late, adjustments)
	}
	return counted, db.setUsedOrdinals(ctx, from, day, videos, counted)
}

// countedBy are the videos of the source, by video, of which nothing is used up but
// their openings (R6).
func countedBy(ctx context.Context, from sqlx.QueryerContext, source string, day settlement.Day, videos settlement.Range) (counted []CountedVideo, err error) {
	where, args := server.Between("s.video_id", videos)
	err = sqlx.SelectContext(ctx, from, &counted, `
		SELECT
			s.video_id,
			s.creator_id,
			COALESCE(v.creator_id, 0) AS owner,
			s.views,
			s.ad_views,
			COALESCE(v.opening_views, 0) AS used_views,
			COALESCE(v.opening_ad_views, 0) AS used_ad_views
		FROM (`+source+`
		) s
		LEFT JOIN videos v ON v.video_id = s.video_id
		WHERE `+where+`
		ORDER BY s.video_id`, append([]any{day}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("read counted views of %s: %w", day, err)
	}
	for i := range counted {
		counted[i].Day = day
	}
	return counted, nil
}

// withLate adds the videos of which only late views counted, and gives each
// video its adjustments. All are ordered by video.
func withLate(counted, late []CountedVideo, adjustments []Adjustment) []CountedVideo {
	byVideo := func(a, b CountedVideo) int { return cmp.Compare(a.VideoID, b.VideoID) }
	onTime := counted
	for _, video := range late {
		if _, found := slices.BinarySearchFunc(onTime, video, byVideo); !found {
			counted = append(counted, video)
		}
	}
	slices.SortFunc(counted, byVideo)
	for _, adjustment := range adjustments {
		if at, found := slices.BinarySearchFunc(counted, CountedVideo{VideoID: adjustment.VideoID}, byVideo); found {
			counted[at].Adjustments = append(counted[at].Adjustments, adjustment)
		}
	}
	return counted
}

// Price is what the day pays for the video by the rule, and what of it each of
// the video's adjustments earned: see [settlement.PriceRule.Price].
func (v CountedVideo) Price(rule settlement.PriceRule) (line SettlementLine, adjustments []Adjustment, err error) {
	late := make([]settlement.Counted, len(v.Adjustments))
	for i, adjustment := range v.Adjustments {
		late[i] = settlement.Counted{Views: adjustment.Views, AdViews: adjustment.AdViews}
	}
	earned, ofLate, err := rule.Price(
		settlement.Counted{Views: v.UsedViews, AdViews: v.UsedAdViews},
		settlement.Counted{Views: v.Views, AdViews: v.AdViews}, late)
	if err != nil {
		return line, nil, fmt.Errorf("price video %d: %w", v.VideoID, err)
	}
	adjustments = slices.Clone(v.Adjustments)
	for i := range adjustments {
		adjustments[i].Earnings = ofLate[i]
	}
	return SettlementLine{Day: v.Day, VideoID: v.VideoID, CreatorID: v.CreatorID, Earnings: earned}, adjustments, nil
}

// Settlements are the day's lines in the range, by creator and video.
func (db *DB) Settlements(ctx context.Context, day settlement.Day, videos settlement.Range) ([]SettlementLine, error) {
	return all(func(each func(SettlementLine) error) error {
		return db.EachSettlement(ctx, day, Lines{Creators: settlement.AllCreators, Videos: videos}, each)
	})
}

// EachSettlement hands over the day's lines as they are read, by creator and video.
func (db *DB) EachSettlement(ctx context.Context, day settlement.Day, lines Lines, handle func(SettlementLine) error) error {
	from, by, args := lines.ofDay("daily_settlements", day)
	limit, most := lines.limit()
	err := server.Each(ctx, db.pool, handle, `
		SELECT `+settlementLineColumns.Each("l.%s")+from+`
		ORDER BY `+by+`.creator_id, `+by+`.video_id`+limit, append(args, most...)...)
	if err != nil {
		return fmt.Errorf("read settlement of %s: %w", day, err)
	}
	return nil
}
