package importer

import (
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/settlement"
)

func (b *bench) earlierPayments(t *testing.T, lines ...string) string {
	return b.file(t, "earlier.csv", append(earlierPaymentColumns[:len(earlierPaymentColumns):len(earlierPaymentColumns)], furtherEarlierPaymentColumns...), lines...)
}

// keptPayments are all rows of what is known of payments that the log does not have.
func (b *bench) keptPayments(t *testing.T) [][]string {
	return b.rows(t, `
		SELECT payment_id, video_id, CONCAT(paid_on), CONCAT(paid_at), amount, method, refunded
		FROM kept_payments
		ORDER BY payment_id`)
}

func TestEarlierPaymentsAreStored(t *testing.T) {
	b := setup(t)
	report := b.load(t, Options{EarlierPayments: b.earlierPayments(t,
		"7,1,2024-05-06T00:00:00.1239+09:00,9007199254740992,,",
		"8,404,2024-05-06T09:00:00+09:00,100,mobile,100",
	)})

	require.Equal(t, FileReport{Path: report.EarlierPayments.Path, Lines: 2, Stored: 2}, report.EarlierPayments)
	require.Equal(t, [][]string{
		{"7", "1", "2024-05-06", "2024-05-05 15:00:00.123", "9007199254740992", "card", "0"},
		{"8", "404", "2024-05-06", "2024-05-06 00:00:00.000", "100", "mobile", "100"},
	}, b.keptPayments(t))
	require.Empty(t, b.storedPayments(t))
}

func TestEarlierPaymentsImportedAgainChangeNothing(t *testing.T) {
	b := setup(t)
	lines := []string{"7,1,2024-05-06T09:00:00.5+09:00,100", "8,1,2024-05-06T09:00:00+09:00,100"}
	file := b.file(t, "earlier.csv", earlierPaymentColumns, append(lines, lines[0])...)
	report := b.load(t, Options{EarlierPayments: file})
	require.Equal(t, FileReport{Path: file, Lines: 3, Stored: 2, AlreadyThere: 1}, report.EarlierPayments)
	before := b.keptPayments(t)

	report = b.load(t, Options{EarlierPayments: file})

	require.Equal(t, FileReport{Path: file, Lines: 3, AlreadyThere: 3}, report.EarlierPayments)
	require.Equal(t, before, b.keptPayments(t))
}

func TestBadEarlierPaymentsAreRejected(t *testing.T) {
	bad := []badLine{
		{"0,1,2024-05-06T09:00:00+09:00,100,,", "payment_id", "whole number from 1"},
		{"9,0,2024-05-06T09:00:00+09:00,100,,", "video_id", "whole number from 1"},
		{"9,1,2024-05-06T09:00:00,100,,", "paid_at", "time with an offset"},
		{"9,1,2024-05-06T09:00:00+09:00,0,,", "amount", "whole number from 1 to 9007199254740992"},
		{"9,1,2024-05-06T09:00:00+09:00,100,Card,", "method", "a-z"},
		{"9,1,2024-05-06T09:00:00+09:00,100,cash,", "method", `cash`},
		{"9,1,2024-05-06T09:00:00+09:00,100,,101", "refunded", "whole number from 0 to 100"},
		{"9,1,2024-05-08T00:00:00+09:00,100,,", "paid_at", "must lie before 2024-05-08, the first day that is settled here"},
		{"7,1,2024-05-06T09:00:00+09:00,100,,1", "payment_id", "this payment is known with other figures"},
	}
	good := []string{"7,1,2024-05-06T09:00:00+09:00,100,,", "8,1,2024-05-07T23:59:59.999+09:00,100,,"}
	requireRejected(t, good, bad, func(b *bench, lines []string) FileReport {
		b.closeDay(t, "2024-05-08")
		return b.load(t, Options{EarlierPayments: b.earlierPayments(t, lines...)}).EarlierPayments
	})
}

func TestNoEarlierPaymentIsStoredWhileADayIsBeingCounted(t *testing.T) {
	b := setup(t)
	b.closeDay(t, "2024-05-08")
	_, err := b.raw.ExecContext(t.Context(), `UPDATE runs SET state = ?`, settlement.Running)
	require.NoError(t, err)

	_, err = Import(t.Context(), Options{DB: b.db, Now: latest, EarlierPayments: b.earlierPayments(t, "7,1,2024-05-06T09:00:00+09:00,100,,")})

	require.ErrorIs(t, err, settlement.ErrNotClosed)
	require.ErrorContains(t, err, "2024-05-08 is being counted")
	require.Empty(t, b.keptPayments(t))
}
