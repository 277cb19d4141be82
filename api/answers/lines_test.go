package answers

import (
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/engine/export"
	"creatorpay/settlement"
)

var (
	creators = []int64{busy, other, alone, idle}
	periods  = []settlement.Period{settlement.DailyPeriod(monday), settlement.DailyPeriod(tuesday + 1), settlement.DailyPeriod(sunday), week, month}
)

func TestLinesAreThoseOfTheExportByteForByteAndPagesTheWhole(t *testing.T) {
	r := newRig(t)
	lines := 0
	for _, period := range periods {
		settled, adjusted, counted := r.exported(export.Settlement, period), r.exported(export.Adjustments, period), r.exported(export.Statistics, period)
		for _, creator := range creators {
			for _, limit := range []int{1, 2, 3, MaxLimit} {
				var rows, late, figures []string
				for _, page := range pages(t, limit, func(page Page) (Sealed[Settlement], error) {
					return r.answers.Settlement(t.Context(), creator, period, page)
				}, func(s Settlement) *int64 { return s.Next }) {
					require.LessOrEqual(t, len(page.Lines), limit)
					rows, late = append(rows, written(t, page.Lines)...), append(late, written(t, page.Adjustments)...)
				}
				for _, page := range pages(t, limit, func(page Page) (Sealed[Statistics], error) {
					return r.answers.Statistics(t.Context(), creator, period, page)
				}, func(s Statistics) *int64 { return s.Next }) {
					figures = append(figures, written(t, page.Lines)...)
				}
				require.ElementsMatch(t, ofCreator(t, settled, creator), rows, "%s, creator %d", period, creator)
				require.ElementsMatch(t, ofCreator(t, adjusted, creator), late, "%s, creator %d", period, creator)
				require.ElementsMatch(t, ofCreator(t, counted, creator), figures, "%s, creator %d", period, creator)
				require.IsIncreasing(t, append([]string{""}, rows...))
				lines += len(rows) + len(late) + len(figures)
			}
		}
	}
	require.Greater(t, lines, 200)
}

func TestTotalsAreThoseOfAllLines(t *testing.T) {
	r := newRig(t)
	for _, period := range periods {
		for _, creator := range creators {
			whole, err := r.answers.Settlement(t.Context(), creator, period, Page{Limit: MaxLimit})
			require.NoError(t, err)
			var want SettlementTotals
			for _, line := range whole.Value.Lines {
				want.Videos++
				want.Views += line.OfViews().Count()
				want.AdViews += line.OfAdViews().Count()
				require.NoError(t, want.Add(line.Amounts))
			}
			want.Amount = want.VideoAmount + want.AdAmount
			require.Equal(t, want, whole.Value.Totals)
			page, err := r.answers.Settlement(t.Context(), creator, period, Page{Limit: 1})
			require.NoError(t, err)
			require.Equal(t, want, page.Value.Totals, "on every page")

			counted, err := r.answers.Statistics(t.Context(), creator, period, Page{Limit: MaxLimit})
			require.NoError(t, err)
			var figures StatisticsTotals
			for _, line := range counted.Value.Lines {
				figures.Videos++
				require.NoError(t, figures.Add(line.Statistics))
			}
			figures.LeftOut = LeftOut{All: figures.SelfViews + figures.RepeatViews, SelfViews: figures.SelfViews, RepeatViews: figures.RepeatViews}
			require.Equal(t, figures, counted.Value.Totals)
		}
	}
}

func TestTheTop5IsThatOfTheExportByteForByte(t *testing.T) {
	r := newRig(t)
	for _, period := range periods {
		top, err := r.answers.Top5(t.Context(), period)
		require.NoError(t, err)
		require.Equal(t, r.exported(export.Top5, period), written(t, top.Value.Lines))
		require.Equal(t, r.sealOf(period), top.Seal)
	}
}

func TestTheTitlesOfAClosedDayDoNotChange(t *testing.T) {
	r := newRig(t)
	before, err := r.answers.Top5(t.Context(), settlement.DailyPeriod(sunday))
	require.NoError(t, err)
	r.Exec(`UPDATE videos SET title = 'another title'`)

	after, err := r.answers.Top5(t.Context(), settlement.DailyPeriod(sunday))
	require.NoError(t, err)
	require.Equal(t, before, after)
	title, err := r.answers.Title(t.Context(), busy, 1)
	require.NoError(t, err)
	require.Equal(t, "another title", title, "the catalogue's changes at once")
}

func TestADayWhoseRowsWereDroppedIsAnsweredAsBefore(t *testing.T) {
	r := newRig(t)
	before, err := r.answers.Statistics(t.Context(), busy, settlement.DailyPeriod(monday), Page{})
	require.NoError(t, err)
	r.Exec(`ALTER TABLE watch_log DROP PARTITION p20240527`)

	after, err := r.answers.Statistics(t.Context(), busy, settlement.DailyPeriod(monday), Page{})
	require.NoError(t, err)
	require.Equal(t, before, after)
}

func TestPagesThatCannotBeAreRefused(t *testing.T) {
	answers := answersFrom(t, down)
	for _, page := range []Page{{Limit: -1}, {Limit: MaxLimit + 1}, {After: -1}, {After: 1<<63 - 1}} {
		_, err := answers.Settlement(t.Context(), busy, week, page)
		require.ErrorIs(t, err, settlement.ErrInvalid)
		_, err = answers.Statistics(t.Context(), busy, week, page)
		require.ErrorIs(t, err, settlement.ErrInvalid)
	}
	_, err := answers.Settlement(t.Context(), busy, settlement.Period{Kind: settlement.Weekly, Start: monday + 1}, Page{})
	require.ErrorIs(t, err, settlement.ErrInvalid)
}
