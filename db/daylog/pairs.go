package daylog

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"creatorpay/db/server"
	"creatorpay/settlement"
)

// pairsPerQuery bounds the length of one statement.
const pairsPerQuery = 500

// Pair is a viewer of a video.
type Pair struct {
	VideoID  int64 `db:"video_id"`
	ViewerID int64 `db:"viewer_id"`
}

// pairBatch are pairs of one statement.
type pairBatch []Pair

func pairBatches(pairs []Pair) iter.Seq[pairBatch] {
	return func(yield func(pairBatch) bool) {
		for batch := range slices.Chunk(pairs, pairsPerQuery) {
			if !yield(batch) {
				return
			}
		}
	}
}

// condition is the SQL condition that a row is of one of the pairs.
func (b pairBatch) condition() (string, []any) {
	args := make([]any, 0, 2*len(b))
	for _, pair := range b {
		args = append(args, pair.VideoID, pair.ViewerID)
	}
	return "(video_id, viewer_id) IN (" + strings.Repeat("(?, ?), ", len(b)-1) + "(?, ?))", args
}

// LastPlays tells when, in milliseconds, each pair's last play on the day
// started, as far as the day after knows: late plays that nobody had posted by
// then are left out. Pairs without a play on that day are missing from the
// result. It fails with a [settlement.ErrMissing] when the day is closed and its
// partition is not there.
func (v *Views) LastPlays(ctx context.Context, rows OnTime, pairs []Pair) (map[Pair]int64, error) {
	there, more := rows.condition()
	day := rows.Day
	last := make(map[Pair]int64)
	for batch := range pairBatches(pairs) {
		condition, args := batch.condition()
		var found []struct {
			Pair
			WatchedAt time.Time `db:"watched_at"`
		}
		if err := v.pool.SelectContext(ctx, &found, `
			SELECT
				video_id,
				viewer_id,
				MAX(watched_at) AS watched_at
			FROM `+v.holding(rows)+`
			WHERE watched_on = ? AND `+condition+` AND `+there+`
			GROUP BY video_id, viewer_id
			UNION ALL
			SELECT
				video_id,
				viewer_id,
				MAX(watched_at)
			FROM late_views
			WHERE watched_on = ? AND `+condition+` AND posted_on <= ?
			GROUP BY video_id, viewer_id`,
			slices.Concat([]any{day}, args, more, []any{day}, args, []any{day + 1})...); err != nil {
			return nil, explainMissing(rows.Day, fmt.Errorf("look back to %s: %w", day, err))
		}
		for _, row := range found {
			last[row.Pair] = max(last[row.Pair], row.WatchedAt.UnixMilli())
		}
	}
	return last, nil
}

// KnownDay adds to the pairs what is known of their plays on the day when
// posting posts late views: the plays that were on time, without their figures,
// and the late ones that have been posted by then, posting's own among them. It
// fails with a [settlement.ErrMissing] when the day is closed and its partition is
// not there.
func (v *Views) KnownDay(ctx context.Context, rows OnTime, posting settlement.Day, pairs []Pair) (known map[Pair]settlement.PairDay, err error) {
	known = make(map[Pair]settlement.PairDay)
	for batch := range pairBatches(pairs) {
		condition, args := batch.condition()
		plays, err := v.onTimePlays(ctx, rows, condition, args)
		if err != nil {
			return nil, err
		}
		for _, play := range plays {
			pair := Pair{VideoID: play.VideoID, ViewerID: play.ViewerID}
			of := known[pair]
			of.OnTime = append(of.OnTime, play)
			known[pair] = of
		}
		var late []LateView
		if err := v.pool.SelectContext(ctx, &late, `
			SELECT `+v.lateColumns().List()+`
			FROM late_views
			WHERE watched_on = ? AND `+condition+` AND posted_on <= ?
			ORDER BY video_id, viewer_id, watched_at, view_id`, append(append([]any{rows.Day}, args...), posting)...); err != nil {
			return nil, fmt.Errorf("read late views of %s: %w", rows.Day, err)
		}
		for _, view := range late {
			of := known[view.Pair()]
			of.Late = append(of.Late, view.Play())
			known[view.Pair()] = of
		}
	}
	return known, nil
}

func (v *Views) onTimePlays(ctx context.Context, rows OnTime, condition string, args []any) ([]settlement.Play, error) {
	there, more := rows.condition()
	var found []struct {
		Pair
		WatchedAt time.Time `db:"watched_at"`
		ViewID    int64     `db:"view_id"`
	}
	if err := v.pool.SelectContext(ctx, &found, `
		SELECT
			video_id,
			viewer_id,
			watched_at,
			view_id
		FROM `+v.holding(rows)+`
		WHERE watched_on = ? AND `+condition+` AND `+there+`
		ORDER BY video_id, viewer_id, watched_at, view_id`, append(append([]any{rows.Day}, args...), more...)...); err != nil {
		return nil, explainMissing(rows.Day, fmt.Errorf("read plays of %s: %w", rows.Day, err))
	}
	plays := make([]settlement.Play, len(found))
	for i, row := range found {
		plays[i] = settlement.Play{VideoID: row.VideoID, ViewerID: row.ViewerID, StartedAt: row.WatchedAt.UnixMilli(), ViewID: row.ViewID}
	}
	return plays, nil
}

// explainMissing says what it means that the partition of a closed day is
// missing: without its plays repeats would be paid.
func explainMissing(day settlement.Day, err error) error {
	if server.ErrorNumber(err) != server.UnknownPartition {
		return err
	}
	return settlement.Errorf(settlement.ErrMissing, settlement.DailyPeriod(day),
		"the plays of %s are needed to tell repeats, but its partition was dropped: put it back from a backup, as the runbook says (docs/operations.md, Old days)", day)
}
