package export

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/db"
	"creatorpay/internal/dbtest"
	"creatorpay/internal/devstack/devtest"
	"creatorpay/settlement"
)

func TestMain(m *testing.M) { devtest.Main(m) }

// exported is the period's export as CSV.
func exported(b *dbtest.Books, what What, period settlement.Period) string {
	b.Helper()
	var out bytes.Buffer
	require.NoError(b, Write(b.Context(), &out, b.DB, what, period, CSV))
	return out.String()
}

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
		require.Equal(t, want, exported(b, Payments, period), period)
	}
}

func TestR16_LatePaymentsOfAPeriodAreExportedByTheDaysThatPostedThem(t *testing.T) {
	b := dbtest.Open(t)
	b.AddVideo(2, db.Video{ID: 1})
	b.AddVideo(1, db.Video{ID: 2})
	last := day.Month().End() - 1
	b.AddDays(day, last)
	b.Watch(day, 1, 1)
	for of := day; of <= last; of++ {
		b.CloseDay(of)
	}
	late := func(postedOn, paidOn settlement.Day, creator, video int64, figures settlement.PaymentFigures) {
		b.Sell(postedOn, creator, video, figures)
		b.PostPayments(postedOn, paidOn, creator, video, figures)
	}
	sold := settlement.PaymentFigures{Payments: 1, Gross: 10_000, Fee: 400, Net: 9_600}
	late(day+1, day-20, 2, 1, sold)
	late(day+2, day+1, 2, 1, settlement.PaymentFigures{Refunds: 1, Repeats: 2, Gross: -500, Fee: -20, Net: -480})
	late(day+2, day, 1, 2, settlement.PaymentFigures{Pending: 1, Cancelled: 1})
	late(last, day, 2, 1, sold)
	b.Sell(day+3, 2, 1, sold) // on time
	b.ClosePeriod(day.Week())
	b.ClosePeriod(day.Month())

	const columns = "period,start,creator_id,video_id,paid_on,posted_on,payments,refunds,pending,cancelled,repeats,gross,fee,net\n"
	for period, want := range map[settlement.Period]string{
		settlement.DailyPeriod(day):     columns,
		settlement.DailyPeriod(day + 1): columns + "daily,2024-05-10,2,1,2024-04-19,2024-05-10,1,0,0,0,0,10000,400,9600\n",
		day.Week(): columns +
			"weekly,2024-05-06,1,2,2024-05-09,2024-05-11,0,0,1,1,0,0,0,0\n" +
			"weekly,2024-05-06,2,1,2024-04-19,2024-05-10,1,0,0,0,0,10000,400,9600\n" +
			"weekly,2024-05-06,2,1,2024-05-10,2024-05-11,0,1,0,0,2,-500,-20,-480\n",
		day.Month(): columns +
			"monthly,2024-05-01,1,2,2024-05-09,2024-05-11,0,0,1,1,0,0,0,0\n" +
			"monthly,2024-05-01,2,1,2024-04-19,2024-05-10,1,0,0,0,0,10000,400,9600\n" +
			"monthly,2024-05-01,2,1,2024-05-10,2024-05-11,0,1,0,0,2,-500,-20,-480\n" +
			"monthly,2024-05-01,2,1,2024-05-09,2024-05-31,1,0,0,0,0,10000,400,9600\n",
	} {
		require.Equal(t, want, exported(b, PaymentAdjustments, period), period)
	}
	require.Equal(t, 1, strings.Count(exported(b, Adjustments, day.Week()), "\n"), "those are of late views")
}
