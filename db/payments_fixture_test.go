package db

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/db/daylog"
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

// paidRow is a completed row of 10,000 won by card.
func paidRow(day settlement.Day, video, id int64) daylog.Payment {
	return daylog.Payment{Day: day, Payment: settlement.Payment{
		VideoID: video, PaymentID: id, PaidAt: seoul.Start(day).Add(time.Hour).UnixMilli(), Status: settlement.PaymentCompleted,
		PayerID: viewer, Amount: 10_000, Method: "card",
	}}
}

// pay makes room for the rows in both logs and stores them.
func pay(t *testing.T, db *DB, rows ...daylog.Payment) Appended {
	t.Helper()
	for _, row := range rows {
		require.NoError(t, db.AddPaymentPartitions(t.Context(), row.Day, row.Day))
	}
	added, refused, err := db.AppendPayments(t.Context(), rows)
	require.NoError(t, err)
	require.Empty(t, refused)
	return added
}

// settledRows is the count of a chunk that settled one payment of each video, with its
// id.
func settledRows(day settlement.Day, videos ...int64) Count {
	count := &PaymentCount{IDs: videos, Checksum: 1<<64 - 1}
	for _, video := range videos {
		count.Lines = append(count.Lines, sold(day, video))
	}
	return Count{Payments: count}
}

// openPaid has a day begun with one row of payments of each of the videos.
func openPaid(t *testing.T, videos ...int64) *DB {
	t.Helper()
	db := openMigrated(t)
	putVideos(t, db, videos...)
	for i, video := range videos {
		pay(t, db, paidRow(monday, video, int64(i+1)))
	}
	addPartitions(t, db, monday, monday+3)
	return db
}
