package db

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"

	"creatorpay/settlement"
)

// shortDetail is a mail server's word as far as the column holds it.
const shortDetail = "LEFT(?, 500)"

// The states of a delivery.
const (
	DeliveryPending  = "pending"
	DeliverySending  = "sending"  // stored before the first byte is sent
	DeliverySent     = "sent"     // the mail server has accepted the mail
	DeliveryRejected = "rejected" // it never will
	DeliveryUnknown  = "unknown"  // it may have: only a person sends it again
)

// Delivery is the mail of one weekly statement.
type Delivery struct {
	CreatorID int64     `db:"creator_id"`
	Version   int       `db:"version"`
	State     string    `db:"state"`
	Claim     string    `db:"claim"` // the attempt that is sending it or was the last to
	Attempts  int       `db:"attempts"`
	Code      int       `db:"code"`   // the mail server's last answer; 0 if it gave none
	Detail    string    `db:"detail"` // what it said
	ChangedAt time.Time `db:"changed_at"`
	Known     bool      `db:"known"` // the catalogue has the creator
	Email     string    `db:"email"` // from the catalogue, as it is now
}

const deliveryColumns = `
			d.creator_id,
			d.version,
			d.state,
			d.claim,
			d.attempts,
			d.code,
			d.detail,
			d.changed_at,
			c.creator_id IS NOT NULL AS known,
			COALESCE(c.email, '') AS email`

// changeTime is when a delivery changes: by this machine's clock, which may lag
// behind that of the machine which closed the week or changed the delivery
// before. So it is never before those: what came after shows as after, and an
// audit may compare the two.
const changeTime = `GREATEST(
				changed_at,
				CAST(? AS DATETIME(3)),
				COALESCE((
					SELECT r.ended_at
					FROM runs r
					WHERE r.kind = '` + string(settlement.Weekly) + `' AND r.starts_on = deliveries.starts_on AND r.version = deliveries.version AND r.state = '` + string(settlement.Closed) + `'
				), changed_at)
			)`

// writeDeliveries makes the deliveries of the week's statements, before any of
// them can be sent: that takes a closed week.
func (db *DB) writeDeliveries(ctx context.Context, tx *sqlx.Tx, week settlement.Period) error {
	if _, err := tx.ExecContext(ctx, `
		DELETE FROM deliveries
		WHERE starts_on = ? AND version = ?`, week.Start, runVersion); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `
		INSERT INTO deliveries (starts_on, version, creator_id, state, changed_at)
		SELECT starts_on, version, creator_id, ?, ?
		FROM statements
		WHERE kind = ? AND starts_on = ? AND version = ?`,
		DeliveryPending, db.now(), week.Kind, week.Start, runVersion)
	return err
}

// UnsentCreators are up to limit creators above the given one whose mail of the
// week is still to be sent, by id.
func (db *DB) UnsentCreators(ctx context.Context, week settlement.Period, after int64, limit int) (creators []int64, err error) {
	err = db.pool.SelectContext(ctx, &creators, `
		SELECT creator_id
		FROM deliveries
		WHERE starts_on = ? AND version = ? AND state IN (?, ?) AND creator_id > ?
		ORDER BY creator_id
		LIMIT ?`, week.Start, runVersion, DeliveryPending, DeliverySending, after, limit)
	if err != nil {
		return nil, fmt.Errorf("find unsent mails of %s: %w", week, err)
	}
	return creators, nil
}

// Unsent are the creators' deliveries of the week that are pending or were
// left while they were being sent, by creator.
func (db *DB) Unsent(ctx context.Context, week settlement.Period, creators settlement.Creators) (deliveries []Delivery, err error) {
	err = db.pool.SelectContext(ctx, &deliveries, `
		SELECT `+deliveryColumns+`
		FROM deliveries d
		LEFT JOIN creators c ON c.creator_id = d.creator_id
		WHERE d.starts_on = ? AND d.version = ? AND d.state IN (?, ?) AND d.creator_id BETWEEN ? AND ?
		ORDER BY d.creator_id`, week.Start, runVersion, DeliveryPending, DeliverySending, creators.First, creators.Last)
	if err != nil {
		return nil, fmt.Errorf("read unsent mails of %s: %w", week, err)
	}
	return deliveries, nil
}

// CountDeliveries is how many mails of the week the creators have, whatever became of them. It
// counts to most at most.
func (db *DB) CountDeliveries(ctx context.Context, week settlement.Period, creators settlement.Creators, most int) (mails int, err error) {
	err = db.pool.GetContext(ctx, &mails, `
		SELECT COUNT(*)
		FROM (
			SELECT creator_id
			FROM deliveries
			WHERE starts_on = ? AND version = ? AND creator_id BETWEEN ? AND ?
			LIMIT ?
		) first_ones`, week.Start, runVersion, creators.First, creators.Last, most)
	if err != nil {
		return 0, fmt.Errorf("count mails of %s: %w", week, err)
	}
	return mails, nil
}

