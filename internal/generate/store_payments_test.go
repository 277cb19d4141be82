package generate

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/db/daylog"
	"creatorpay/internal/dbtest"
	"creatorpay/settlement"
)

func TestR13_TheRunsFindTheSalesThatAreSaidToBePlanted(t *testing.T) {
	database, _ := setup(t)
	report, err := Run(t.Context(), database, selling(t), nil)
	require.NoError(t, err)
	var stored int64
	for _, day := range report.Days {
		planted := day.Sales.Expected
		stored += planted.Rows()
		totals, err := dbtest.CloseDay(t.Context(), database, day.Day, 50, 150)
		require.NoError(t, err)
		found := totals.PaymentFigures
		require.Positive(t, found.Fee)
		require.Equal(t, found.Gross, found.Fee+found.Net)
		found.Fee, found.Net = 0, found.Gross
		require.Equal(t, planted, found)
	}
	require.Equal(t, stored, report.AddedPayments)
}

func TestRunStoresPaymentsOnce(t *testing.T) {
	database, _ := setup(t)
	first, err := Run(t.Context(), database, selling(t), nil)
	require.NoError(t, err)
	again, err := Run(t.Context(), database, selling(t), nil)
	require.NoError(t, err)
	require.Zero(t, again.AddedPayments)
	require.Equal(t, first.Days, again.Days)
	for _, day := range sellAll(t, selling(t), seoul(t)) {
		var stored []settlement.Payment
		require.NoError(t, database.Payments.Scan(t.Context(), daylog.OnTime{Day: day.date}, settlement.Range{}, func() func(settlement.Payment) error {
			return func(row settlement.Payment) error {
				stored = append(stored, row)
				return nil
			}
		}))
		require.Len(t, stored, len(day.rows))
		for i, row := range day.rows {
			require.Equal(t, row.Payment.Payment, stored[i])
		}
	}
}

func TestWithoutPaymentsTheirLogStaysWithoutDays(t *testing.T) {
	database, _ := setup(t)
	_, err := Run(t.Context(), database, usual(t), nil)
	require.NoError(t, err)
	_, _, found, err := database.Payments.Span(t.Context())
	require.NoError(t, err)
	require.False(t, found)
}

func TestFilesHavePaymentsWhereThereAreAny(t *testing.T) {
	without, first, again := t.TempDir(), t.TempDir(), t.TempDir()
	_, err := WriteFiles(t.Context(), without, usual(t), seoul(t))
	require.NoError(t, err)
	require.NoFileExists(t, filepath.Join(without, PaymentsFile))
	var days [2][]Day
	for i, dir := range []string{first, again} {
		days[i], err = WriteFiles(t.Context(), dir, selling(t), seoul(t))
		require.NoError(t, err)
	}
	require.Equal(t, days[0], days[1])
	for number, day := range sellAll(t, selling(t), seoul(t)) {
		require.Equal(t, day.sales, days[0][number].Sales)
	}
	bytes, err := os.ReadFile(filepath.Join(first, PaymentsFile))
	require.NoError(t, err)
	same, err := os.ReadFile(filepath.Join(again, PaymentsFile))
	require.NoError(t, err)
	require.Equal(t, string(bytes), string(same))
}
