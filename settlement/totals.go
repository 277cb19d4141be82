package settlement

import (
	"errors"
	"slices"
)

// Totals are what a closed period comes to.
type Totals struct {
	Statistics
	Late
	Amounts
	PaymentFigures `json:"payments,omitzero"` // late rows among them
	LatePayments   int64                      `db:"late_payments" json:"late_payments,omitzero"` // rows of payments of earlier, closed days that a period posts
}

// Late are the views of earlier, closed days that a period posts. They are in
// its amounts, but not in its statistics.
type Late struct {
	LateRows  int64 `db:"late_rows" json:"late_rows,omitzero"`
	LateViews int64 `db:"late_views" json:"late_views,omitzero"` // those of them that count
}

// Add adds the figures of other. It fails with [ErrOutOfRange].
func (t *Totals) Add(other Totals) error {
	return errors.Join(
		t.Statistics.Add(other.Statistics),
		AddTo(&t.LateRows, other.LateRows),
		AddTo(&t.LateViews, other.LateViews),
		t.Amounts.Add(other.Amounts),
		t.PaymentFigures.Add(other.PaymentFigures),
		AddTo(&t.LatePayments, other.LatePayments),
	)
}

// OwnPayments is how many rows of the log of payments a day has counted as its own:
// all but those that came late.
func (t Totals) OwnPayments() int64 { return t.PaymentFigures.Rows() - t.LatePayments }

// Total is all money of the period: videos, ads and what payments come to. It fails
// with [ErrOutOfRange].
func (t Totals) Total() (Won, error) { return t.TotalWith(t.Net) }

// Figures are the late rows and views.
func (l Late) Figures() []Figure {
	return []Figure{
		{Name: "late rows", Value: l.LateRows},
		{Name: "late views", Value: l.LateViews},
	}
}

// Amounts are whole won.
type Amounts struct {
	VideoAmount Won `db:"video_amount" json:"video_amount"`
	AdAmount    Won `db:"ad_amount" json:"ad_amount"`
}

// Add adds other amounts. It fails with [ErrOutOfRange].
func (a *Amounts) Add(other Amounts) error {
	return errors.Join(
		AddTo(&a.VideoAmount, other.VideoAmount),
		AddTo(&a.AdAmount, other.AdAmount),
	)
}

// Total is all of it. It fails with [ErrOutOfRange].
func (a Amounts) Total() (Won, error) {
	total := a.VideoAmount
	err := AddTo(&total, a.AdAmount)
	return total, err
}

// TotalWith is all of it and the net of payments, which may be negative. It fails
// with [ErrOutOfRange].
func (a Amounts) TotalWith(net Won) (Won, error) {
	total, err := a.Total()
	return total, errors.Join(err, AddTo(&total, net))
}

// Figures are both amounts.
func (a Amounts) Figures() []Figure {
	return []Figure{
		{Name: "video amount", Value: int64(a.VideoAmount), IsWon: true},
		{Name: "ad amount", Value: int64(a.AdAmount), IsWon: true},
	}
}

// Figures are all figures of the totals, in the order in which people read them.
func (t Totals) Figures() []Figure {
	return slices.Concat(t.Statistics.Figures(), t.Late.Figures(), t.Amounts.Figures(), t.PaymentFigures.Figures(),
		[]Figure{{Name: "late payments", Value: t.LatePayments}})
}
