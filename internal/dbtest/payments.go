package dbtest

import (
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

// Payment is a completed row of the log: somebody paid the amount by card, so long
// after the start of the day.
func (b *Books) Payment(day settlement.Day, video, id int64, amount settlement.Won, after time.Duration) daylog.Payment {
	return daylog.Payment{Day: day, Payment: settlement.Payment{
		VideoID: video, PaymentID: id, PaidAt: b.Calendar.Start(day).Add(after).UnixMilli(), Status: settlement.PaymentCompleted,
		PayerID: Viewer, Amount: amount, Method: "card",
	}}
}

// Pay stores rows of payments, and makes room for their days in both logs.
func (b *Books) Pay(rows ...daylog.Payment) {
	b.Helper()
	for _, row := range rows {
		require.NoError(b, b.DB.AddPaymentPartitions(b.Context(), row.Day, row.Day))
	}
	added, refused, err := b.DB.AppendPayments(b.Context(), rows)
	require.NoError(b, err)
	require.Empty(b, refused)
	require.EqualValues(b, len(rows), added.Rows)
}

// Sell puts what a video's payments come to into the closed day, as its run would
// have: in the line, the chunk, which must be the only one, and the book of runs.
func (b *Books) Sell(day settlement.Day, creator, video int64, figures settlement.PaymentFigures) {
	b.Helper()
	values := []any{
		figures.Payments, figures.Refunds, figures.Pending, figures.Cancelled, figures.Repeats, figures.Gross, figures.Fee, figures.Net,
	}
	b.Exec(`
		INSERT INTO daily_payments (payments, refunds, pending, cancelled, repeats, gross, fee, net, starts_on, video_id, creator_id)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, append(values, day, video, creator)...)
	for _, table := range []string{"run_chunks", "runs"} {
		b.Exec(`
			UPDATE `+table+`
			SET
				payments = payments + ?,
				refunds = refunds + ?,
				pending = pending + ?,
				cancelled = cancelled + ?,
				repeats = repeats + ?,
				gross = gross + ?,
				fee = fee + ?,
				net = net + ?
			WHERE kind = 'daily' AND starts_on = ?`, append(values, day)...)
	}
}

// PostPayments says that a part of the day's line is of late rows of an earlier day.
func (b *Books) PostPayments(day, paidOn settlement.Day, creator, video int64, figures settlement.PaymentFigures) {
	b.Helper()
	b.Exec(`
		INSERT INTO payment_adjustments (posted_on, paid_on, video_id, creator_id, payments, refunds, pending, cancelled, repeats, gross, fee, net)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		day, paidOn, video, creator,
		figures.Payments, figures.Refunds, figures.Pending, figures.Cancelled, figures.Repeats, figures.Gross, figures.Fee, figures.Net)
	for _, table := range []string{"run_chunks", "runs"} {
		b.Exec(`UPDATE `+table+` SET late_payments = late_payments + ? WHERE kind = 'daily' AND starts_on = ?`, figures.Rows(), day)
	}
}
