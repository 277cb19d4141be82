package settlement

import "slices"

// RolledUp are the figures of one video or creator in a week or month: the sums
// of its closed days.
type RolledUp struct {
	Statistics
	LateStatistics
	Amounts
	PaymentFigures
}

// LateStatistics are the figures of counted views of earlier, closed days that
// the days of a week or month paid.
type LateStatistics struct {
	LateViews         int64 `db:"late_views"`
	LatePlayedSeconds int64 `db:"late_played_seconds"`
	LateAdViews       int64 `db:"late_ad_views"`
}

// Totals are the figures as those of a period. How many late rows it had is not
// known here: LateRows and LatePayments are 0.
func (r RolledUp) Totals() Totals {
	return Totals{Statistics: r.Statistics, Late: Late{LateViews: r.LateViews}, Amounts: r.Amounts, PaymentFigures: r.PaymentFigures}
}

// Total is all money: videos, ads and what payments come to. It fails with
// [ErrOutOfRange].
func (r RolledUp) Total() (Won, error) { return r.TotalWith(r.Net) }

// Figures are those of the late views.
func (l LateStatistics) Figures() []Figure {
	return []Figure{
		{Name: "late views", Value: l.LateViews},
		{Name: "late played seconds", Value: l.LatePlayedSeconds},
		{Name: "late ad views", Value: l.LateAdViews},
	}
}

// Figures are all figures, in the order in which people read them.
func (r RolledUp) Figures() []Figure {
	return slices.Concat(r.Statistics.Figures(), r.LateStatistics.Figures(), r.Amounts.Figures(), r.PaymentFigures.Figures())
}
