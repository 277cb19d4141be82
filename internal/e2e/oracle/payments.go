package oracle

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Payment is a row of the log of payments.
type Payment struct {
	ID, Video, Payer int64 // of a refund its own id
	At               time.Time
	Amount           int64
	Status           string // completed, pending or cancelled
	Method           string
	RefundOf         int64  // the payment that the row gives back; 0 if it is none
	Posted           string // if it came late, the later day that posts it
	StoredOn         string // the day under which it is stored, if that is not the one of its time
}

// Pay adds a row of a payment by card. at is a time as [Platform.Play] takes it.
func (p *Platform) Pay(id, videoID int64, at string, amount int64, status string) {
	p.Payments = append(p.Payments, Payment{ID: id, Video: videoID, Payer: 1, At: p.instant(at), Amount: amount, Status: status, Method: "card"})
}

// PayBack adds a row that gives an amount of the payment back.
func (p *Platform) PayBack(id, refundOf, videoID int64, at string, amount int64) {
	p.Pay(id, videoID, at, amount, "completed")
	p.Payments[len(p.Payments)-1].RefundOf = refundOf
}

// OnTimePayments are the rows that do not come late.
func (p *Platform) OnTimePayments() []Payment {
	return slices.DeleteFunc(slices.Clone(p.Payments), func(row Payment) bool { return row.Posted != "" })
}

// PaidOn is the day to which the row belongs.
func (p *Platform) PaidOn(row Payment) string { return cmp.Or(row.StoredOn, p.DayOf(row.At)) }

// SettledOn is the day whose run judges the row.
func (p *Platform) SettledOn(row Payment) string { return cmp.Or(row.Posted, p.PaidOn(row)) }

// byTurn is the order in which rows are judged: by day, each day's own rows before
// the late ones, then by time, payment id and video (R13, R14).
func (p *Platform) byTurn(a, b Payment) int {
	return cmp.Or(
		cmp.Compare(p.SettledOn(a), p.SettledOn(b)), cmp.Compare(min(1, len(a.Posted)), min(1, len(b.Posted))),
		a.At.Compare(b.At), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Video, b.Video),
	)
}

// SettledRows are the first completed rows of their payments and refunds, by
// payment id: those that count (R13). Days before the first settle nothing.
func (p *Platform) SettledRows(first string) map[int64]Payment {
	settled := map[int64]Payment{}
	for _, row := range p.Payments {
		if row.Status != "completed" || p.SettledOn(row) < first {
			continue
		}
		if other, found := settled[row.ID]; !found || p.byTurn(row, other) < 0 {
			settled[row.ID] = row
		}
	}
	return settled
}

// paymentsOf are the lines of each day from first to last by video id. It panics
// if a day may not close (R15).
func (p *Platform) paymentsOf(first, last string) map[string]map[int64]Line {
	settled, given := p.SettledRows(first), map[int64]int64{}
	days := map[string]map[int64]Line{}
	for day := first; day <= last; day = DaysAfter(day, 1) {
		days[day] = map[int64]Line{}
	}
	for _, row := range slices.SortedFunc(slices.Values(p.Payments), p.byTurn) {
		lines, asked := days[p.SettledOn(row)]
		if !asked {
			continue
		}
		var worth Sales
		switch {
		case row.Status == "pending":
			worth.Pending = 1
		case row.Status == "cancelled":
			worth.Cancelled = 1
		case settled[row.ID] != row:
			worth.Repeats = 1
		case row.RefundOf == 0:
			fee := p.fee(row)
			worth = Sales{Payments: 1, Gross: row.Amount, Fee: fee, Net: row.Amount - fee}
		default:
			before := given[row.RefundOf]
			given[row.RefundOf] += row.Amount
			paid := settled[row.RefundOf]
			if paid.Video != row.Video || paid.RefundOf != 0 || p.SettledOn(paid) > p.SettledOn(row) || given[row.RefundOf] > paid.Amount {
				panic(fmt.Sprintf("nobody can settle the refund %+v of %+v, of which %d were given back", row, paid, before))
			}
			fee := p.feeBack(paid, given[row.RefundOf]) - p.feeBack(paid, before)
			worth = Sales{Refunds: 1, Gross: -row.Amount, Fee: -fee, Net: fee - row.Amount}
		}
		l := lines[row.Video]
		l.Video = p.Video(row.Video)
		l.Sales.include(worth)
		if row.Posted != "" {
			l = l.addLatePayments(LateSales{PaidOn: p.PaidOn(row), PostedOn: row.Posted, Sales: worth})
		}
		lines[row.Video] = l
	}
	return days
}