// ChangeDelivery moves a creator's mail of the week from one of the given
// states to another one, by a person's word. It returns false when the mail is
// in none of them.
func (db *DB) ChangeDelivery(ctx context.Context, week settlement.Period, creator int64, to, detail string, from ...string) (changed bool, err error) {
	query, args, err := sqlx.In(`
		UPDATE deliveries
		SET
			state = ?,
			detail = `+shortDetail+`,
			changed_at = `+changeTime+`
		WHERE starts_on = ? AND version = ? AND creator_id = ? AND state IN (?)`,
		to, detail, db.now(), week.Start, runVersion, creator, from)
	if err != nil {
		return false, err
	}
	changed, err = db.changedOne(ctx, query, args...)
	if err != nil {
		return false, fmt.Errorf("change mail of %s to creator %d: %w", week, creator, err)
	}
	return changed, nil
}

// DoubtDeliveries makes all pending mails of the week unknown, as when the database
// was restored to a state from before some were sent: then an operator decides
// about each. It returns how many there were.
func (db *DB) DoubtDeliveries(ctx context.Context, week settlement.Period, reason string) (mails int64, err error) {
	result, err := db.pool.ExecContext(ctx, `
		UPDATE deliveries
		SET
			state = ?,
			claim = ?,
			attempts = attempts + 1,
			detail = `+shortDetail+`,
			changed_at = `+changeTime+`
		WHERE starts_on = ? AND version = ? AND state = ?`,
		DeliveryUnknown, "an operator's doubt", reason, db.now(), week.Start, runVersion, DeliveryPending)
	if err != nil {
		return 0, fmt.Errorf("doubt mails of %s: %w", week, err)
	}
	return result.RowsAffected()
}

// DeliveryCounts is how many mails of the week are in each state.
func (db *DB) DeliveryCounts(ctx context.Context, week settlement.Period) (map[string]int, error) {
	var counts []struct {
		State string `db:"state"`
		Count int    `db:"count"`
	}
	err := db.pool.SelectContext(ctx, &counts, `
		SELECT
			state,
			COUNT(*) AS count
		FROM deliveries
		WHERE starts_on = ? AND version = ?
		GROUP BY state`, week.Start, runVersion)
	if err != nil {
		return nil, fmt.Errorf("count mails of %s: %w", week, err)
	}
	byState := make(map[string]int, len(counts))
	for _, one := range counts {
		byState[one.State] = one.Count
	}
	return byState, nil
}

// Deferred is how many mails of the week the mail server wants later, by its
// last answer.
type Deferred struct {
	Code  int `db:"code"` // 0 if it gave none
	Count int `db:"count"`
}

// DeferredMails are the week's mails that were tried and are still to be sent, by
// the mail server's last answer.
func (db *DB) DeferredMails(ctx context.Context, week settlement.Period) (deferred []Deferred, err error) {
	err = db.pool.SelectContext(ctx, &deferred, `
		SELECT
			code,
			COUNT(*) AS count
		FROM deliveries
		WHERE starts_on = ? AND version = ? AND state = ? AND attempts > 0
		GROUP BY code
		ORDER BY code`, week.Start, runVersion, DeliveryPending)
	if err != nil {
		return nil, fmt.Errorf("count deferred mails of %s: %w", week, err)
	}
	return deferred, nil
}

// Deliveries are the week's mails in any of the given states, by creator.
func (db *DB) Deliveries(ctx context.Context, week settlement.Period, states ...string) ([]Delivery, error) {
	return db.deliveries(ctx, week, math.MaxInt, "d.state IN (?)", states)
}

// DeliveriesToReport are the week's mails of which something is to be said, at most so
// many, by creator and those that are pending last: all that are not sent, but for those that nobody has tried yet. Of these
// there are as many as creators when a week has just closed, and as many that were put off while the mail
// server takes none.
func (db *DB) DeliveriesToReport(ctx context.Context, week settlement.Period, most int) ([]Delivery, error) {
	return db.deliveries(ctx, week, most, "(d.state IN (?) OR d.state = ? AND d.attempts > 0)",
		[]string{DeliverySending, DeliveryRejected, DeliveryUnknown}, DeliveryPending)
}

// deliveries are those that the condition names, the pending ones last.
func (db *DB) deliveries(ctx context.Context, week settlement.Period, most int, which string, args ...any) (deliveries []Delivery, err error) {
	query, args, err := sqlx.In(`
		SELECT `+deliveryColumns+`
		FROM deliveries d
		LEFT JOIN creators c ON c.creator_id = d.creator_id
		WHERE d.starts_on = ? AND d.version = ? AND `+which+`
		ORDER BY d.state = '`+DeliveryPending+`', d.creator_id
		LIMIT ?`, slices.Concat([]any{week.Start, runVersion}, args, []any{most})...)
	if err != nil {
		return nil, err
	}
	if err := db.pool.SelectContext(ctx, &deliveries, query, args...); err != nil {
		return nil, fmt.Errorf("read mails of %s: %w", week, err)
	}
	return deliveries, nil
}
