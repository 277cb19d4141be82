package answers

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/db"
	"creatorpay/engine/explain"
	"creatorpay/engine/export"
	"creatorpay/internal/dbtest"
	"creatorpay/internal/devstack/devtest"
	"creatorpay/settlement"
)

var (
	sold      = settlement.PaymentFigures{Payments: 1, Gross: 10_000, Fee: 400, Net: 9_600}
	givenBack = settlement.PaymentFigures{Refunds: 1, Gross: -90_000, Fee: -3_600, Net: -86_400}
)

// newSoldRig has a week in which some videos were watched, some sold, and some both.
func newSoldRig(t *testing.T) *rig {
	t.Helper()
	dsn := devtest.Database(t)
	b := dbtest.OpenAt(t, dsn)
	b.AddDays(monday, sunday)
	for video := range int64(9) {
		b.AddVideo(busy, db.Video{ID: video + 1})
	}
	b.AddVideo(other, db.Video{ID: 50})
	b.AddVideo(alone, db.Video{ID: 60})
	for _, video := range []int64{1, 2, 6, 9} {
		b.Watch(monday, video, int(video))
	}
	for day := monday; day <= sunday; day++ {
		b.CloseDay(day)
	}
	for _, video := range []int64{2, 3, 4, 5, 6, 7} {
		b.Sell(monday, busy, video, sold)
	}
	b.Sell(tuesday, busy, 3, sold)
	b.PostPayments(tuesday, monday, busy, 3, sold)
	b.Sell(tuesday, other, 50, givenBack)
	b.ClosePeriod(week)
	return &rig{b, answersFrom(t, dsn)}
}

func TestPaymentsAreThoseOfTheExportByteForByteAndPagesTheWhole(t *testing.T) {
	r := newSoldRig(t)
	for _, period := range []settlement.Period{settlement.DailyPeriod(monday), settlement.DailyPeriod(tuesday), week} {
		for _, creator := range []int64{busy, other, alone} {
			for _, limit := range []int{1, 2, 3, MaxLimit} {
				settled, paid, late := []string{}, []string{}, []string{}
				for _, page := range pages(t, limit, func(page Page) (Sealed[Settlement], error) {
					return r.answers.Settlement(t.Context(), creator, period, page)
				}, func(s Settlement) *int64 { return s.Next }) {
					require.LessOrEqual(t, len(page.Lines), limit)
					require.LessOrEqual(t, len(page.Payments), limit)
					settled = append(settled, written(t, page.Lines)...)
					for _, row := range page.Payments {
						text, err := json.Marshal(row)
						require.NoError(t, err)
						paid = append(paid, string(text))
					}
					for _, row := range page.PaymentAdjustments {
						text, err := json.Marshal(row)
						require.NoError(t, err)
						late = append(late, string(text))
					}
				}
				require.Equal(t, ofCreator(t, r.exported(export.Settlement, period), creator), settled, "%s, %d", period, creator)
				require.Equal(t, ofCreator(t, r.exported(export.Payments, period), creator), paid, "%s, %d", period, creator)
				require.Equal(t, ofCreator(t, r.exported(export.PaymentAdjustments, period), creator), late, "%s, %d", period, creator)
			}
		}
	}
}

func TestAHistoryHasThePaymentsOfTheDailyExports(t *testing.T) {
	r := newSoldRig(t)
	r.AddDays(sunday+1, sunday+1)
	r.BeginDay(sunday + 1)
	r.Sell(sunday+1, busy, 3, sold)
	for creator, video := range map[int64]int64{busy: 3, other: 50} {
		var want []string
		for _, day := range []settlement.Day{monday, tuesday} {
			for _, row := range r.exported(export.Payments, settlement.DailyPeriod(day)) {
				var fields export.PaymentRow
				require.NoError(t, json.Unmarshal([]byte(row), &fields))
				if fields.VideoID == video {
					want = append(want, row)
				}
			}
		}
		history, err := r.answers.History(t.Context(), creator, video, monday, sunday+1)
		require.NoError(t, err)
		require.Empty(t, history.Lines, "nobody watched it")
		require.NotEmpty(t, want)
		require.Equal(t, want, written(t, history.Payments), "and none of a day that is not closed")
	}
	part, err := r.answers.History(t.Context(), busy, 3, tuesday, sunday)
	require.NoError(t, err)
	require.Len(t, part.Payments, 1)
	both, err := r.answers.History(t.Context(), busy, 2, monday, sunday)
	require.NoError(t, err)
	require.Len(t, both.Lines, 1)
	require.Len(t, both.Payments, 1)
	_, err = r.answers.History(t.Context(), busy, 50, monday, sunday)
	require.Equal(t, ErrNotFound{What: "video 50"}, err, "it is another creator's")
}

