package workflows

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

// TestRecordHistoriesOfPayments runs real days with payments on real servers and
// keeps their histories.
func TestRecordHistoriesOfPayments(t *testing.T) {
	if !*record {
		t.Skip("only with -record: see testdata/record.sh")
	}
	r := newRecorder(t)
	r.addPlays(day, day, 1, 2, 3)
	r.addPayments(day, 10_000, 1, 2)
	r.addPayments(day, 0, 3) // nobody can settle it
	failed := r.run(day)
	r.keep(failed, "daily-bad-payments.json")
	r.exec("UPDATE payments SET amount = 10000 WHERE payment_id = 3")
	r.keep(r.reset(failed, taskThatFailed), "daily-bad-payments-put-right.json")

	r.addPlays(day+1, day+1, 1, 2, 3)
	for _, video := range []int64{1, 2} {
		r.addPayment(day+1, 10_000, 4, video) // each chunk takes it for its own
	}
	r.keep(r.run(day+1), "daily-contested-payments.json")
}

// addPayments stores a payment of the amount for each video, under its id.
func (r *recorder) addPayments(on settlement.Day, amount settlement.Won, videos ...int64) {
	for _, id := range videos {
		r.addPayment(on, amount, id, id)
	}
}

// addPayment stores a payment for the video.
func (r *recorder) addPayment(on settlement.Day, amount settlement.Won, payment, video int64) {
	calendar, err := r.db.Calendar(r.t.Context())
	require.NoError(r.t, err)
	require.NoError(r.t, r.db.AddPaymentPartitions(r.t.Context(), on, on))
	_, _, err = r.db.AppendPayments(r.t.Context(), []daylog.Payment{{Day: on, Payment: settlement.Payment{
		VideoID: video, PaymentID: payment, PaidAt: calendar.Start(on).Add(time.Hour).UnixMilli(),
		Status: settlement.PaymentCompleted, PayerID: 1000, Amount: amount, Method: "card",
	}}})
	require.NoError(r.t, err)
}
