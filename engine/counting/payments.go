package counting

import (
	"context"
	"fmt"
	"maps"
	"slices"

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
// or bad row.
func Payments(ctx context.Context, database *db.DB, run db.Run, videos settlement.Range, owners []db.Owner) (*db.PaymentCount, error) {
	if !run.HasPayments() {
		return nil, nil
	}
	tally, err := judgePayments(ctx, database, run, videos, owners, false)
	if err != nil {
		return nil, err
	}
	return tally.finish()
}

// judgePayments judges and counts the rows, and what the payments of each fee come to
// where shares are asked for.
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
				day: run.StartsOn, fees: fees, late: late,
				judge: settlement.NewPaymentJudge(known), adjusted: map[adjusted]settlement.PaymentFigures{},
				lines: lines[db.PaymentLine]{owners: owners, begin: func(owner db.Owner) db.PaymentLine {
					return db.PaymentLine{Day: run.StartsOn, VideoID: owner.VideoID, CreatorID: owner.CreatorID}
				}},
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
		tally.sortIDs()
		// Nearly always no id was seen before, and then the scan was right.
		learned, err := database.SettledPayments(ctx, run.StartsOn, tally.count.IDs)
		if err != nil {
			return nil, err
		}
		contested, err := database.ContestedAmong(ctx, run, tally.several)
		if err != nil {
			return nil, err
		}
		maps.Copy(learned, contested)
		if allKnown(learned, known) {
			if learned, err = tally.settle(ctx, database, run); err != nil {
				return nil, err
			}
		}
		if allKnown(learned, known) {
			tally.count.Contested = contestedBesides(known, checked, tally.several)
			return tally, nil
		}
		maps.Copy(known, learned)
	}
}

// settle settles the refunds. Where rows turn out to be bad it returns what is known
// of those of which another video may have the row that is settled: then they are not.
func (t *paymentTally) settle(ctx context.Context, database *db.DB, run db.Run) (settlement.KnownPayments, error) {
	if err := t.settleRefunds(ctx, database, run); err != nil {
		return nil, err
	}
	if t.bad.Err(t.day) == nil {
		return nil, nil
	}
	slices.Sort(t.doubtful)
	return database.ContestedAmong(ctx, run, slices.Compact(t.doubtful))
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
// checked so, and of the others in several videos: the log may have others by the next
// check.
func contestedBesides(known, checked settlement.KnownPayments, several []int64) (ids []int64) {
	for id, by := range known {
		if by != 0 && by != checked[id] {
			ids = append(ids, id)
		}
	}
	for _, id := range several {
		if _, found := known[id]; !found {
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
