package dbtest

import "creatorpay/settlement"

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
