package activities

import (
	"context"
	"slices"

	"creatorpay/db"
	"creatorpay/settlement"
)

// PlanMailsInput says which mails of the week are still to be cut into batches.
type PlanMailsInput struct {
	Week       settlement.Period `json:"week"`
	After      int64             `json:"after"` // only creators above this one
	PerBatch   int               `json:"per_batch"`
	MaxBatches int               `json:"max_batches"`
}

// PlanMailsResult are batches of creators with unsent mails, by creator.
type PlanMailsResult struct {
	Batches []db.Creators `json:"batches"`
	More    bool          `json:"more"` // there may be unsent mails above the last batch
}

// PlanMails cuts the week's unsent mails into batches. The week must be closed.
func (a *Activities) PlanMails(ctx context.Context, input PlanMailsInput) (result PlanMailsResult, err error) {
	if _, err := a.DB.ClosedRun(ctx, input.Week); err != nil {
		return result, err
	}
	limit := input.PerBatch * input.MaxBatches
	creators, err := a.DB.UnsentCreators(ctx, input.Week, input.After, limit)
	if err != nil {
		return result, err
	}
	for batch := range slices.Chunk(creators, input.PerBatch) {
		result.Batches = append(result.Batches, db.Creators{First: batch[0], Last: batch[len(batch)-1]})
	}
	result.More = len(creators) == limit
	return result, nil
}

// MailTotals is what became of a week's mails.
type MailTotals struct {
	Sent     int `json:"sent"`
	Rejected int `json:"rejected"`
	Unknown  int `json:"unknown"` // may have been received; only a person sends them again
}

// CountMails tells what became of the week's mails so far.
func (a *Activities) CountMails(ctx context.Context, input PeriodInput) (MailTotals, error) {
	counts, err := a.DB.DeliveryCounts(ctx, input.Period)
	return MailTotals{
		Sent:     counts[db.DeliverySent],
		Rejected: counts[db.DeliveryRejected],
		Unknown:  counts[db.DeliveryUnknown],
	}, err
}
