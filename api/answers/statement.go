package answers

import (
	"context"
	"errors"
	"time"

	"creatorpay/db"
	"creatorpay/db/copies"
	"creatorpay/engine/explain"
	"creatorpay/settlement"
	"creatorpay/templates"
)

// Statement is a creator's weekly statement: what its documents show.
type Statement struct {
	StatementTotals
	CreatorID int64               `json:"creator_id"`
	Name      string              `json:"name" doc:"The creator's name when the week closed."`
	ClosedAt  time.Time           `json:"closed_at" doc:"When the week closed."`
	Days      []StatementDay      `json:"days" nullable:"false" doc:"Every day of the week, also those without any view."`
	Lines     []StatementLine     `json:"lines" nullable:"false" doc:"By video: one for each video with any row in the week."`
	Prices    []explain.PriceRule `json:"prices" nullable:"false" doc:"The versions of the prices by which the week's days were settled."`
	Fees      []explain.FeeRule   `json:"fees,omitempty" nullable:"false" doc:"The versions of the fees of the week's payments; missing without any."`
	Documents *StatementHashes    `json:"documents" doc:"The documents that were mailed; null before they were."`
}

// StatementHashes are the SHA-256 of a statement's documents, in hexadecimal.
type StatementHashes struct {
	StatementSHA256 string `json:"statement_sha256"`
	Top5SHA256      string `json:"top5_sha256"`
}

// StatementDay is what the creator's videos had on one day, late views that it paid among it.
type StatementDay struct {
	Date   settlement.Day `json:"date" format:"date"`
	Views  int64          `json:"views"`
	Amount settlement.Won `json:"amount" doc:"Videos, ads and the net of payments together, in whole won. It may be negative."`
}

// StatementLine is one video's week. The ordinals and amounts include the late views, the figures do not.
type StatementLine struct {
	VideoID int64  `json:"video_id"`
	Title   string `json:"title" doc:"As it was when the week closed."`
	settlement.Statistics
	settlement.Earnings
	ViewShares []PriceShare    `json:"view_shares" nullable:"false" doc:"Paid views by unit price, the cheapest first."`
	AdShares   []PriceShare    `json:"ad_shares" nullable:"false" doc:"Paid ad views by unit price, the cheapest first."`
	Late       []StatementLate `json:"late" nullable:"false" doc:"Views of earlier, closed days that the week's days paid."`

	Payments     settlement.PaymentFigures `json:"payments,omitzero" doc:"What its payments came to, late ones among them; missing without any."`
	LatePayments []StatementLatePayments   `json:"late_payments,omitempty" nullable:"false" doc:"Payments and refunds of earlier, closed days that the week's days settled; missing without any."`
}

// StatementLatePayments are what the late payments and refunds of one closed day came to that a day of the week settled.
type StatementLatePayments struct {
	PaidOn   settlement.Day `json:"paid_on" format:"date" doc:"The closed day of the payments and refunds."`
	PostedOn settlement.Day `json:"posted_on" format:"date" doc:"The day that settled them."`
	settlement.PaymentFigures
}

// PriceShare is how many views were paid at one price.
type PriceShare struct {
	UnitPrice settlement.UnitPrice `json:"unit_price" doc:"Price of one view in 1/10,000 won: 11000 is 1.1 won."`
	Count     int64                `json:"count"`
}

// StatementLate are the late views of one closed day that a day of the week paid.
type StatementLate struct {
	WatchedOn settlement.Day `json:"watched_on" format:"date"`
	PostedOn  settlement.Day `json:"posted_on" format:"date" doc:"The day that paid them."`
	settlement.Statistics
	settlement.Amounts
}

// Statement answers with the creator's statement of the closed week. Its seal is empty before the documents were mailed,
// since these are still to be added. That they were not, only the primary may say; without it, what a replica has of the
// statement is the answer. Where nothing counted there is none, which is an [ErrNotFound].
func (b *Books) Statement(ctx context.Context, creator int64, week settlement.Period) (Sealed[Statement], error) {
	if err := week.ValidateAs(settlement.Weekly); err != nil {
		return Sealed[Statement]{}, err
	}
	var notMailed *statementRead
	answer, err := sealed(ctx, b, week, func(ctx context.Context, books *db.DB, run db.SealedRun) (statementRead, error) {
		found, err := b.beginStatement(ctx, books, run, creator)
		if err == nil && found.stored.PayoutSHA256 == "" {
			notMailed = &found
			err = ErrNotFound{What: "documents of statement " + found.number()}
		}
		return found, err
	})
	var missing ErrNotFound
	var away *copies.Unavailable
	if notMailed != nil && (errors.As(err, &missing) || errors.As(err, &away)) {
		answer, err = Sealed[statementRead]{Value: *notMailed}, nil
	}
	if err != nil {
		return Sealed[Statement]{}, err
	}
	drawn, err := b.restOfStatement(ctx, answer.Value)
	if err != nil {
		return Sealed[Statement]{}, err
	}
	found, err := newStatement(answer.Value.stored, drawn)
	return Sealed[Statement]{Value: found, Seal: answer.Seal}, err
}

func newStatement(stored db.Statement, drawn *templates.Statement) (Statement, error) {
	totals, err := totalsOf(drawn.Period, stored, drawn.Payout)
	if err != nil {
		return Statement{}, err
	}
	found := Statement{
		StatementTotals: totals, CreatorID: drawn.CreatorID, Name: drawn.Creator, ClosedAt: drawn.ClosedAt,
		Days: []StatementDay{}, Lines: []StatementLine{}, Prices: []explain.PriceRule{},
	}
	for _, day := range drawn.Days {
		found.Days = append(found.Days, StatementDay{Date: day.Day, Views: day.Views, Amount: day.Amount})
	}
	for _, line := range drawn.Lines {
		found.Lines = append(found.Lines, newStatementLine(line))
	}
	for _, rule := range drawn.Prices {
		found.Prices = append(found.Prices, explain.PriceRule(rule))
	}
	for _, rule := range drawn.Fees {
		found.Fees = append(found.Fees, explain.FeeRule(rule))
	}
	if stored.PayoutSHA256 != "" {
		found.Documents = &StatementHashes{StatementSHA256: stored.PayoutSHA256, Top5SHA256: stored.TopSHA256}
	}
	return found, nil
}

func newStatementLine(line templates.Line) StatementLine {
	found := StatementLine{
		VideoID: line.VideoID, Title: line.Title, Statistics: line.Statistics, Earnings: line.Earnings,
		ViewShares: newPriceShares(line.ViewShares), AdShares: newPriceShares(line.AdShares), Late: []StatementLate{},
		Payments: line.Payments,
	}
	for _, late := range line.LatePayments {
		found.LatePayments = append(found.LatePayments, StatementLatePayments{
			PaidOn: late.PaidOn, PostedOn: late.SettledOn, PaymentFigures: late.PaymentFigures,
		})
	}
	for _, late := range line.Late {
		found.Late = append(found.Late, StatementLate{
			WatchedOn: late.WatchedOn, PostedOn: late.PaidOn, Statistics: late.Statistics, Amounts: late.Amounts,
		})
	}
	return found
}

func newPriceShares(shares []settlement.Share) []PriceShare {
	found := make([]PriceShare, len(shares))
	for i, share := range shares {
		found[i] = PriceShare{UnitPrice: share.Price, Count: share.Count}
	}
	return found
}
