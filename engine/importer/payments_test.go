package importer

import (
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/db/daylog"
)

// storedPayments are all rows of the log.
func (b *bench) storedPayments(t *testing.T) [][]string {
	return b.rows(t, `
		SELECT
			CONCAT(paid_on),
			video_id,
			payment_id,
			CONCAT(paid_at),
			status,
			payer_id,
			amount,
			method,
			COALESCE(refund_of, '')
		FROM payments
		ORDER BY paid_on, video_id, payment_id, paid_at, status`)
}

func TestPaymentsAreStored(t *testing.T) {
	b := setup(t)
	report := b.load(t, Options{Payments: b.payments(t,
		"7,1,0,2024-05-06T09:00:00.1239+09:00,9007199254740992,completed,,",
		"8,1,5,2024-05-07T09:00:00+09:00,1,completed,mobile,7",
		"9,2,5,2024-05-06T09:00:00+09:00,100,pending,,",
		"9,2,5,2024-05-06T09:00:00+09:00,100,cancelled,transfer,",
	)})

	require.Equal(t, FileReport{Path: report.Payments.Path, Lines: 4, Stored: 4}, report.Payments)
	require.Equal(t, []daylog.DayRows{{Day: day(t, "2024-05-06"), Rows: 3}, {Day: day(t, "2024-05-07"), Rows: 1}}, report.ArrivedPayments.Days)
	require.Equal(t, [][]string{
		{"2024-05-06", "1", "7", "2024-05-06 00:00:00.123", "completed", "0", "9007199254740992", "card", ""},
		{"2024-05-06", "2", "9", "2024-05-06 00:00:00.000", "cancelled", "5", "100", "transfer", ""},
		{"2024-05-06", "2", "9", "2024-05-06 00:00:00.000", "pending", "5", "100", "card", ""},
		{"2024-05-07", "1", "8", "2024-05-07 00:00:00.000", "completed", "5", "1", "mobile", "7"},
	}, b.storedPayments(t))
	last := b.rows(t, `SELECT COUNT(*) FROM watch_log`)
	require.Equal(t, "0", last[0][0])
	partitions, err := b.db.Partitions(t.Context())
	require.NoError(t, err)
	require.Len(t, partitions, 2, "days are settled by the watch log")
}

func TestPaymentsNeedNoMethodAndNoRefunds(t *testing.T) {
	b := setup(t)
	report := b.load(t, Options{Payments: b.file(t, "payments.csv", paymentColumns, "7,1,0,2024-05-06T09:00:00+09:00,100,completed")})
	require.Equal(t, int64(1), report.Payments.Stored)
	require.Equal(t, [][]string{{"2024-05-06", "1", "7", "2024-05-06 00:00:00.000", "completed", "0", "100", "card", ""}}, b.storedPayments(t))
}

func TestPaymentsImportedAgainChangeNothing(t *testing.T) {
	b := setup(t)
	file := b.payments(t, "7,1,0,2024-05-06T09:00:00+09:00,100,completed,,", "8,1,0,2024-05-06T09:00:00+09:00,50,completed,,7")
	b.load(t, Options{Payments: file})

	report := b.load(t, Options{Payments: file})

	require.Equal(t, FileReport{Path: report.Payments.Path, Lines: 2, AlreadyThere: 2}, report.Payments)
	require.Empty(t, report.ArrivedPayments.Days)
	require.Len(t, b.storedPayments(t), 2)
}

