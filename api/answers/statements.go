package answers

import (
	"context"

	"creatorpay/settlement"
)

// WeekPage is a part of a list of weeks, the newest first.
type WeekPage struct {
	Before settlement.Day // weeks that begin before this day; 0 for the newest ones
	Limit  int            // how many at most, up to [MaxLimit]; 0 for [DefaultLimit]
}

// Statements are a creator's weekly statements. The list grows with each week that closes.
type Statements struct {
	CreatorID  int64             `json:"creator_id"`
	Through    *settlement.Day   `json:"through" format:"date" doc:"The last day of the newest closed week that this list knows of; null before the first."`
	Statements []StatementTotals `json:"statements" nullable:"false" doc:"The newest first. A week in which nothing of the creator's counted has none."`
	Next       *settlement.Day   `json:"-"` // WeekPage.Before of the next page; nil if there is none
}

// StatementTotals are what a creator's statement comes to. The figures include the late views that the week paid.
type StatementTotals struct {
	Week   string         `json:"week" doc:"ISO week, as 2024-W19."`
	Start  settlement.Day `json:"start" format:"date" doc:"Monday of the week."`
	Number string         `json:"number" doc:"The statement's own number."`
	settlement.Statistics
	settlement.Amounts
	Amount settlement.Won `json:"amount" doc:"Both amounts together, in whole won."`
}

// Statements answers with the creator's weekly statements, the newest first.
func (b *Books) Statements(ctx context.Context, creator int64, page WeekPage) (Statements, error) {
	return Statements{}, errStub
}