func TestTotalsHaveTheNetOfPayments(t *testing.T) {
	r := newSoldRig(t)
	answer, err := r.answers.Settlement(t.Context(), busy, week, Page{Limit: 1})
	require.NoError(t, err)
	totals := answer.Value.Totals
	require.Equal(t, settlement.PaymentFigures{Payments: 7, Gross: 70_000, Fee: 2_800, Net: 67_200}, totals.Payments)
	require.Equal(t, totals.VideoAmount+totals.AdAmount+67_200, totals.Amount)

	answer, err = r.answers.Settlement(t.Context(), other, week, Page{})
	require.NoError(t, err)
	require.Equal(t, givenBack, answer.Value.Totals.Payments)
	require.EqualValues(t, -86_400, answer.Value.Totals.Amount)
}

func TestAStatementTellsThePaymentsOfItsVideos(t *testing.T) {
	r := newSoldRig(t)
	answer, err := r.answers.Statement(t.Context(), busy, week)
	require.NoError(t, err)
	statement := answer.Value
	require.Equal(t, settlement.PaymentFigures{Payments: 7, Gross: 70_000, Fee: 2_800, Net: 67_200}, statement.Payments)
	require.Equal(t, statement.VideoAmount+statement.AdAmount+67_200, statement.Amount)
	require.Zero(t, statement.Lines[0].Payments)
	require.Equal(t, settlement.PaymentFigures{Payments: 2, Gross: 20_000, Fee: 800, Net: 19_200}, statement.Lines[2].Payments)
	require.Equal(t, []StatementLatePayments{{PaidOn: monday, PostedOn: tuesday, PaymentFigures: sold}}, statement.Lines[2].LatePayments)
	require.EqualValues(t, 9_600, statement.Days[1].Amount)

	list, err := r.answers.Statements(t.Context(), other, WeekPage{})
	require.NoError(t, err)
	require.Len(t, list.Statements, 1)
	require.EqualValues(t, -86_400, list.Statements[0].Amount)
}

func TestR16_StatementsSayWhatIsCarried(t *testing.T) {
	r := newSoldRig(t)
	negative := settlement.Payout{CarriedForward: -86_400}
	statement, err := r.answers.Statement(t.Context(), other, week)
	require.NoError(t, err)
	require.Equal(t, negative, statement.Value.Payout)

	next := week.End().Week()
	r.AddDays(next.Start, next.End()-1)
	for _, day := range next.Days() {
		r.CloseDay(day)
	}
	r.Sell(next.Start, other, 50, sold)
	r.ClosePeriod(next)
	list, err := r.answers.Statements(t.Context(), other, WeekPage{})
	require.NoError(t, err)
	require.Len(t, list.Statements, 2)
	require.Equal(t, settlement.Payout{BroughtForward: -86_400, CarriedForward: -76_800}, list.Statements[0].Payout)
	require.Equal(t, negative, list.Statements[1].Payout)
	statement, err = r.answers.Statement(t.Context(), other, next)
	require.NoError(t, err)
	require.Equal(t, list.Statements[0].Payout, statement.Value.Payout)
}

func TestR14_AStatementTellsTheFeesOfItsPayments(t *testing.T) {
	r := newSoldRig(t)
	statement, err := r.answers.Statement(t.Context(), busy, week)
	require.NoError(t, err)
	rule, err := r.DB.Fees.Version(t.Context(), 1)
	require.NoError(t, err)
	require.Equal(t, []explain.FeeRule{explain.FeeRule(rule)}, statement.Value.Fees)
}

func TestAnswersWithoutPaymentsDoNotNameThem(t *testing.T) {
	r := newRig(t)
	settled, err := r.answers.Settlement(t.Context(), busy, week, Page{})
	require.NoError(t, err)
	statement, err := r.answers.Statement(t.Context(), busy, week)
	require.NoError(t, err)
	history, err := r.answers.History(t.Context(), busy, 1, monday, sunday)
	require.NoError(t, err)
	for _, answer := range []any{settled.Value, statement.Value, history} {
		text, err := json.Marshal(answer)
		require.NoError(t, err)
		require.NotContains(t, string(text), "payments")
		require.NotContains(t, string(text), "fees")
		require.NotContains(t, string(text), "payout")
	}
}
