package activities

import (
	"context"
	"slices"

	"creatorpay/db"
	"creatorpay/settlement"
)

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
