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
	Batches []settlement.Creators `json:"batches"`
	More    bool                  `json:"more"` // there may be unsent mails above the last batch
}

// PlanMails cuts the week's unsent mails into batches. The week must be closed.
func (a *Activities) PlanMails(ctx context.Context, input PlanMailsInput) (result PlanMailsResult, err error) {
	if err := input.Week.ValidateAs(settlement.Weekly); err != nil {
		return result, err
	}
	if _, err := a.DB.ClosedRun(ctx, input.Week); err != nil {
		return result, err
	}
	limit := input.PerBatch * input.MaxBatches
	creators, err := a.DB.UnsentCreators(ctx, input.Week, input.After, limit)
	if err != nil {
		return result, err
	}
	for batch := range slices.Chunk(creators, input.PerBatch) {
		result.Batches = append(result.Batches, settlement.Creators{First: batch[0], Last: batch[len(batch)-1]})
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

// CountMailsResult is what became of a week's mails so far.
type CountMailsResult struct {
	MailTotals
	// Deferred are mails that the mail server wants later, by its last answer.
	Deferred []DeferredMails `json:"deferred,omitempty"`
}

// DeferredMails are mails with the same answer of the mail server.
type DeferredMails struct {
	Code  int `json:"code"` // 0 if it gave none
	Count int `json:"count"`
}

// CountMails tells what became of the week's mails so far.
func (a *Activities) CountMails(ctx context.Context, input PeriodInput) (result CountMailsResult, err error) {
	if err := input.Period.ValidateAs(settlement.Weekly); err != nil {
		return result, err
	}
	counts, err := a.DB.DeliveryCounts(ctx, input.Period)
	if err != nil {
		return result, err
	}
	deferred, err := a.DB.DeferredMails(ctx, input.Period)
	if err != nil {
		return result, err
	}
	result.MailTotals = MailTotals{
		Sent:     counts[db.DeliverySent],
		Rejected: counts[db.DeliveryRejected],
		Unknown:  counts[db.DeliveryUnknown],
	}
	for _, one := range deferred {
		result.Deferred = append(result.Deferred, DeferredMails{Code: one.Code, Count: one.Count})
	}
	return result, nil
}