func TestBadPaymentsAreRejected(t *testing.T) {
	bad := []badLine{
		{"0,1,0,2024-05-06T09:00:00+09:00,100,completed,,", "payment_id", "whole number from 1"},
		{"-1,1,0,2024-05-06T09:00:00+09:00,100,completed,,", "payment_id", "whole number"},
		{"7,0,0,2024-05-06T09:00:00+09:00,100,completed,,", "video_id", "whole number from 1"},
		{"7,1,-1,2024-05-06T09:00:00+09:00,100,completed,,", "payer_id", "whole number from 0"},
		{"7,1,0,2024-05-06T09:00:00,100,completed,,", "paid_at", "time with an offset"},
		{"7,1,0,1969-12-31T09:00:00+09:00,100,completed,,", "paid_at", "must not lie before 1970-01-01"},
		{"7,1,0,2024-05-06T09:00:00+09:00,0,completed,,", "amount", "whole number from 1 to 9007199254740992"},
		{"7,1,0,2024-05-06T09:00:00+09:00,9007199254740993,completed,,", "amount", "whole number from 1 to 9007199254740992"},
		{"7,1,0,2024-05-06T09:00:00+09:00,1.5,completed,,", "amount", "whole number"},
		{"7,1,0,2024-05-06T09:00:00+09:00,100,Completed,,", "status", "completed, pending and cancelled"},
		{"7,1,0,2024-05-06T09:00:00+09:00,100,completed,Card,", "method", "a-z"},
		{"7,1,0,2024-05-06T09:00:00+09:00,100,completed,it's,", "method", "a-z"},
		{"7,1,0,2024-05-06T09:00:00+09:00,100,completed,,0", "refund_of", "whole number from 1"},
		{"7,1,0,2024-05-06T09:00:00+09:00,100,completed,,7", "refund_of", "refund of itself"},
		{"7,1,0,2024-05-06T09:00:00+09:00,100,completed", "", "6 fields, the header has 8"},
	}
	good := []string{"1,1,0,2024-05-06T09:00:00+09:00,100,completed,,", "2,1,0,2024-05-06T09:00:00+09:00,100,completed,0123456789abc_-z,1"}
	requireRejected(t, good, bad, func(b *bench, lines []string) FileReport {
		return b.load(t, Options{Payments: b.payments(t, lines...)}).Payments
	})
}

func TestAPaymentThatIsStoredWithOtherFiguresIsRejected(t *testing.T) {
	b := setup(t)
	b.load(t, Options{Payments: b.payments(t, "7,1,0,2024-05-06T09:00:00+09:00,100,completed,,")})
	report := b.load(t, Options{Payments: b.payments(t, "7,1,0,2024-05-06T09:00:00+09:00,101,completed,,")})
	require.Equal(t, []rejected{{report.Payments.Path, 2, "payment_id", "a row of this payment with this time and status is stored with other figures", "7,1,0,2024-05-06T09:00:00+09:00,101,completed,,"}}, readRejects(t, report.Payments.Rejects))
}

func TestPaymentsOfAClosedDayComeLate(t *testing.T) {
	b := setup(t)
	b.load(t, Options{Views: b.views(t, "1,1,5,2024-05-06T23:00:00+09:00,0,0")})
	b.closeDay(t, "2024-05-06")

	report := b.load(t, Options{Payments: b.payments(t, "7,1,0,2024-05-06T09:00:00+09:00,100,completed,,", "8,1,0,2024-05-05T09:00:00+09:00,100,completed,,")})

	require.Equal(t, []daylog.DayRows{{Day: day(t, "2024-05-06"), Rows: 1}}, report.ArrivedPayments.Late)
	require.Equal(t, []daylog.DayRows{{Day: day(t, "2024-05-05"), Rows: 1}}, report.ArrivedPayments.Early)
	require.Empty(t, report.Late)
}

func TestTheHeaderOfPaymentsMayNameNothingElse(t *testing.T) {
	b := setup(t)
	_, err := Import(t.Context(), Options{DB: b.db, Payments: b.file(t, "payments.csv", append([]string{"fee"}, paymentColumns[1:]...))})
	require.ErrorContains(t, err, `payment_id,video_id,payer_id,paid_at,amount,status and may name method,refund_of, in any order: payment_id is missing; "fee" is unknown`)
}

func TestOfTwoLinesOfOnePaymentTheOneThatIsStoredIsNoConflict(t *testing.T) {
	b := setup(t)
	stored, other := "7,1,0,2024-05-06T09:00:00+09:00,100,completed,,", "7,1,0,2024-05-06T09:00:00+09:00,101,completed,,"
	b.load(t, Options{Payments: b.payments(t, stored)})

	report := b.load(t, Options{Payments: b.payments(t, other, stored)})

	require.Equal(t, int64(1), report.Payments.AlreadyThere)
	rejects := readRejects(t, report.Payments.Rejects)
	require.Len(t, rejects, 1)
	require.Equal(t, other, rejects[0].content)
}
