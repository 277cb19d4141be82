package counting_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/db"
	"creatorpay/db/daylog"
	"creatorpay/internal/dbtest"
	"creatorpay/internal/e2e/oracle"
	"creatorpay/internal/e2e/rig"
	"creatorpay/settlement"
)

// Days are dropped as soon as they may be: what is known of their payments is kept.
func TestR13_PaymentsAreWorthWhatTheOracleSaysHoweverDaysAreCutAndDropped(t *testing.T) {
	for round := range 3 {
		t.Run(fmt.Sprint(round), func(t *testing.T) {
			random := rig.NewRandom(t)
			p := oracle.NewPlatform("Asia/Seoul")
			for id := range int64(6) {
				p.AddVideo(oracle.Video{ID: id + 1, Creator: id/2 + 1, Title: "v"})
			}
			first, last := day, day+7
			rig.RandomPayments(random, p, first.String(), last.String(), true)
			b := dbtest.Open(t)
			for _, v := range p.Videos {
				b.AddVideo(v.Creator, rig.VideoRow(v))
			}
			addFees(b, p)
			b.AddDays(first, last)
			b.Pay(rowsOf(p, "")...)
			var dropped int
			for _, want := range p.Settle(first.String(), last.String()) {
				on := rig.ToDay(want.Start)
				dropped += dropUntil(b, p, on-1)
				if late := rowsOf(p, want.Start); len(late) > 0 {
					b.Pay(late...)
				}
				b.CloseDay(on, anyBorders(random)...)
				requirePayments(b, on, want)
			}
			require.Positive(t, dropped)
		})
	}
}

// rowsOf are the rows that come late for the day, or those on time.
func rowsOf(p *oracle.Platform, posted string) (rows []daylog.Payment) {
	for _, row := range p.Payments {
		if row.Posted == posted {
			rows = append(rows, rig.PaymentRow(p, row))
		}
	}
	return rows
}

func addFees(b *dbtest.Books, p *oracle.Platform) {
	b.Helper()
	for _, fees := range p.Fees[1:] {
		methods, err := settlement.ParseFees(rig.FeeFlag(fees.Fees))
		require.NoError(b, err)
		_, _, err = b.DB.Fees.Add(b.Context(), settlement.FeeRule{HoldsFrom: rig.ToDay(fees.From), Methods: methods, KeptAtRefund: fees.Kept}, false)
		require.NoError(b, err)
	}
}

func anyBorders(random *rand.Rand) (borders []int64) {
	for video := int64(2); video <= 6; video++ {
		if random.IntN(2) == 0 {
			borders = append(borders, video)
		}
	}
	return borders
}

// requirePayments means that the closed day's lines and adjustments are the oracle's.
func requirePayments(b *dbtest.Books, on settlement.Day, want oracle.Result) {
	b.Helper()
	wanted, late := map[int64]settlement.PaymentFigures{}, []db.PaymentAdjustment(nil)
	for _, l := range want.Lines {
		wanted[l.Video.ID] = rig.Figures(l.Sales)
		for _, part := range l.LateSales {
			late = append(late, db.PaymentAdjustment{
				PostedOn: on, PaidOn: rig.ToDay(part.PaidOn), VideoID: l.Video.ID, CreatorID: l.Video.Creator, PaymentFigures: rig.Figures(part.Sales),
			})
		}
	}
	require.Equal(b, wanted, (&bundle{Books: b}).paymentLines(on), on)
	adjustments, err := b.DB.PaymentAdjustments(b.Context(), settlement.DailyPeriod(on), db.AllLines)
	require.NoError(b, err)
	require.Equal(b, late, adjustments, on)
}

// dropUntil drops the days before the given one for which nothing will come late, and
// counts them.
func dropUntil(b *dbtest.Books, p *oracle.Platform, on settlement.Day) (dropped int) {
	b.Helper()
	coming := slices.DeleteFunc(slices.Clone(p.Payments), func(row oracle.Payment) bool { return row.Posted <= on.String() })
	for _, row := range coming {
		on = min(on, rig.ToDay(p.PaidOn(row)))
	}
	_, err := b.DB.EachDroppable(b.Context(), on, true, func(old db.Droppable) error {
		dropped++
		return b.DB.Drop(b.Context(), old)
	})
	require.NoError(b, err)
	return dropped
}
