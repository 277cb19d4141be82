package answers

import (
	"cmp"
	"context"
	"fmt"

	"creatorpay/db"
	"creatorpay/engine/statement"
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
	Statements []StatementTotals `json:"statements" nullable:"false" doc:"The newest first. A week in which nothing of the creator's counted and no payment was settled has none."`
	Next       *settlement.Day   `json:"-"` // WeekPage.Before of the next page; nil if there is none
	// Closed is how many weeks were closed: as long as that is the same, so is the answer. It is 0 where the primary did
	// not say, and the list may lack a week: such an answer must not be kept.
	Closed int64 `json:"-"`
}

// StatementTotals are what a creator's statement comes to. Counted views include the late ones that the week paid;
// self and repeat views are those of the week's own days.
type StatementTotals struct {
	Week   string         `json:"week" doc:"ISO week, as 2024-W19."`
	Start  settlement.Day `json:"start" format:"date" doc:"Monday of the week."`
	Number string         `json:"number" doc:"The statement's own number."`
	settlement.Statistics
	settlement.Amounts
	Payments settlement.PaymentFigures `json:"payments,omitzero" doc:"What payments came to; missing without any."`
	Amount   settlement.Won            `json:"amount" doc:"Both amounts and the net of payments together, in whole won. It may be negative."`
	Payout   settlement.Payout         `json:"payout,omitzero" doc:"What is paid where that is not just the amount: brought_forward (0 or less, from weeks that closed before) and amount are together payable and carried_forward (0 or less, to the week that closes next). Missing where nothing is carried: then the amount is paid."`
}

func (s Statements) lines() int { return len(s.Statements) }

// Statements answers with the creator's weekly statements, the newest first.
func (b *Books) Statements(ctx context.Context, creator int64, page WeekPage) (Statements, error) {
	limit, err := limitOf(page.Limit)
	if err != nil {
		return Statements{}, err
	}
	before := cmp.Or(page.Before, settlement.LastDay+1)
	found, through, err := listed(ctx, b, settlement.Weekly, fmt.Sprintf("statements %d %d %d", creator, before, limit),
		func(ctx context.Context, books *db.DB) (Statements, error) {
			return readStatements(ctx, books, creator, before, limit)
		})
	found.Through = lastDay(settlement.Weekly, through)
	if through.Current {
		found.Closed = through.Closed
	}
	return found, err
}

func readStatements(ctx context.Context, books *db.DB, creator int64, before settlement.Day, limit int) (Statements, error) {
	stored, err := books.StatementsOf(ctx, creator, before, limit+1)
	if err == nil && len(stored) == 0 {
		_, err = requireCreator(ctx, books, creator)
	}
	if err != nil {
		return Statements{}, err
	}
	payouts, err := books.Payouts(ctx, one(creator))
	if err != nil {
		return Statements{}, err
	}
	found := Statements{CreatorID: creator, Statements: []StatementTotals{}}
	stored, found.Next = cut(stored, limit, func(s db.WeekStatement) settlement.Day { return s.Week })
	for _, one := range stored {
		totals, err := totalsOf(one.Week.Week(), one.Statement, payouts[creator][one.Week])
		if err != nil {
			return Statements{}, err
		}
		found.Statements = append(found.Statements, totals)
	}
	return found, nil
}

// totalsOf are the totals of a week's statement.
func totalsOf(week settlement.Period, stored db.Statement, payout settlement.Payout) (StatementTotals, error) {
	totals := StatementTotals{
		Week: week.String(), Start: week.Start, Number: statement.Number(week, stored.CreatorID),
		Statistics: stored.Statistics, Amounts: stored.Amounts, Payments: stored.PaymentFigures, Payout: payout,
	}
	err := totals.Statistics.Add(settlement.Statistics{
		Views: stored.LateViews, PlayedSeconds: stored.LatePlayedSeconds, AdViews: stored.LateAdViews,
	})
	if err != nil {
		return totals, err
	}
	totals.Amount, err = stored.Total()
	return totals, err
}
