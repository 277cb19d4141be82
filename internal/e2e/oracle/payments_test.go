package oracle

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func salesPlatform() *Platform {
	p := NewPlatform("Asia/Seoul")
	p.AddVideo(Video{ID: 1, Creator: 9})
	p.AddVideo(Video{ID: 2, Creator: 8})
	return p
}

func TestOracleRoundsFeesHalfUpOnceAndNeverAboveTheAmount(t *testing.T) {
	t.Parallel()
	p := salesPlatform()
	for _, c := range []struct {
		method      string
		amount, fee int64
	}{
		{"card", 1, 1}, {"card", 103, 103}, {"card", 104, 103}, {"card", 2990, 190}, {"card", 16, 16}, {"card", 10_017, 401},
		{"transfer", 100, 100}, {"transfer", 300, 205}, {"transfer", 333, 205}, {"transfer", 367, 206}, {"mobile", 1_000, 95},
	} {
		require.Equal(t, c.fee, p.fee(Payment{Method: c.method, Amount: c.amount, At: p.Midnight("2024-05-09")}), "%s %d", c.method, c.amount)
	}
}

func TestOracleGivesAFeeBackInProportion(t *testing.T) {
	t.Parallel()
	p := salesPlatform()
	p.Fees = append(p.Fees, Fees{From: "2024-05-10", Fees: []Fee{{"card", "10", 0}}, Kept: true})
	p.Pay(1, 1, "2024-05-09 12:00:00", 1_000, "completed") // 130
	p.PayBack(2, 1, 1, "2024-05-09 11:00:00", 333)         // before its payment in time: 43
	p.PayBack(3, 1, 1, "2024-05-10 00:00:00", 667)         // by the fees of the payment's day: 87
	p.Pay(4, 1, "2024-05-10 12:00:00", 1_000, "completed") // 100
	p.PayBack(5, 4, 1, "2024-05-11 12:00:00", 1_000)       // kept: 0

	days := p.Settle("2024-05-09", "2024-05-11")

	require.Equal(t, "daily,2024-05-09,9,1,1,1,0,0,0,667,87,580\n", lastLine(days[0].Payments()))
	require.Equal(t, "daily,2024-05-10,9,1,1,1,0,0,0,333,13,320\n", lastLine(days[1].Payments()))
	require.Equal(t, "daily,2024-05-11,9,1,0,1,0,0,0,-1000,0,-1000\n", lastLine(days[2].Payments()))
	week := RollUp("weekly", "2024-05-06", days...)
	require.Equal(t, "weekly,2024-05-06,9,1,2,3,0,0,0,0,100,-100\n", lastLine(week.Payments()))
	require.Equal(t, map[int64]bool{9: true}, week.PaidCreators())
	require.EqualValues(t, -100, week.Lines[0].Earned())
}

func TestOracleSettlesTheFirstCompletedRowOfAPayment(t *testing.T) {
	t.Parallel()
	p := salesPlatform()
	p.Pay(1, 1, "2024-05-09 10:00:00", 1_000, "pending")
	p.Pay(1, 2, "2024-05-09 12:00:00", 2_000, "completed") // before the one in the other video
	p.Pay(1, 1, "2024-05-09 12:00:00.001", 1_000, "completed")
	p.Pay(1, 2, "2024-05-10 12:00:00", 3_000, "completed")
	p.Pay(1, 2, "2024-05-10 13:00:00", 2_000, "cancelled")

	days := p.Settle("2024-05-09", "2024-05-10")

	require.Equal(t, "daily,2024-05-09,8,2,1,0,0,0,0,2000,160,1840\ndaily,2024-05-09,9,1,0,0,1,0,1,0,0,0\n", days[0].Payments()[len(NewTable(
		"period", "start", "creator_id", "video_id", "payments", "refunds", "pending", "cancelled", "repeats", "gross", "fee", "net").CSV()):])
	require.Equal(t, "daily,2024-05-10,8,2,0,0,0,1,1,0,0,0\n", lastLine(days[1].Payments()))
}

func TestOracleSettlesLatePaymentsAfterTheDaysOwn(t *testing.T) {
	t.Parallel()
	p := salesPlatform()
	p.Pay(1, 1, "2024-05-10 12:00:00", 1_000, "completed")
	p.Pay(1, 1, "2024-05-09 12:00:00", 9_000, "completed") // late, and so a repeat
	p.Payments[1].Posted = "2024-05-10"
	p.Pay(2, 1, "2024-05-09 12:00:00", 500, "completed")
	p.Payments[2].Posted = "2024-05-10"

	days := p.Settle("2024-05-09", "2024-05-10")

	require.Empty(t, days[0].Lines)
	require.Equal(t, "daily,2024-05-10,9,1,2,0,0,0,1,1500,245,1255\n", lastLine(days[1].Payments()))
	require.Equal(t, "daily,2024-05-10,9,1,2024-05-09,2024-05-10,1,0,0,0,1,500,115,385\n", lastLine(days[1].PaymentAdjustments()))
	require.Equal(t, "weekly,2024-05-06,9,0,0,1255,1255,0,1255,0\n", lastLine(RollUp("weekly", "2024-05-06", days...).Payouts()))
}

func TestOracleRefusesToSettleWhatNobodyCan(t *testing.T) {
	t.Parallel()
	for name, add := range map[string]func(*Platform){
		"unknown":                       func(p *Platform) { p.PayBack(7, 6, 1, "2024-05-09 12:00:00", 1) },
		"of another video":              func(p *Platform) { p.PayBack(7, 1, 2, "2024-05-09 12:00:00", 1) },
		"above what was paid":           func(p *Platform) { p.PayBack(7, 1, 1, "2024-05-09 12:00:00", 1_001) },
		"before the day of the payment": func(p *Platform) { p.PayBack(7, 1, 1, "2024-05-08 12:00:00", 1) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := salesPlatform()
			p.Pay(1, 1, "2024-05-09 12:00:00", 1_000, "completed")
			add(p)
			require.Panics(t, func() { p.Settle("2024-05-08", "2024-05-09") })
		})
	}
}
