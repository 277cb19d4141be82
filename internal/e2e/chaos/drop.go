package chaos

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"creatorpay/db"
	"creatorpay/db/daylog"
	"creatorpay/internal/e2e/oracle"
	"creatorpay/internal/e2e/rig"
	"creatorpay/internal/faultproxy"
	"creatorpay/settlement"
)

// dropDays drops days, with the real command, up to one of the last: those that
// nobody needs any more.
func (c *Rig) dropDays(in Injection) (faultproxy.Fault, bool) {
	c.drop(in, in.period.End()-settlement.Day(in.random.IntN(4)))
	return faultproxy.None, true
}

// DropFirst drops the first day, unless it is still needed.
func (c *Rig) DropFirst(in Injection) (faultproxy.Fault, bool) {
	c.drop(in, c.plan.Periods[0].End())
	return faultproxy.None, true
}

func (c *Rig) drop(in Injection, before settlement.Day) {
	today := rig.ToDay(c.plan.platform.DayOf(time.Now()))
	dropped := c.command("partitions", "drop", "--older-than-days", fmt.Sprint(int(today-before)), "--yes")
	c.logf("%s: days before %s: %s", in.period, before, rig.LastLines(dropped.Stdout+dropped.Stderr, 1))
	first := c.firstKept()
	for day := c.plan.Periods[0].Start; day < first; day++ {
		for _, needed := range []settlement.Day{day, day + 1} {
			c.reportIf(!c.isClosed(settlement.DailyPeriod(needed)), "%s was dropped while %s was not closed", day, needed)
		}
	}
	if first > c.plan.Periods[0].Start {
		c.arriveAfterDrop(in, first-1)
	}
}

// arriveAfterDrop tries to add a view and a payment to a day that was dropped.
func (c *Rig) arriveAfterDrop(in Injection, day settlement.Day) {
	came := arrival{playOf(c.plan.platform, in.random, day, c.anyVideo(in.random)), origin{day: day}}
	c.reportError(c.ask(func(ctx context.Context) error {
		added, refused, err := c.DB.AppendViews(ctx, []daylog.View{came.row()})
		c.reportIf(err == nil && (added.Rows > 0 || len(refused) == 0), "a view of %s was stored, which was dropped", day)
		return err
	}))
	payment := c.plan.cashBook.newRow(in.random, day, c.anyVideo(in.random), firstArrival+in.random.Int64N(1<<40))
	c.reportError(c.ask(func(ctx context.Context) error {
		added, refused, err := c.DB.AppendPayments(ctx, []daylog.Payment{rig.PaymentRow(c.plan.platform, payment)})
		c.reportIf(err == nil && (added.Rows > 0 || len(refused) == 0), "a payment of %s was stored, which was dropped", day)
		return err
	}))
}

// firstKept is the first day in the watch log.
func (c *Rig) firstKept() settlement.Day {
	return c.firstDay(func(db.Partition) bool { return true })
}

// firstKeptPayments is the first day in the payments log. A drop takes the payments of
// a day before its views, which may be kept then, since some have just come.
func (c *Rig) firstKeptPayments() settlement.Day {
	return c.firstDay(func(day db.Partition) bool { return day.Payments != nil })
}

// firstDay is the first of the logs' days that is meant.
func (c *Rig) firstDay(meant func(db.Partition) bool) (first settlement.Day) {
	c.reportError(c.ask(func(ctx context.Context) error {
		days, err := c.DB.Partitions(ctx)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(days, meant)
		if at < 0 {
			return errors.New("no such day is in the logs")
		}
		first = days[at].Day
		return nil
	}))
	return first
}

// requireVerified means that `starter verify` finds the day right, or says that
// it cannot look: at a day that was dropped, if only its payments, or at one whose repeats depend on
// plays of a day that was.
func (c *Rig) requireVerified(s *rig.System, want oracle.Result) {
	s.T.Helper()
	verified := s.Starter("verify", "--date", want.Start)
	first := c.firstKeptPayments()
	if rig.ToDay(want.Start) < first || verified.Code != 0 && first > c.plan.Periods[0].Start && looksBackTo(want) < first {
		verified.RequireFailure("cannot be verified")
		return
	}
	verified.RequireSuccess()
}

// looksBackTo is the earliest day whose plays may decide about those that the day
// judges.
func looksBackTo(d oracle.Result) settlement.Day {
	earliest := rig.ToDay(d.Start)
	for _, l := range d.Lines {
		for _, late := range l.Late {
			earliest = min(earliest, rig.ToDay(late.WatchedOn))
		}
	}
	return earliest - 1
}
