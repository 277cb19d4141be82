package statement

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/settlement"
	"creatorpay/templates"
)

// refundedWeek is the week after the watched one, closed; new fees hold from its
// Monday. In it, a payment of creator 1 from the week before was refunded, creator 2
// sold, and a payment to creator 3 came late.
func refundedWeek(t *testing.T) (b *books, nextWeek settlement.Period) {
	t.Helper()
	b = watchedWeek(t)
	nextWeek = week.End().Week()
	b.AddDays(nextWeek.Start, nextWeek.End()-1)
	_, _, err := b.DB.Fees.Add(t.Context(), settlement.FeeRule{HoldsFrom: nextWeek.Start, Methods: settlement.MethodFees{{Method: "card", BasisPoints: 100}}}, false)
	require.NoError(t, err)
	refund := b.Payment(nextWeek.Start, 1, 2, 10_000, 0)
	refund.RefundOf = 1
	b.Pay(b.Payment(thursday, 1, 1, 10_000, 0), refund, b.Payment(nextWeek.Start+1, 50, 3, 10_000, time.Hour))
	b.closeDays()
	b.Pay(b.Payment(saturday, 40, 4, 10_000, 0))
	for _, day := range nextWeek.Days() {
		b.CloseDay(day)
	}
	b.ClosePeriod(week)
	b.ClosePeriod(nextWeek)
	return b, nextWeek
}

func readWeek(t *testing.T, b *books, week settlement.Period) map[int64]*templates.Statement {
	t.Helper()
	statements, err := Read(t.Context(), b.DB, week, settlement.AllCreators, "")
	require.NoError(t, err)
	byCreator := map[int64]*templates.Statement{}
	for _, statement := range statements {
		byCreator[statement.CreatorID] = statement
	}
	return byCreator
}

// feeVersions are the versions that the statement shows.
func feeVersions(statement *templates.Statement) (versions []int64) {
	for _, rule := range statement.Fees {
		versions = append(versions, rule.Version)
	}
	return versions
}

func TestR14_AStatementHasTheFeesOfItsPaymentsByTheirOwnDays(t *testing.T) {
	b, nextWeek := refundedWeek(t)

	first, next := readWeek(t, b, week), readWeek(t, b, nextWeek)

	require.Equal(t, []int64{1}, feeVersions(first[1]))
	require.Empty(t, first[2].Fees, "it has no payments")
	require.Equal(t, []int64{1}, feeVersions(next[1]), "of what was refunded")
	require.Equal(t, []int64{2}, feeVersions(next[2]), "of its own day")
	require.Equal(t, []int64{1}, feeVersions(next[3]), "of the late payment's day")
}

func TestR14_AStatementDoesNotHaveFeesThatWereAddedLater(t *testing.T) {
	b, nextWeek := refundedWeek(t)
	before := readWeek(t, b, nextWeek)
	for _, version := range []int64{1, 2} {
		added, err := b.DB.AddFeeMethods(t.Context(), version, settlement.MethodFees{{Method: "gift-card", BasisPoints: 1}}, false)
		require.NoError(t, err)
		require.True(t, added)
	}
	require.Equal(t, before, readWeek(t, b, nextWeek))
}

func TestR16_AStatementSaysWhatIsCarried(t *testing.T) {
	b, nextWeek := refundedWeek(t)
	b.Pay(b.Payment(nextWeek.End(), 1, 5, 20_000, 0))
	b.AddDays(nextWeek.End(), nextWeek.End()+6)
	for _, day := range nextWeek.End().Week().Days() {
		b.CloseDay(day)
	}
	b.ClosePeriod(nextWeek.End().Week())

	require.Zero(t, readWeek(t, b, week)[1].Payout)
	require.Equal(t, settlement.Payout{CarriedForward: -9_600}, readWeek(t, b, nextWeek)[1].Payout)
	require.Zero(t, readWeek(t, b, nextWeek)[2].Payout)
	require.Equal(t, settlement.Payout{BroughtForward: -9_600, Payable: 10_200}, readWeek(t, b, nextWeek.End().Week())[1].Payout)
}
