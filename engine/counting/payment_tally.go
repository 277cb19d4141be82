package counting

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"creatorpay/db"
	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

// paymentTally is one scan's state.
type paymentTally struct {
	day         settlement.Day
	first, last time.Time // when its rows may have been paid
	fees        map[settlement.Day]settlement.FeeRule
	judge       *settlement.PaymentJudge
	lines       lines[db.PaymentLine]
	late        []daylog.LatePayment // those not yet passed by the scan, in key order
	count       db.PaymentCount
	completed   []int64 // the payment ids of completed rows, each once for each video
	completedOf int64   // the video of the last one
	several     []int64 // ids of completed rows in several videos
	doubtful    []int64 // of those rows that may be bad and are not if another video's row is settled
	refunds     []dueRefund
	bad         settlement.BadPayments
	badIDs      []int64 // the payment ids of bad rows
	adjusted    map[adjusted]settlement.PaymentFigures
	shares      map[shareKey]FeeShare // nil if nobody asks for them
}

// adjusted is what late rows adjust: a video's figures of a closed day.
type adjusted struct {
	video  int64
	paidOn settlement.Day
}

// dueRefund is a row that is settled when its payment is known.
type dueRefund struct {
	settlement.DuePayment
	paidOn settlement.Day
}

// add takes in a row of the day's own.
func (t *paymentTally) add(row settlement.Payment) error {
	if row.PaidAt < t.first.UnixMilli() || row.PaidAt > t.last.UnixMilli() {
		return daylog.StrayPayment(t.day, row)
	}
	if err := t.addLate(&row); err != nil {
		return err
	}
	t.count.Checksum += daylog.PaymentChecksum(row)
	_, err := t.judged(row, t.day)
	return err
}

// addLate takes in the late rows of the videos and payment ids before that of the
// row, or all that are left: of one payment id, the day's own rows come first.
func (t *paymentTally) addLate(row *settlement.Payment) (err error) {
	for len(t.late) > 0 {
		late := t.late[0]
		if row != nil && cmp.Or(cmp.Compare(late.VideoID, row.VideoID), cmp.Compare(late.PaymentID, row.PaymentID)) >= 0 {
			return nil
		}
		t.late = t.late[1:]
		if late.Verdict, err = t.judged(late.Payment(), late.PaidOn); err != nil {
			return err
		}
		if late.Verdict != "" {
			t.count.Late = append(t.count.Late, late)
		}
	}
	return nil
}

// judged judges the row and counts it, except for a refund. The verdict is empty
// for a row of an unknown video and for a bad one.
func (t *paymentTally) judged(row settlement.Payment, paidOn settlement.Day) (settlement.PaymentVerdict, error) {
	line := t.lines.of(row.VideoID)
	if line == nil {
		t.count.UnknownRows++
		return "", nil
	}
	if row.Status == settlement.PaymentCompleted && (t.completedOf != row.VideoID || t.completed[len(t.completed)-1] != row.PaymentID) {
		t.completed, t.completedOf = append(t.completed, row.PaymentID), row.VideoID
	}
	rule := t.fees[paidOn]
	verdict, fee, problems := t.judge.Judge(&row, rule)
	if verdict == settlement.PaymentRefunds || slices.Contains(problems, settlement.MethodWithoutFee) {
		t.doubtful = append(t.doubtful, row.PaymentID)
	}
	if len(problems) > 0 {
		t.bad.Add(settlement.BadPayment{Payment: row, Problems: problems})
		t.badIDs = append(t.badIDs, row.PaymentID)
		return "", nil
	}
	if verdict == settlement.PaymentRefunds {
		due := settlement.DuePayment{Payment: row, Late: paidOn != t.day}
		t.refunds = append(t.refunds, dueRefund{due, paidOn})
		return verdict, nil
	}
	if verdict == settlement.PaymentSettles && t.shares != nil {
		if err := t.share(row, rule, fee); err != nil {
			return "", err
		}
	}
	return verdict, t.take(line, paidOn, verdict, row.Amount, fee)
}

// take counts a judged row.
func (t *paymentTally) take(line *db.PaymentLine, paidOn settlement.Day, verdict settlement.PaymentVerdict, amount, fee settlement.Won) error {
	err := line.Count(verdict, amount, fee)
	if err == nil && paidOn != t.day {
		key := adjusted{line.VideoID, paidOn}
		figures := t.adjusted[key]
		err = figures.Count(verdict, amount, fee)
		t.adjusted[key] = figures
	}
	if err != nil {
		return fmt.Errorf("add up payments of video %d: %w", line.VideoID, err)
	}
	return nil
}

// sortIDs notes the payment ids of the completed rows, and those of several videos.
func (t *paymentTally) sortIDs() {
	slices.Sort(t.completed)
	for i, id := range t.completed {
		if i > 0 && id == t.completed[i-1] {
			t.several = append(t.several, id)
		}
	}
	t.several = slices.Compact(t.several)
	t.count.IDs = slices.Compact(t.completed)
}

// finish completes the count, unless a row is bad.
func (t *paymentTally) finish() (*db.PaymentCount, error) {
	if err := t.bad.Err(t.day); err != nil {
		return nil, err
	}
	t.count.Lines = t.lines.all
	for key, figures := range t.adjusted {
		t.count.Adjustments = append(t.count.Adjustments, db.PaymentAdjustment{
			PostedOn: t.day, PaidOn: key.paidOn, VideoID: key.video, CreatorID: t.lineOf(key.video).CreatorID, PaymentFigures: figures,
		})
	}
	slices.SortFunc(t.count.Adjustments, func(a, b db.PaymentAdjustment) int {
		return cmp.Or(cmp.Compare(a.VideoID, b.VideoID), cmp.Compare(a.PaidOn, b.PaidOn))
	})
	return &t.count, nil
}

// lineOf is the line of a video that has one.
func (t *paymentTally) lineOf(video int64) *db.PaymentLine {
	at, _ := slices.BinarySearchFunc(t.lines.all, video, func(line db.PaymentLine, video int64) int { return cmp.Compare(line.VideoID, video) })
	return &t.lines.all[at]
}
