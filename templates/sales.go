package templates

import (
	"fmt"

	"creatorpay/settlement"
)

// writeSales shows what the payments of each video came to, only where there are
// any.
func (l *letter) writeSales() {
	if l.statement.Sales().Rows() == 0 {
		return
	}
	l.section(l.sales, 96)
	sales := l.salesTable()
	l.writeTable(sales)
	l.down(4)
	l.paragraph(note, l.salesReason)
	for _, row := range sales.rows {
		if len(row.parts) > 0 {
			l.paragraph(note, l.latePayments)
			return
		}
	}
}

// salesTable has a row for each video with payments and one for all of them.
func (l *letter) salesTable() table {
	sales := table{heads: []string{l.video, l.payments, l.refunds, l.gross, l.fee, l.net}}
	for _, line := range l.statement.Lines {
		if line.Payments.Rows() == 0 {
			continue
		}
		details := []string{fmt.Sprintf("ID %d", line.VideoID)}
		if out := line.Payments; out != out.WithoutLeftOut() {
			details = append(details, separator+fmt.Sprintf(l.notSettled, settlement.Number(out.Pending), settlement.Number(out.Cancelled), settlement.Number(out.Repeats)))
		}
		sales.rows = append(sales.rows, row{
			cells:   salesFigures(l.videoTitle(line.Title, line.VideoID), line.Payments),
			details: details,
			parts:   l.latePaymentParts(line),
		})
	}
	sales.total = salesFigures(l.sum, l.statement.Sales())
	return sales
}

func salesFigures(name string, f settlement.PaymentFigures) []string {
	return []string{name, settlement.Number(f.Payments), settlement.Number(f.Refunds), f.Gross.String(), f.Fee.String(), f.Net.String()}
}

// latePaymentParts tell from which days the late payments and refunds of the video's
// figures are.
func (l *letter) latePaymentParts(line Line) (parts [][]string) {
	for _, late := range line.LatePayments {
		if late.Payments+late.Refunds > 0 {
			days := fmt.Sprintf(l.latePaymentDays, l.Day(late.PaidOn), l.Short(late.SettledOn))
			parts = append(parts, salesFigures(days, late.PaymentFigures))
		}
	}
	return parts
}

// writeFees shows what payments cost by each version of the fees.
func (l *letter) writeFees() {
	if len(l.statement.Fees) == 0 {
		return
	}
	l.section(l.fees, 90)
	for _, rule := range l.statement.Fees {
		l.needs(33 + tierHeight*float64(min(len(rule.Methods), 20)))
		l.down(12)
		l.write(left, l.y, body, fmt.Sprintf(l.feeRule, settlement.Number(rule.Version), l.Day(rule.HoldsFrom)))
		l.down(16)
		l.writeTierHeads(left, l.method, l.fee)
		l.down(5)
		for _, fee := range rule.Methods {
			l.needs(tierHeight)
			l.write(left, l.y+12, body, l.fit(body, MethodName(l.statement.Locale, fee.Method), column/2))
			l.writeRight(left+column, l.y+12, strong, Fee(fee))
			l.down(tierHeight)
		}
		l.down(4)
		reason := l.feesBack
		if rule.KeptAtRefund {
			reason = l.feesKept
		}
		l.paragraph(note, reason)
	}
}
