package db

import (
	"context"
	"fmt"

	"creatorpay/settlement"
)

// ClaimDelivery marks a pending mail as being sent by the attempt that claim
// names. It returns false, and nothing may be sent, when the mail is not pending
// any more.
func (db *DB) ClaimDelivery(ctx context.Context, week settlement.Period, creator int64, claim string) (claimed bool, err error) {
	claimed, err = db.changedOne(ctx, `
		UPDATE deliveries
		SET
			state = ?,
			claim = ?,
			attempts = attempts + 1,
			changed_at = `+changeTime+`
		WHERE starts_on = ? AND version = ? AND creator_id = ? AND state = ?`,
		DeliverySending, claim, db.now(), week.Start, runVersion, creator, DeliveryPending)
	if err != nil {
		return false, fmt.Errorf("claim mail of %s to creator %d: %w", week, creator, err)
	}
	return claimed, nil
}

// AbandonDelivery marks a mail as unknown that another attempt was sending when
// it was lost.
func (db *DB) AbandonDelivery(ctx context.Context, week settlement.Period, left Delivery) error {
	_, err := db.pool.ExecContext(ctx, `
		UPDATE deliveries
		SET
			state = ?,
			detail = ?,
			changed_at = `+changeTime+`
		WHERE starts_on = ? AND version = ? AND creator_id = ? AND state = ? AND claim = ?`,
		DeliveryUnknown, "the worker was lost while it sent the mail", db.now(),
		week.Start, runVersion, left.CreatorID, DeliverySending, left.Claim)
	if err != nil {
		return fmt.Errorf("give up mail of %s to creator %d: %w", week, left.CreatorID, err)
	}
	return nil
}

// FinishDelivery stores what became of a mail that the claim's attempt sent. An
// attempt that was taken for lost may still say how its mail ended.
//
// Where the claim is not in the database any more, as after a failover that lost
// it, the mail must not look as if nobody had sent it: it becomes unknown, with
// the outcome as the reason. A mail that another attempt has claimed or finished
// meanwhile stays as it is. In both cases the call fails with a [settlement.ErrLostClaim].
func (db *DB) FinishDelivery(ctx context.Context, week settlement.Period, creator int64, claim, state string, code int, detail string) error {
	finished, err := db.changedOne(ctx, `
		UPDATE deliveries
		SET
			state = ?,
			code = ?,
			detail = `+shortDetail+`,
			changed_at = `+changeTime+`
		WHERE starts_on = ? AND version = ? AND creator_id = ? AND state IN (?, ?) AND claim = ?`,
		state, code, detail, db.now(), week.Start, runVersion, creator, DeliverySending, DeliveryUnknown, claim)
	if err != nil {
		return fmt.Errorf("store outcome of mail of %s to creator %d: %w", week, creator, err)
	}
	if finished {
		return nil
	}
	lost := settlement.Errorf(settlement.ErrLostClaim, week,
		"mail of %s to creator %d: the database does not have the claim with which it was sent, as after a failover; the attempt ended as %s: compare its state with the mail server's log",
		week, creator, state)
	if _, err := db.changedOne(ctx, `
		UPDATE deliveries
		SET
			state = ?,
			claim = ?,
			attempts = attempts + 1,
			code = ?,
			detail = `+shortDetail+`,
			changed_at = `+changeTime+`
		WHERE starts_on = ? AND version = ? AND creator_id = ? AND state = ? AND claim <> ?`,
		DeliveryUnknown, claim, code, fmt.Sprintf("the database lost the claim of the attempt that sent it; the attempt ended as %s: %s", state, detail),
		db.now(), week.Start, runVersion, creator, DeliveryPending, claim); err != nil {
		return fmt.Errorf("%w; making it unknown: %w", lost, err)
	}
	return lost
}

// changedOne tells whether the statement changed its one row.
func (db *DB) changedOne(ctx context.Context, statement string, args ...any) (bool, error) {
	result, err := db.pool.ExecContext(ctx, statement, args...)
	if err != nil {
		return false, err
	}
	rows, err := result.RowsAffected()
	return rows == 1, err
}
