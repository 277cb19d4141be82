package statement

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"creatorpay/db"
	"creatorpay/settlement"
)

// feeBook knows the fees of payments that a period's days settled.
type feeBook struct {
	before   settlement.Day               // no fee that was added for a day from this one on is in the rules
	versions map[settlement.Day]int64     // by the day of the payments
	rules    map[int64]settlement.FeeRule // by version
}

// readFees reads the fees of the closed period's own days that have payments.
func readFees(ctx context.Context, database *db.DB, period settlement.Period, days []db.Run) (feeBook, error) {
	book := feeBook{before: period.End(), versions: map[settlement.Day]int64{}, rules: map[int64]settlement.FeeRule{}}
	for _, day := range days {
		if day.Payments == 0 {
			continue
		}
		if day.FeeRule > 0 { // else it is looked up where a creator has payments of the day
			book.versions[day.StartsOn] = day.FeeRule
		}
		if _, err := book.rule(ctx, database, day.StartsOn); err != nil {
			return feeBook{}, err
		}
	}
	return book, nil
}

// rule is that of the payments of the day.
func (b feeBook) rule(ctx context.Context, database *db.DB, day settlement.Day) (settlement.FeeRule, error) {
	version, known := b.versions[day]
	if !known {
		rule, err := database.FeesOf(ctx, day)
		if err != nil {
			return rule, fmt.Errorf("fees of %s: %w", day, err)
		}
		version = rule.Version
		b.versions[day] = version
	}
	return b.version(ctx, database, version)
}

func (b feeBook) version(ctx context.Context, database *db.DB, version int64) (rule settlement.FeeRule, err error) {
	rule, known := b.rules[version]
	if !known {
		if rule, err = database.FeesBefore(ctx, version, b.before); err != nil {
			return rule, err
		}
		b.rules[version] = rule
	}
	return rule, nil
}

// creatorsFees are the versions of the fees that the creators' payments had, late
// ones and those that were refunded among them, by creator and version.
func (c *Common) creatorsFees(ctx context.Context, database *db.DB, lines Lines) (map[int64][]settlement.FeeRule, error) {
	if len(lines.payments) == 0 {
		return nil, nil
	}
	// Others read at the same time.
	book := feeBook{c.fees.before, maps.Clone(c.fees.versions), maps.Clone(c.fees.rules)}
	found := foundFees{}
	for payment := range paidOn(lines.payments, lines.latePayments) {
		rule, err := book.rule(ctx, database, payment.day)
		if err != nil {
			return nil, err
		}
		found.add(payment.creator, rule)
	}
	for _, fees := range lines.refunded {
		rule, err := book.version(ctx, database, fees.FeeRule)
		if err != nil {
			return nil, err
		}
		found.add(fees.CreatorID, rule)
	}
	return found.byVersion(), nil
}

// paid are a creator's payments of a day.
type paid struct {
	creator int64
	day     settlement.Day
}

// paidOn are the days of the payments in the lines, each once.
func paidOn(payments []db.PaymentLine, adjustments []db.PaymentAdjustment) map[paid]bool {
	type line struct {
		day   settlement.Day
		video int64
	}
	days, late := map[paid]bool{}, map[line]int64{} // late: payments among those of the line
	for _, adjustment := range adjustments {
		if adjustment.Payments > 0 {
			late[line{adjustment.PostedOn, adjustment.VideoID}] += adjustment.Payments
			days[paid{adjustment.CreatorID, adjustment.PaidOn}] = true
		}
	}
	for _, own := range payments {
		if own.Payments > late[line{own.Day, own.VideoID}] {
			days[paid{own.CreatorID, own.Day}] = true
		}
	}
	return days
}

// foundFees are versions of the fees by creator and version.
type foundFees map[int64]map[int64]settlement.FeeRule

func (f foundFees) add(creator int64, rule settlement.FeeRule) {
	if f[creator] == nil {
		f[creator] = map[int64]settlement.FeeRule{}
	}
	f[creator][rule.Version] = rule
}

func (f foundFees) byVersion() map[int64][]settlement.FeeRule {
	fees := make(map[int64][]settlement.FeeRule, len(f))
	for creator, rules := range f {
		fees[creator] = slices.SortedFunc(maps.Values(rules), func(a, b settlement.FeeRule) int { return cmp.Compare(a.Version, b.Version) })
	}
	return fees
}
