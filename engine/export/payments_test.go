package export

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/db"
	"creatorpay/internal/dbtest"
	"creatorpay/internal/devstack/devtest"
	"creatorpay/settlement"
)

func TestMain(m *testing.M) { devtest.Main(m) }

func TestR15_PaymentsOfAPeriodAreExportedByCreatorAndVideo(t *testing.T) {
	b := dbtest.Open(t)
	b.AddVideo(2, db.Video{ID: 1})
	b.AddVideo(1, db.Video{ID: 3})
	b.AddVideo(1, db.Video{ID: 2})
	b.AddVideo(1, db.Video{ID: 4})
	last := day.Month().End() - 1
	b.AddDays(day, last)
	b.Watch(day, 4, 1)
	for of := day; of <= last; of++ {
		b.CloseDay(of)
	}
	sold := settlement.PaymentFigures{Payments: 1, Gross: 10_000, Fee: 400, Net: 9_600}
	b.Sell(day, 2, 1, sold)
	b.Sell(day, 1, 3, settlement.PaymentFigures{Refunds: 1, Gross: -500, Fee: -20, Net: -480})
	b.Sell(day+1, 1, 2, settlement.PaymentFigures{Pending: 2, Cancelled: 1, Repeats: 3})
	b.Sell(day+2, 2, 1, sold)
	b.Sell(last, 2, 1, sold)
	b.ClosePeriod(day.Week())
	b.ClosePeriod(day.Month())

	const columns = "period,start,creator_id,video_id,payments,refunds,pending,cancelled,repeats,gross,fee,net\n"
	for period, want := range map[settlement.Period]string{
		settlement.DailyPeriod(day): columns +
			"daily,2024-05-09,1,3,0,1,0,0,0,-500,-20,-480\n" +
			"daily,2024-05-09,2,1,1,0,0,0,0,10000,400,9600\n",
		settlement.DailyPeriod(day + 1): columns + "daily,2024-05-10,1,2,0,0,2,1,3,0,0,0\n",
		settlement.DailyPeriod(day + 3): columns,
		day.Week(): columns +
			"weekly,2024-05-06,1,2,0,0,2,1,3,0,0,0\n" +
			"weekly,2024-05-06,1,3,0,1,0,0,0,-500,-20,-480\n" +
			"weekly,2024-05-06,2,1,2,0,0,0,0,20000,800,19200\n",
		day.Month(): columns +
			"monthly,2024-05-01,1,2,0,0,2,1,3,0,0,0\n" +
			"monthly,2024-05-01,1,3,0,1,0,0,0,-500,-20,-480\n" +
			"monthly,2024-05-01,2,1,3,0,0,0,0,30000,1200,28800\n",
	} {
		var out bytes.Buffer
		require.NoError(t, Write(t.Context(), &out, b.DB, Payments, period, CSV))
		require.Equal(t, want, out.String(), period)
	}
}
