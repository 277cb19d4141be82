package statement

import (
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/db"
	"creatorpay/settlement"
	"creatorpay/templates"
)

var (
	sold      = settlement.PaymentFigures{Payments: 1, Gross: 10_000, Fee: 400, Net: 9_600}
	givenBack = settlement.PaymentFigures{Refunds: 1, Gross: -10_000, Fee: -400, Net: -9_600}
)

// soldWeek is the watched week, closed: video 1 of creator 1 sold on Friday and on
// Sunday, which settled a payment of Thursday too; creator 5 has a refund only.
func soldWeek(t *testing.T) *books {
	t.Helper()
	b := watchedWeek(t)
	b.AddVideo(5, db.Video{ID: 70, Title: "of 5"})
	b.closeDays()
	b.Sell(friday, 1, 1, sold)
	twice := sold
	require.NoError(t, twice.Add(sold))
	b.Sell(sunday, 1, 1, twice)
	b.PostPayments(sunday, thursday, 1, 1, sold)
	b.Sell(saturday, 5, 70, givenBack)
	b.ClosePeriod(week)
	return b
}

func TestStatement_LinesTellTheirPaymentsAndTheLateOnesAmongThem(t *testing.T) {
	lines := soldWeek(t).readStatements(settlement.Creators{First: 1, Last: 1})[0].Lines

	require.Equal(t, settlement.PaymentFigures{Payments: 3, Gross: 30_000, Fee: 1_200, Net: 28_800}, lines[0].Payments)
	require.Equal(t, []templates.LatePayments{{PaidOn: thursday, SettledOn: sunday, PaymentFigures: sold}}, lines[0].LatePayments)
	require.Zero(t, lines[1].Payments)
	require.Empty(t, lines[1].LatePayments)
}

func TestStatement_DaysHaveTheNetOfTheirPayments(t *testing.T) {
	days := soldWeek(t).readStatements(settlement.Creators{First: 1, Last: 1})[0].Days
	require.Equal(t, templates.DayTotal{Day: thursday, Views: 4, Amount: 44}, days[3], "not on the day of the late payment")
	require.Equal(t, templates.DayTotal{Day: friday, Views: 2, Amount: 12 + 9_600}, days[4])
	require.Equal(t, templates.DayTotal{Day: sunday, Amount: 2 * 9_600}, days[6])
}

func TestR16_AStatementOfRefundsOnlyIsNegative(t *testing.T) {
	statement := soldWeek(t).readStatements(settlement.Creators{First: 5, Last: 5})[0]
	require.EqualValues(t, -9_600, statement.Total())
	require.Equal(t, []templates.Line{{VideoID: 70, Title: "of 5", Payments: givenBack}}, statement.Lines)
}

func TestStatements_WithPaymentsAddUp(t *testing.T) {
	b := soldWeek(t)
	renderer, err := templates.NewRenderer()
	require.NoError(t, err)
	statements := b.readStatements(settlement.AllCreators)
	require.Len(t, statements, 4)
	for _, statement := range statements {
		_, err := renderer.Payout(t.Context(), statement) // refuses one that does not
		require.NoError(t, err)
		stored, err := b.DB.Statements(t.Context(), week, settlement.Creators{First: statement.CreatorID, Last: statement.CreatorID})
		require.NoError(t, err)
		require.Equal(t, stored[0].PaymentFigures, statement.Sales())
		require.Equal(t, b.readStatements(settlement.Creators{First: statement.CreatorID, Last: statement.CreatorID})[0], statement)
	}
}
