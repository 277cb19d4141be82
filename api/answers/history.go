package answers

import (
	"context"
	"errors"
	"fmt"

	"creatorpay/db"
	"creatorpay/db/copies"
	"creatorpay/engine/export"
	"creatorpay/settlement"
)

// MaxHistoryDays is how many days a history can span.
const MaxHistoryDays = 731

// History are a video's settled days. It grows with each day that closes.
type History struct {
	CreatorID int64                  `json:"creator_id"`
	VideoID   int64                  `json:"video_id"`
	Through   *settlement.Day        `json:"through" format:"date" doc:"The newest closed day that this list knows of; null before the first."`
	Lines     []export.SettlementRow `json:"lines" nullable:"false" doc:"By day, as in the daily export: one for each closed day on which something of the video's views was paid."`
	Payments  []export.PaymentRow    `json:"payments,omitempty" nullable:"false" doc:"By day, as in the daily export: one for each closed day on which the video has any row of payments. Missing without any."`
}

func (h History) lines() int { return len(h.Lines) + len(h.Payments) }

// History answers with the creator's video's settled days from one day to another, both included, which span at most
// [MaxHistoryDays].
func (b *Books) History(ctx context.Context, creator, video int64, from, to settlement.Day) (History, error) {
	if err := checkSpan(from, to); err != nil {
		return History{}, err
	}
	if days := to - from + 1; days > MaxHistoryDays {
		return History{}, settlement.Invalid("%s to %s are %d days: ask for %d at most", from, to, days, MaxHistoryDays)
	}
	found, through, err := listed(ctx, b, settlement.Daily, fmt.Sprintf("history %d %d %d %d", creator, video, from, to),
		func(ctx context.Context, books *db.DB) (History, error) {
			return readHistory(ctx, books, creator, video, from, to)
		})
	found.Through = lastDay(settlement.Daily, through)
	return found, err
}

func readHistory(ctx context.Context, books *db.DB, creator, video int64, from, to settlement.Day) (History, error) {
	found := History{CreatorID: creator, VideoID: video, Lines: []export.SettlementRow{}}
	lines, payments, err := books.SettledDays(ctx, creator, video, from, to)
	if err != nil {
		return found, err
	}
	for _, line := range lines {
		found.Lines = append(found.Lines, export.SettlementRowOf(settlement.DailyPeriod(line.Day), line))
	}
	for _, line := range payments {
		found.Payments = append(found.Payments, export.PaymentRowOf(settlement.DailyPeriod(line.Day), line))
	}
	if len(lines)+len(payments) == 0 {
		_, err = requireVideo(ctx, books, creator, video)
	}
	return found, err
}

// checkSpan fails with a [settlement.ErrInvalid] unless both are days in their order.
func checkSpan(from, to settlement.Day) error {
	if err := errors.Join(settlement.In("from", from.Validate()), settlement.In("to", to.Validate())); err != nil {
		return err
	}
	if from > to {
		return settlement.Invalid("%s lies after %s", from, to)
	}
	return nil
}

// lastDay is the last day of the newest closed period that a list knows of; nil without any.
func lastDay(kind settlement.Kind, through copies.Through) *settlement.Day {
	if through.Closed == 0 {
		return nil
	}
	last := settlement.Period{Kind: kind, Start: through.Newest}.End() - 1
	return &last
}
