package db

import (
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/settlement"
)

// sold is a day's line of a video: one payment of 10,000 won that cost 400.
func sold(day settlement.Day, video int64) PaymentLine {
	return PaymentLine{Day: day, VideoID: video, CreatorID: creator, PaymentFigures: settlement.PaymentFigures{
		Payments: 1, Gross: 10_000, Fee: 400, Net: 9_600,
	}}
}

// givenBack is a day's line of a video that gave back a payment of an earlier day.
func givenBack(day settlement.Day, video int64) PaymentLine {
	return PaymentLine{Day: day, VideoID: video, CreatorID: creator, PaymentFigures: settlement.PaymentFigures{
		Refunds: 1, Gross: -10_000, Fee: -400, Net: -9_600,
	}}
}

// putPayments puts lines into closed days, as their runs would have.
func putPayments(t *testing.T, db *DB, lines ...PaymentLine) {
	t.Helper()
	for _, line := range lines {
		for _, statement := range []string{`
			INSERT INTO daily_payments (` + paymentLineColumns.List() + `)
			VALUES (` + paymentLineColumns.Named() + `)`, `
			UPDATE runs
			SET ` + paymentColumns.Each("%s = %s + :%s") + `
			WHERE kind = 'daily' AND starts_on = :starts_on`,
		} {
			_, err := db.pool.NamedExecContext(t.Context(), statement, line)
			require.NoError(t, err)
		}
	}
}

// postPayments says of which earlier days parts of the lines are.
func postPayments(t *testing.T, db *DB, adjustments ...PaymentAdjustment) {
	t.Helper()
	for _, late := range adjustments {
		_, err := db.pool.NamedExecContext(t.Context(), `
			INSERT INTO payment_adjustments (`+paymentAdjustmentColumns.List()+`)
			VALUES (`+paymentAdjustmentColumns.Named()+`)`, late)
		require.NoError(t, err)
		exec(t, db, `UPDATE runs SET late_payments = late_payments + ? WHERE kind = 'daily' AND starts_on = ?`, late.Rows(), late.PostedOn)
	}
}
