package export

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/db"
	"creatorpay/internal/dbtest"
	"creatorpay/settlement"
)

func TestR16_PayoutsSayWhatIsPaidAndCarriedOfEachStatement(t *testing.T) {
	b := dbtest.Open(t)
	week := day.Week()
	next := week.End().Week()
	for creator := int64(1); creator <= 4; creator++ {
		b.AddVideo(creator, db.Video{ID: creator})
	}
	b.AddDays(week.Start, next.End()-1)
	b.Watch(week.Start, 1, 2)
	b.Watch(week.Start, 4, 1)
	for of := week.Start; of < next.End(); of++ {
		b.CloseDay(of)
	}
	sold := settlement.PaymentFigures{Payments: 1, Gross: 10_000, Fee: 400, Net: 9_600}
	b.Sell(week.Start, 1, 1, settlement.PaymentFigures{Refunds: 1, Gross: -500, Fee: -20, Net: -480})
	b.Sell(week.Start, 2, 2, sold)
	b.Sell(week.Start, 3, 3, settlement.PaymentFigures{Pending: 1}) // has no statement
	b.Sell(next.Start, 1, 1, sold)
	b.ClosePeriod(week)
	b.ClosePeriod(next)

	const columns = "period,start,creator_id,video_amount,ad_amount,net,amount,brought_forward,payable,carried_forward\n"
	for period, want := range map[settlement.Period]string{
		week: columns +
			"weekly,2024-05-06,1,2,20,-480,-458,0,0,-458\n" +
			"weekly,2024-05-06,2,0,0,9600,9600,0,9600,0\n" +
			"weekly,2024-05-06,4,1,10,0,11,0,11,0\n",
		next: columns + "weekly,2024-05-13,1,0,0,9600,9600,-458,9142,0\n",
	} {
		require.Equal(t, want, exported(b, Payouts, period), period)
	}
}

func TestOnlyWeeksArePaidOut(t *testing.T) {
	b := dbtest.Open(t)
	for _, period := range []settlement.Period{settlement.DailyPeriod(day), day.Month()} {
		var out bytes.Buffer
		require.ErrorContains(t, Write(t.Context(), &out, b.DB, Payouts, period, CSV), "choose weekly", period)
		require.Empty(t, out.String())
	}
}
