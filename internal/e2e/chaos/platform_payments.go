package chaos

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"creatorpay/internal/e2e/oracle"
	"creatorpay/internal/faultproxy"
	"creatorpay/settlement"
)

// platformPays adds rows of payments as the platform itself does, by plain
// statements, to the day that runs or one of those before.
func (c *Rig) platformPays(in Injection) (faultproxy.Fault, bool) {
	return faultproxy.None, c.insertPayments(c.platformPayments(in)) == nil
}

// paymentMicroseconds adds rows of the last half millisecond of their day, as
// [Rig.microseconds] does.
func (c *Rig) paymentMicroseconds(in Injection) (faultproxy.Fault, bool) {
	rows := c.platformPayments(in)
	for i, row := range rows {
		rows[i].At, rows[i].StoredOn = c.lastMoment(in, row.day), row.day.String()
	}
	return faultproxy.None, c.insertPayments(rows) == nil
}

// platformHoldsPayments is a session as that of [Rig.platformHolds], which has
// written to the log of payments.
func (c *Rig) platformHoldsPayments(in Injection) (faultproxy.Fault, bool) {
	rows := c.platformPayments(in)
	return faultproxy.None, c.holdOpen(in,
		func(ctx context.Context, session execer) error { return insertPayments(ctx, session, rows) },
		func(ctx context.Context) error { return c.takePayments(ctx, rows) })
}

// platformPayments are a few rows of the day that runs, or of one of those before.
func (c *Rig) platformPayments(in Injection) (rows []paidArrival) {
	from := c.ofPlatform(in)
	for range 1 + in.random.IntN(3) {
		rows = append(rows, paidArrival{c.paymentOf(in, from.day, c.anyVideo(in.random)).Payment, from})
	}
	return rows
}

// insertPayments stores the rows, each by itself.
func (c *Rig) insertPayments(rows []paidArrival) error {
	return c.ask(func(ctx context.Context) error {
		err := insertPayments(ctx, c.SQL, rows)
		return errors.Join(err, c.takePayments(ctx, rows))
	})
}

func insertPayments(ctx context.Context, into execer, rows []paidArrival) error {
	for _, row := range rows {
		if _, err := into.ExecContext(ctx, `
			INSERT INTO payments (paid_on, video_id, payment_id, paid_at, status, payer_id, amount, method, refund_of)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULLIF(?, 0))`,
			row.day.String(), row.Video, row.ID, row.At.UTC().Format(sentAt), row.Status, row.Payer, row.Amount, row.Method, row.RefundOf); err != nil {
			return err
		}
	}
	return nil
}

// findPayment tells whether the row is stored, and gives it the time to which the
// server has cut or rounded its own. One below the first day is taken away, see
// [Rig.takeInserted].
func (c *Rig) findPayment(ctx context.Context, row *oracle.Payment, day settlement.Day) (stored bool, err error) {
	if _, err := c.SQL.ExecContext(ctx, `
		DELETE FROM payments PARTITION (p0)
		WHERE payment_id = ?`, row.ID); err != nil {
		return false, err
	}
	var at string
	err = c.SQL.QueryRowContext(ctx, `
		SELECT paid_at
		FROM payments
		WHERE paid_on = ? AND video_id = ? AND payment_id = ? AND status = ? AND paid_at BETWEEN ? AND ?`,
		day.String(), row.Video, row.ID, row.Status,
		row.At.UTC().Add(-time.Millisecond).Format(sentAt), row.At.UTC().Add(time.Millisecond).Format(sentAt)).Scan(&at)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err == nil {
		row.At, err = parseStored(at)
	}
	return err == nil, err
}
