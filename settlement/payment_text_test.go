package settlement

import (
	"math/big"
	"slices"
)

// byTheText settles a day as R13 to R16 are written, looking through the whole log
// for each row, up to the day.
func byTheText(log []paymentRow, day int) settledDay {
	result := newSettledDay()
	isFirst := func(row paymentRow) bool {
		for _, other := range log {
			if other.PaymentID == row.PaymentID && other.Status == "completed" && other != row && settlesBefore(other, row) {
				return false
			}
		}
		return true
	}
	for _, row := range log {
		if row.judgedOn == day {
			result.judgeByTheText(row, isFirst(row))
		}
	}
	if len(result.problems) > 0 {
		return result
	}
	exact := map[int64]*[3]*big.Int{} // gross, fee, net by video
	add := func(row paymentRow, sign, fee int64) {
		if exact[row.VideoID] == nil {
			exact[row.VideoID] = &[3]*big.Int{new(big.Int), new(big.Int), new(big.Int)}
		}
		for i, won := range []int64{int64(row.Amount), fee, int64(row.Amount) - fee} {
			exact[row.VideoID][i].Add(exact[row.VideoID][i], big.NewInt(sign*won))
		}
	}
	var refunds []paymentRow
	for _, row := range log {
		if row.judgedOn > day || row.Status != "completed" || !isFirst(row) {
			continue
		}
		if row.RefundOf != 0 {
			refunds = append(refunds, row)
		} else if row.judgedOn == day {
			add(row, 1, feeByTheText(row))
		}
	}
	slices.SortFunc(refunds, func(a, b paymentRow) int {
		if settlesBefore(a, b) {
			return -1
		}
		return 1
	})
	given := map[int64]int64{}
	for _, row := range refunds {
		var paid *paymentRow
		for _, other := range log {
			if other.PaymentID == row.RefundOf && other.judgedOn <= day && other.Status == "completed" && isFirst(other) {
				paid = &other
			}
		}
		if problem := refundByTheText(row, paid, given[row.RefundOf]); problem != "" {
			result.problems[row] = []PaymentProblem{problem}
			continue
		}
		before := given[row.RefundOf]
		given[row.RefundOf] += int64(row.Amount)
		if row.judgedOn < day {
			continue
		}
		var back int64
		if paid.day != 2 { // which keeps its fees
			fee := feeByTheText(*paid)
			back = exactFeeBack(fee, given[row.RefundOf], int64(paid.Amount)).Int64() - exactFeeBack(fee, before, int64(paid.Amount)).Int64()
		}
		result.feesBack[row] = Won(back)
		add(row, -1, back)
	}
	for row, verdict := range result.verdicts {
		line := result.lines[row.VideoID]
		switch _, given := result.feesBack[row]; {
		case verdict == "settled":
			line.Payments++
		case verdict == "refund" && given:
			line.Refunds++
		case verdict == "pending":
			line.Pending++
		case verdict == "cancelled":
			line.Cancelled++
		case verdict == "repeat":
			line.Repeats++
		default:
			continue
		}
		result.lines[row.VideoID] = line
	}
	for id, won := range exact {
		line := result.lines[id]
		line.Gross, line.Fee, line.Net = Won(won[0].Int64()), Won(won[1].Int64()), Won(won[2].Int64())
		result.lines[id] = line
	}
	return result
}

// settlesBefore tells which of two rows is taken first: that of the earlier day
// of judging, of those the one in time, then the one paid earlier, and then that of
// the smaller payment id and video.
func settlesBefore(a, b paymentRow) bool {
	isLate := map[bool]int64{true: 1}
	keys := func(r paymentRow) []int64 {
		return []int64{int64(r.judgedOn), isLate[r.day < r.judgedOn], r.PaidAt, r.PaymentID, r.VideoID}
	}
	return slices.Compare(keys(a), keys(b)) < 0
}

func feeByTheText(row paymentRow) int64 {
	type fee struct{ basisPoints, fixed int64 }
	fees := [paymentDays]map[string]fee{
		{"card": {300, 1}, "mobile": {4_500, 0}},
		{"card": {300, 1}, "mobile": {4_500, 0}},
		{"card": {2_000, 0}, "mobile": {0, 7}},
		{"card": {1_234, 5}, "mobile": {9_999, 0}},
	}
	of := fees[row.day][row.Method]
	return exactFee(int64(row.Amount), of.basisPoints, of.fixed).Int64()
}

func (s settledDay) judgeByTheText(row paymentRow, isFirst bool) {
	verdict := PaymentVerdict(row.Status)
	if row.Status == "completed" {
		switch {
		case !isFirst:
			verdict = "repeat"
		case row.RefundOf != 0:
			verdict = "refund"
		default:
			verdict = "settled"
		}
	}
	var problems []PaymentProblem
	if row.Status != "completed" && row.Status != "pending" && row.Status != "cancelled" {
		problems = append(problems, PaymentOfUnknownStatus)
	}
	if row.Amount <= 0 {
		problems = append(problems, PaymentTooSmall)
	}
	if row.Amount > 9_007_199_254_740_992 {
		problems = append(problems, PaymentTooLarge)
	}
	if row.PaymentID == row.RefundOf {
		problems = append(problems, RefundOfItself)
	}
	if verdict == "settled" && row.Method == "cash" {
		problems = append(problems, MethodWithoutFee)
	}
	if len(problems) > 0 {
		s.problems[row] = problems
	} else {
		s.verdicts[row] = verdict
	}
}

func refundByTheText(row paymentRow, paid *paymentRow, given int64) PaymentProblem {
	switch {
	case paid == nil:
		return RefundOfUnknown
	case paid.RefundOf != 0:
		return RefundOfRefund
	case paid.VideoID != row.VideoID:
		return RefundOfOtherVideo
	case given+int64(row.Amount) > int64(paid.Amount):
		return RefundBeyondPaid
	default:
		return ""
	}
}
