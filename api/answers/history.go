package answers

import (
	"context"

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
	Lines     []export.SettlementRow `json:"lines" nullable:"false" doc:"By day, as in the daily export: one for each closed day on which something of the video was paid."`
}

// History answers with the creator's video's settled days from one day to another, both included, which span at most
// [MaxHistoryDays].
func (b *Books) History(ctx context.Context, creator, video int64, from, to settlement.Day) (History, error) {
	return History{}, errStub
}
