package verify

import (
	"cmp"
	"fmt"
	"slices"

	"creatorpay/db"
	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

// Difference is one stored figure that the logs do not give again. All of it is for
// people.
type Difference struct {
	Of         string `json:"of"` // a video, a chunk, a rank, or the day
	Figure     string `json:"figure"`
	Stored     string `json:"stored"`
	Recomputed string `json:"recomputed"`
}

type differences []Difference

// compare notes a value that is not the same again.
func compare[T comparable](d *differences, of, figure string, stored, recomputed T) {
	if stored != recomputed {
		*d = append(*d, Difference{of, figure, fmt.Sprint(stored), fmt.Sprint(recomputed)})
	}
}

// figured is a type whose values are compared figure by figure.
type figured interface {
	comparable
	Figures() []settlement.Figure
}

// compareFigures notes the figures that are not the same again.
func compareFigures[T figured](d *differences, of string, stored, recomputed T) {
	if stored == recomputed { // nearly always, and of a million videos
		return
	}
	again := recomputed.Figures()
	for i, figure := range stored.Figures() {
		compare(d, of, figure.Name, figure, again[i])
	}
}

// compareChunk compares line by line. A line that one side lacks counts as a line
// of zeros.
func compareChunk(number int, stored, recomputed chunkFigures) []Difference {
	var d differences
	compare(&d, fmt.Sprintf("chunk %d", number), "rows of unknown videos", stored.unknownRows, recomputed.unknownRows)
	compare(&d, fmt.Sprintf("chunk %d", number), "payment rows of unknown videos", stored.payments.UnknownRows, recomputed.payments.UnknownRows)
	if recomputed.unsettled != "" {
		compare(&d, fmt.Sprintf("chunk %d", number), "payments", "settled", recomputed.unsettled)
	}
	for _, line := range pairs(stored.statistics, recomputed.statistics, ofStatistics) {
		compareFigures(&d, fmt.Sprintf("video %d", line.video), line.stored.Statistics, line.recomputed.Statistics)
	}
	for _, line := range pairs(stored.late, recomputed.late, ofLateView) {
		of := fmt.Sprintf("video %d, late view %d of %s", line.video, line.view, line.day)
		compare(&d, of, "verdict", line.stored.Verdict, line.recomputed.Verdict)
	}
	for _, line := range pairs(stored.settlements, recomputed.settlements, ofSettlement) {
		of := fmt.Sprintf("video %d", line.video)
		if !line.isRecomputed {
			compare(&d, of, "settlement line", "there", "none")
			continue
		}
		compare(&d, of, "creator", line.stored.CreatorID, line.recomputed.CreatorID)
		compareFigures(&d, of, line.stored.Earnings, line.recomputed.Earnings)
	}
	for _, line := range pairs(stored.adjustments, recomputed.adjustments, ofAdjustment) {
		of := fmt.Sprintf("video %d, late views of %s", line.video, line.day)
		compareFigures(&d, of, line.stored.Statistics, line.recomputed.Statistics)
		compare(&d, of, "creator", line.stored.CreatorID, line.recomputed.CreatorID)
		compareFigures(&d, of, line.stored.Earnings, line.recomputed.Earnings)
	}
	for _, line := range pairs(stored.payments.Lines, recomputed.payments.Lines, ofPayments) {
		of := fmt.Sprintf("video %d", line.video)
		compareFigures(&d, of, line.stored.PaymentFigures, line.recomputed.PaymentFigures)
		compare(&d, of, "creator", line.stored.CreatorID, line.recomputed.CreatorID)
	}
	for _, line := range pairs(stored.payments.Refunds, recomputed.payments.Refunds, ofRefund) {
		compareRefund(&d, fmt.Sprintf("video %d, refund %d", line.video, line.payment), line.stored, line.recomputed)
	}
	for _, line := range pairs(stored.payments.Late, recomputed.payments.Late, ofLatePayment) {
		of := fmt.Sprintf("video %d, late payment %d of %s", line.video, line.payment, line.day)
		compare(&d, of, "verdict", line.stored.Verdict, line.recomputed.Verdict)
	}
	for _, line := range pairs(stored.payments.Adjustments, recomputed.payments.Adjustments, ofPaymentAdjustment) {
		of := fmt.Sprintf("video %d, late payments of %s", line.video, line.day)
		compareFigures(&d, of, line.stored.PaymentFigures, line.recomputed.PaymentFigures)
		compare(&d, of, "creator", line.stored.CreatorID, line.recomputed.CreatorID)
	}
	return d
}

// compareRefund notes what of a refund is not the same again.
func compareRefund(d *differences, of string, stored, recomputed db.Refund) {
	compare(d, of, "of payment", stored.RefundOf, recomputed.RefundOf)
	compare(d, of, "paid on", stored.PaidOn, recomputed.PaidOn)
	compare(d, of, "paid at", stored.PaidAt.UTC(), recomputed.PaidAt.UTC())
	compare(d, of, "payment", stored.Paid, recomputed.Paid)
	compare(d, of, "fee of the payment", stored.PaidFee, recomputed.PaidFee)
	compare(d, of, "fee rule", stored.FeeRule, recomputed.FeeRule)
	compare(d, of, "given back before", stored.GivenFrom, recomputed.GivenFrom)
	compare(d, of, "given back with it", stored.GivenTo, recomputed.GivenTo)
	compare(d, of, "fee given back", stored.FeeBack, recomputed.FeeBack)
}

// compareDay compares the totals and the rankings.
func compareDay(day settlement.Day, stored, recomputed dayFigures) []Difference {
	var d differences
	compareFigures(&d, "day "+day.String(), stored.totals, recomputed.totals)
	for _, metric := range metrics {
		for number := 1; number <= settlement.MaxRank; number++ {
			of := fmt.Sprintf("top %d by %s", number, metric.name)
			at := rank{metric.name, number}
			was, is := stored.top[at], recomputed.top[at]
			compare(&d, of, "video", was.VideoID, is.VideoID)
			compare(&d, of, "value", was.Value, is.Value)
		}
	}
	return d
}

// key tells the lines of a chunk apart, as far as each kind needs.
type key struct {
	video   int64
	day     settlement.Day
	viewer  int64
	at      int64
	view    int64
	payment int64
	status  settlement.PaymentStatus
}

func (k key) compare(other key) int {
	return cmp.Or(
		cmp.Compare(k.video, other.video),
		cmp.Compare(k.day, other.day),
		cmp.Compare(k.viewer, other.viewer),
		cmp.Compare(k.at, other.at),
		cmp.Compare(k.view, other.view),
		cmp.Compare(k.payment, other.payment),
		cmp.Compare(k.status, other.status),
	)
}

func ofStatistics(line db.StatisticsLine) key { return key{video: line.VideoID} }

func ofSettlement(line db.SettlementLine) key { return key{video: line.VideoID} }

func ofPayments(line db.PaymentLine) key { return key{video: line.VideoID} }

func ofPaymentAdjustment(line db.PaymentAdjustment) key {
	return key{video: line.VideoID, day: line.PaidOn}
}

func ofRefund(refund db.Refund) key { return key{video: refund.VideoID, payment: refund.PaymentID} }

func ofLatePayment(row daylog.LatePayment) key {
	return key{video: row.VideoID, day: row.PaidOn, at: row.PaidAt.UnixMilli(), payment: row.PaymentID, status: row.Status}
}

func ofAdjustment(line db.Adjustment) key { return key{video: line.VideoID, day: line.WatchedOn} }

func ofLateView(view daylog.LateView) key {
	return key{video: view.VideoID, day: view.WatchedOn, viewer: view.ViewerID, at: view.WatchedAt.UnixMilli(), view: view.ViewID}
}

// pair is a stored line and the recomputed one with the same key. One that is
// missing is zero.
type pair[T any] struct {
	key
	stored, recomputed T
	isRecomputed       bool
}

// pairs are all lines of either list, each once, by their keys.
func pairs[T any](stored, recomputed []T, keyOf func(T) key) (all []pair[T]) {
	order := func(a, b T) int { return keyOf(a).compare(keyOf(b)) }
	stored, recomputed = slices.SortedFunc(slices.Values(stored), order), slices.SortedFunc(slices.Values(recomputed), order)
	for len(stored) > 0 || len(recomputed) > 0 {
		var line pair[T]
		if len(recomputed) > 0 && (len(stored) == 0 || order(recomputed[0], stored[0]) <= 0) {
			line.key, line.recomputed, line.isRecomputed = keyOf(recomputed[0]), recomputed[0], true
			recomputed = recomputed[1:]
		}
		if len(stored) > 0 && (!line.isRecomputed || keyOf(stored[0]) == line.key) {
			line.key, line.stored = keyOf(stored[0]), stored[0]
			stored = stored[1:]
		}
		all = append(all, line)
	}
	return all
}
