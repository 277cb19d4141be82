package chaos

import (
	"context"
	"os"
	"path/filepath"

	"creatorpay/db/daylog"
	"creatorpay/internal/e2e/oracle"
	"creatorpay/internal/e2e/rig"
	"creatorpay/internal/faultproxy"
	"creatorpay/settlement"
)

// paidArrival is a row of a payment that came while something ran.
type paidArrival struct {
	oracle.Payment
	origin
}

// PaymentsArrive adds rows to the day that runs.
func (c *Rig) PaymentsArrive(in Injection) (faultproxy.Fault, bool) {
	return faultproxy.None, c.appendPayments(c.somePayments(in, in.period.Start))
}

// LatePaymentsArrive adds rows to one of the days that closed last.
func (c *Rig) LatePaymentsArrive(in Injection) (faultproxy.Fault, bool) {
	day, some := c.closedDay(in)
	return faultproxy.None, some && c.appendPayments(c.somePayments(in, day))
}

// importPayments imports a file of rows of the day that runs and of one that
// closed, and then once more.
func (c *Rig) importPayments(in Injection) (faultproxy.Fault, bool) {
	rows := c.somePayments(in, in.period.Start)
	if day, some := c.closedDay(in); some {
		rows = append(rows, c.somePayments(in, day)...)
	}
	payments := make([]oracle.Payment, len(rows))
	for i, row := range rows {
		payments[i] = row.Payment
	}
	path := filepath.Join(c.T.TempDir(), "payments.csv")
	c.reportError(os.WriteFile(path, []byte(rig.PaymentsFile(payments).CSV()), 0o600))
	c.servers.RLock()
	defer c.servers.RUnlock()
	for range 2 {
		// A day may be dropped while its rows are on their way.
		if imported := c.command("import", "--payments", path, "--rejects", path+".rejects"); imported.Code != 0 {
			c.logf("%s: import of payments: %s", in.period, rig.LastLines(imported.Stdout+imported.Stderr, 1))
		}
	}
	return faultproxy.None, c.takePayments(context.WithoutCancel(c.T.Context()), rows) == nil
}

// somePayments are a few rows of the day.
func (c *Rig) somePayments(in Injection, day settlement.Day) (rows []paidArrival) {
	for range 1 + in.random.IntN(12) {
		rows = append(rows, c.paymentOf(in, day, c.anyVideo(in.random)))
	}
	return rows
}

// paymentOf is a row of the day, which is one of the video or of one that sold
// before.
func (c *Rig) paymentOf(in Injection, day settlement.Day, video int64) paidArrival {
	row := c.plan.cashBook.row(in.random, day, video, firstArrival+in.random.Int64N(1<<40))
	return paidArrival{row, origin{day: day, closed: c.isClosed(settlement.DailyPeriod(day)), paidBy: in.period.End()}}
}

func (c *Rig) appendPayments(rows []paidArrival) bool {
	batch := make([]daylog.Payment, len(rows))
	for i, row := range rows {
		batch[i] = rig.PaymentRow(c.plan.platform, row.Payment)
	}
	return c.ask(func(ctx context.Context) error {
		_, _, err := c.DB.AppendPayments(ctx, batch)
		if err != nil {
			return err
		}
		return c.takePayments(ctx, rows)
	}) == nil
}

// takePayments takes note of those of the rows that are stored, see
// [Rig.takeInserted].
func (c *Rig) takePayments(ctx context.Context, rows []paidArrival) error {
	for _, row := range rows {
		stored, err := c.findPayment(ctx, &row.Payment, row.day)
		if err != nil {
			return err
		}
		if !stored {
			continue
		}
		c.mutex.Lock()
		c.paid = append(c.paid, row)
		c.mutex.Unlock()
	}
	return nil
}

// takePaidArrivals adds what arrived to the platform, as [Rig.takeArrivals] does.
func (c *Rig) takePaidArrivals() {
	fates, below := map[string]fate{}, map[string]bool{}
	c.reportError(c.ask(func(ctx context.Context) error {
		return eachRow(ctx, c.SQL, func(scan func(...any) error) error {
			key, err := scanKey(scan)
			below[key] = true
			return err
		}, `
			SELECT paid_on, video_id, payment_id, paid_at, status
			FROM payments PARTITION (p0)`)
	}))
	kept := c.firstKeptPayments()
	c.reportError(c.ask(func(ctx context.Context) error {
		return eachRow(ctx, c.SQL, func(scan func(...any) error) error {
			var f fate
			key, err := scanKey(scan, &f.late, &f.posted)
			fates[key] = f
			return err
		}, `
			SELECT
				l.paid_on, l.video_id, l.payment_id, l.paid_at, l.status,
				l.epoch >= r.payments_late_from,
				COALESCE(p.posted_on, '')
			FROM payments l
			JOIN runs r ON r.kind = 'daily' AND r.starts_on = l.paid_on
			LEFT JOIN late_payments p ON p.paid_on = l.paid_on AND p.video_id = l.video_id AND p.payment_id = l.payment_id
				AND p.paid_at = l.paid_at AND p.status = l.status
			UNION ALL
			SELECT paid_on, video_id, payment_id, paid_at, status, TRUE, posted_on
			FROM late_payments
			WHERE paid_on < ?`, kept)
	}))
	for _, wrong := range c.wrong {
		c.reportIf(!wrong.mended, "payment %d cannot be settled, and no failure has named it", wrong.ID)
	}
	for _, came := range c.paid {
		if below[keyOf(came.Payment, came.day)] {
			continue
		}
		f, there := fates[keyOf(came.Payment, came.day)]
		c.reportIf(!there && came.day >= kept, "payment %d has vanished", came.ID)
		c.reportFate(f, came.origin, "payment", came.ID)
		came.Posted = f.posted
		c.plan.platform.Payments = append(c.plan.platform.Payments, came.Payment)
		c.Tally.arrivePaid(f.late)
	}
}

// scanKey scans a row's day, video, id, time and status, and what comes after them, and gives the row's key.
func scanKey(scan func(...any) error, more ...any) (string, error) {
	var row oracle.Payment
	var day, at string
	if err := scan(append([]any{&day, &row.Video, &row.ID, &at, &row.Status}, more...)...); err != nil {
		return "", err
	}
	var err error
	row.At, err = parseStored(at)
	return keyOf(row, rig.ToDay(day)), err
}
