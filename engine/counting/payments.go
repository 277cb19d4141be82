package counting

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"creatorpay/db"
	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

// Payments judges the range's rows of payments of the run's day by R13 to R16: its
// own ones in one ordered scan, and the late ones that it posts. owners are the
// range's known videos by id; rows of any other video only count as unknown. It
// returns nil where the day settles no payments, and fails with a
// [settlement.ErrBadPayments] that names rows which nobody can settle. Memory grows
// with the videos, the late rows and the refunds, and by 8 bytes for each completed
// row.
func Payments(ctx context.Context, database *db.DB, run db.Run, videos settlement.Range, owners []db.Owner) (*db.PaymentCount, error) {
	if !run.HasPayments() {
		return nil, nil
	}
	tally, err := judgePayments(ctx, database, run, videos, owners, false)
	if err != nil {
		return nil, err
	}
	return tally.finish(ctx, database, run)
}

// judgePayments judges the rows and counts all but the refunds, and what the
// payments of each fee come to where shares are asked for.
func judgePayments(ctx context.Context, database *db.DB, run db.Run, videos settlement.Range, owners []db.Owner, shares bool) (*paymentTally, error) {
	calendar, err := database.Calendar(ctx)
	if err != nil {
		return nil, err
	}
	late, err := database.Payments.Posted(ctx, run.StartsOn, videos)
	if err != nil {
		return nil, err
	}
	fees, err := feesOf(ctx, database, run.StartsOn, late)
	if err != nil {
		return nil, err
	}
	checked, err := database.ContestedPayments(ctx, run.StartsOn)
	if err != nil {
		return nil, err
	}
	known := maps.Clone(checked)
	for {
		var tally *paymentTally
		if err := database.Payments.Scan(ctx, run.PaymentsOnTime(), videos, func() func(settlement.Payment) error {
			tally = &paymentTally{
				day: run.StartsOn, fees: fees, late: late, owners: owners,
				judge: settlement.NewPaymentJudge(known), adjusted: map[adjusted]settlement.PaymentFigures{},
			}
			tally.first, tally.last = calendar.Starts(run.StartsOn)
			if shares {
				tally.shares = map[shareKey]FeeShare{}
			}
			return tally.add
		}); err != nil {
			return nil, err
		}
		if err := tally.addLate(nil); err != nil {
			return nil, err
		}
		// Nearly always no id was seen before, and then the scan was right.
		taken, err := tally.taken(ctx, database, run)
		if err != nil {
			return nil, err
		}
		if allKnown(taken, known) {
			tally.count.Contested = contestedBesides(known, checked)
			return tally, nil
		}
		maps.Copy(known, taken)
	}
}

// taken are the scanned payments and refunds of which an earlier day or another
// video may have the row that is settled.
func (t *paymentTally) taken(ctx context.Context, database *db.DB, run db.Run) (settlement.KnownPayments, error) {
	slices.Sort(t.doubtful)
	taken, err := database.ContestedAmong(ctx, run, slices.Compact(t.doubtful))
	if err != nil {
		return nil, err
	}
	settled, err := database.SettledPayments(ctx, run.StartsOn, t.ids())
	if err != nil {
		return nil, err
	}
	maps.Copy(taken, settled)
	return taken, nil
}

// allKnown tells whether it is known of the payments by which rows they are settled.
func allKnown(settled, known settlement.KnownPayments) bool {
	for id, by := range settled {
		if video, found := known[id]; !found || video != by {
			return false
		}
	}
	return true
}

// contestedBesides are the ids of those that are known to be contested and were not
// checked so: the log may have others by the next check.
func contestedBesides(known, checked settlement.KnownPayments) (ids []int64) {
	for id, by := range known {
		if by != 0 && by != checked[id] {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// feesOf are the fee rules of the day and of those of the late rows.
func feesOf(ctx context.Context, database *db.DB, day settlement.Day, late []daylog.LatePayment) (map[settlement.Day]settlement.FeeRule, error) {
	fees := map[settlement.Day]settlement.FeeRule{}
	days := []settlement.Day{day}
	for _, row := range late {
		days = append(days, row.PaidOn)
	}
	return fees, addFees(ctx, database, fees, days)
}

// addFees adds the fee rules of the days that are missing.
func addFees(ctx context.Context, database *db.DB, fees map[settlement.Day]settlement.FeeRule, days []settlement.Day) error {
	for _, day := range days {
		if _, found := fees[day]; found {
			continue
		}
		rule, err := database.FeesOf(ctx, day)
		if err != nil {
			return fmt.Errorf("fees of %s: %w", day, err)
		}
		fees[day] = rule
	}
	return nil
}

// paymentTally is one scan's state.
type paymentTally struct {
	day         settlement.Day
	first, last time.Time // when its rows may have been paid
	fees        map[settlement.Day]settlement.FeeRule
	judge       *settlement.PaymentJudge
	owners      []db.Owner           // those not yet passed by the scan
	late        []daylog.LatePayment // the same of late rows, in key order
	count       db.PaymentCount
	completed   []int64 // the payment ids of completed rows
	doubtful    []int64 // of those rows that may be bad and are not if another video's row is settled
	refunds     []dueRefund
	bad         settlement.BadPayments
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
	line := t.line(row.VideoID)
	if line == nil {
		t.count.UnknownRows++
		return "", nil
	}
	if row.Status == settlement.PaymentCompleted {
		t.completed = append(t.completed, row.PaymentID)
	}
	rule := t.fees[paidOn]
	verdict, fee, problems := t.judge.Judge(&row, rule)
	if verdict == settlement.PaymentRefunds || slices.Contains(problems, settlement.MethodWithoutFee) {
		t.doubtful = append(t.doubtful, row.PaymentID)
	}
	if len(problems) > 0 {
		t.bad.Add(settlement.BadPayment{Payment: row, Problems: problems})
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

// line is the video's line, a new one where the scan reaches a new video, or
// nil if the video is unknown.
func (t *paymentTally) line(video int64) *db.PaymentLine {
	if last := len(t.count.Lines) - 1; last >= 0 && t.count.Lines[last].VideoID == video {
		return &t.count.Lines[last]
	}
	for len(t.owners) > 0 && t.owners[0].VideoID < video {
		t.owners = t.owners[1:]
	}
	if len(t.owners) == 0 || t.owners[0].VideoID != video {
		return nil
	}
	t.count.Lines = append(t.count.Lines, db.PaymentLine{Day: t.day, VideoID: video, CreatorID: t.owners[0].CreatorID})
	return &t.count.Lines[len(t.count.Lines)-1]
}

// ids are the payment ids of the completed rows, in order and each once.
func (t *paymentTally) ids() []int64 {
	slices.Sort(t.completed)
	t.completed = slices.Compact(t.completed)
	return t.completed
}

// finish settles the refunds and completes the count.
func (t *paymentTally) finish(ctx context.Context, database *db.DB, run db.Run) (*db.PaymentCount, error) {
	// What a bad payment cost is not known, and neither is what its refund gives back.
	if err := t.bad.Err(t.day); err != nil {
		return nil, err
	}
	if err := t.settleRefunds(ctx, database, run); err != nil {
		return nil, err
	}
	if ids := t.ids(); len(ids) > 0 {
		first, last := ids[0], ids[len(ids)-1]
		t.count.First, t.count.Last = &first, &last
	}
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
	at, _ := slices.BinarySearchFunc(t.count.Lines, video, func(line db.PaymentLine, video int64) int { return cmp.Compare(line.VideoID, video) })
	return &t.count.Lines[at]
}
