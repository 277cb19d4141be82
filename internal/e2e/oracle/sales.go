package oracle

import (
	"cmp"
	"slices"
)

// Sales are what the rows of payments of one video, or of many, came to.
type Sales struct {
	Payments, Refunds           int64 // that were settled
	Pending, Cancelled, Repeats int64 // rows that were left out
	Gross, Fee, Net             int64 // less what was given back
}

// LateSales are the part of them that is of rows which came late, of one day.
type LateSales struct {
	PaidOn, PostedOn string
	Sales
}

// rows is how many rows of the log they stand for.
func (s Sales) rows() int64 { return s.Payments + s.Refunds + s.Pending + s.Cancelled + s.Repeats }

// settled tells whether anything was paid or given back.
func (s Sales) settled() bool { return s.Payments+s.Refunds > 0 }

func (s *Sales) include(other Sales) {
	s.Payments += other.Payments
	s.Refunds += other.Refunds
	s.Pending += other.Pending
	s.Cancelled += other.Cancelled
	s.Repeats += other.Repeats
	s.Gross += other.Gross
	s.Fee += other.Fee
	s.Net += other.Net
}

// addLatePayments adds what rows of a closed day came to, to the same of that day.
func (l Line) addLatePayments(late LateSales) Line {
	i := slices.IndexFunc(l.LateSales, func(other LateSales) bool { return other.PaidOn == late.PaidOn })
	if i < 0 {
		l.LateSales = append(l.LateSales, late)
	} else {
		l.LateSales[i].include(late.Sales)
	}
	slices.SortFunc(l.LateSales, func(a, b LateSales) int { return cmp.Compare(a.PaidOn, b.PaidOn) })
	return l
}

// LatePayments is how many rows of payments came late.
func (l Line) LatePayments() (rows int64) {
	for _, late := range l.LateSales {
		rows += late.rows()
	}
	return rows
}

// Earned is all that the line is worth: views, ads and sales. It may be negative.
func (l Line) Earned() int64 { return l.VideoAmount + l.AdAmount + l.Sales.Net }
