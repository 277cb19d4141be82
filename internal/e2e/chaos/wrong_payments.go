package chaos

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"

	"creatorpay/internal/e2e/oracle"
	"creatorpay/internal/e2e/rig"
	"creatorpay/internal/faultproxy"
	"creatorpay/settlement"
)

// wrongPayment is a row that nobody can settle, and what an operator does about it
// once a run has named it.
type wrongPayment struct {
	paidArrival
	mended bool
	// putRight makes it one that can be settled, on the open day that named it; nil
	// takes it out.
	putRight func(c *Rig, wrong *wrongPayment, open settlement.Day) error
}

// WrongPayments inserts a few rows that keep the day that runs from closing, or the
// one that posts them.
func (c *Rig) WrongPayments(in Injection) (faultproxy.Fault, bool) {
	from := c.ofPlatform(in)
	c.wrongs.Lock() // a run may name a row before it is known as which it was stored
	defer c.wrongs.Unlock()
	some := false
	for range 1 + in.random.IntN(4) {
		wrong := c.wrongPayment(in, from)
		stored := false
		err := c.ask(func(ctx context.Context) (err error) {
			if err = insertPayments(ctx, c.SQL, []paidArrival{wrong.paidArrival}); err == nil {
				stored, err = c.findPayment(ctx, &wrong.Payment, from.day)
			}
			return err
		})
		if err == nil && stored {
			c.wrong, some = append(c.wrong, wrong), true
		}
	}
	return faultproxy.None, some
}

// wrongPayment is one of the kinds of rows that cannot be settled.
func (c *Rig) wrongPayment(in Injection, from origin) *wrongPayment {
	book := c.plan.cashBook
	id := firstArrival + in.random.Int64N(1<<40)
	wrong := &wrongPayment{paidArrival: paidArrival{book.newRow(in.random, from.day, c.anyVideo(in.random), id), from}}
	row := &wrong.Payment
	row.Status = "completed"
	switch in.random.IntN(9) {
	case 0:
		row.Amount, wrong.putRight = rig.Pick[int64](in.random, 0, -1, 1<<53+1), (*Rig).correctAmount
	case 1:
		row.Status = "refunded"
	case 2:
		row.Method, wrong.putRight = fmt.Sprintf("gift-%d", id%1_000_000_000), (*Rig).giveFee
	case 3:
		row.Video, wrong.putRight = c.videoToCome(), (*Rig).importVideo
	case 4:
		row.RefundOf, wrong.putRight = id+1<<42, (*Rig).payRefunded
	case 5: // of another video
		paid := book.anyGivenBack(in.random)
		row.RefundOf, row.Video, row.Amount = paid.ID, paid.Video%videoCount+1, 1
	case 6: // beyond what was paid
		paid := book.anyGivenBack(in.random)
		row.RefundOf, row.Video, row.Amount = paid.ID, paid.Video, paid.Amount+1
	case 7:
		row.RefundOf = row.ID
	case 8: // in the partition of another day
		row.At = row.At.AddDate(0, 0, -1)
	}
	return wrong
}

var (
	badPayment   = regexp.MustCompile(`payment (\d+) (?:of video \d+ \(|was paid at )`)
	unknownVideo = regexp.MustCompile(`\b(\d+) \(\d+ payment`)
)

// mend puts right what the failure of the period names, as an operator does.
func (c *Rig) mend(period settlement.Period) error {
	var failure string
	if err := c.ask(func(ctx context.Context) error {
		return c.SQL.QueryRowContext(ctx, `SELECT COALESCE(MAX(failure), '') FROM runs WHERE kind = ? AND starts_on = ?`, period.Kind, period.Start).Scan(&failure)
	}); err != nil {
		return err
	}
	c.wrongs.Lock()
	defer c.wrongs.Unlock()
	for _, named := range badPayment.FindAllStringSubmatch(failure, -1) {
		wrong := c.wrongNamed(func(wrong *wrongPayment) bool { return strconv.FormatInt(wrong.ID, 10) == named[1] })
		if wrong == nil {
			return fmt.Errorf("payment %s cannot be settled, says its run: %s", named[1], failure)
		}
		c.mendOne(wrong, period.Start)
	}
	for _, named := range unknownVideo.FindAllStringSubmatch(failure, -1) {
		wrong := c.wrongNamed(func(wrong *wrongPayment) bool { return strconv.FormatInt(wrong.Video, 10) == named[1] })
		if wrong == nil {
			return fmt.Errorf("video %s is not known, says its run: %s", named[1], failure)
		}
		c.mendOne(wrong, period.Start)
	}
	return nil
}

func (c *Rig) wrongNamed(is func(*wrongPayment) bool) *wrongPayment {
	if i := slices.IndexFunc(c.wrong, is); i >= 0 {
		return c.wrong[i]
	}
	return nil
}

// mendOne puts one row right, or takes it out. What fails is done when a run names
// the row again.
func (c *Rig) mendOne(wrong *wrongPayment, open settlement.Day) {
	if wrong.mended {
		return // the failure is that of an earlier run
	}
	putRight := wrong.putRight
	if putRight == nil {
		putRight = (*Rig).takeOut
	}
	if err := putRight(c, wrong, open); err != nil {
		c.logf("payment %d: %v", wrong.ID, err)
		return
	}
	wrong.mended = true
	c.Tally.mend()
	if wrong.putRight != nil {
		c.mutex.Lock()
		defer c.mutex.Unlock()
		c.paid = append(c.paid, wrong.paidArrival)
	}
}

// inLog does something to a row of the log. The day that posts a late one looks
// there again.
func (c *Rig) inLog(statement string, args ...any) error {
	return c.ask(func(ctx context.Context) error {
		_, err := c.SQL.ExecContext(ctx, statement, args...)
		return err
	})
}

func (c *Rig) takeOut(wrong *wrongPayment, _ settlement.Day) error {
	return c.inLog(`DELETE FROM payments WHERE payment_id = ?`, wrong.ID)
}

func (c *Rig) correctAmount(wrong *wrongPayment, _ settlement.Day) error {
	wrong.Amount = 1000 + wrong.ID%1000
	return c.inLog(`UPDATE payments SET amount = ? WHERE payment_id = ?`, wrong.Amount, wrong.ID)
}

// giveFee gives the method a fee in the version that the row's day has.
func (c *Rig) giveFee(wrong *wrongPayment, _ settlement.Day) error {
	var version int
	if err := c.ask(func(ctx context.Context) error {
		return c.SQL.QueryRowContext(ctx, `SELECT version FROM fee_rules WHERE holds_from <= ? ORDER BY holds_from DESC LIMIT 1`, wrong.day).Scan(&version)
	}); err != nil {
		return err
	}
	fee := oracle.Fee{Method: wrong.Method, Percent: "2.25", Won: wrong.ID % 50}
	c.servers.RLock()
	extended := c.command("fees", "extend", "--version", strconv.Itoa(version), "--fees", rig.FeeFlag([]oracle.Fee{fee}))
	c.servers.RUnlock()
	if extended.Code != 0 {
		return fmt.Errorf("%s was given no fee: %s", wrong.Method, extended.Stderr)
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	fees := c.plan.platform.Fees
	for i := range fees {
		if i+1 == len(fees) || fees[i+1].From > wrong.day.String() {
			fees[i].Fees = append(fees[i].Fees, fee)
			break
		}
	}
	return nil
}

func (c *Rig) importVideo(wrong *wrongPayment, open settlement.Day) error {
	video := oracle.Video{ID: wrong.Video, Creator: 1 + wrong.ID%creatorCount, Title: fmt.Sprintf("영상 %d", wrong.Video)}
	refused, err := c.putVideo(video)
	if err != nil {
		return err
	}
	c.reportIf(refused, "video %d was not added", video.ID)
	c.takeVideo(&PlannedPeriod{Period: settlement.DailyPeriod(open)}, video, true)
	return nil
}

// payRefunded adds the payment that the row gives back to the open day.
func (c *Rig) payRefunded(wrong *wrongPayment, open settlement.Day) error {
	paid := wrong.Payment
	paid.ID, paid.RefundOf = wrong.RefundOf, 0
	paid.At = c.plan.platform.Midnight(open.String()).Add(wrong.At.Sub(c.plan.platform.Midnight(wrong.day.String())))
	if !c.appendPayments([]paidArrival{{paid, origin{day: open, paidBy: open}}}) {
		return fmt.Errorf("the payment %d was not added", paid.ID)
	}
	return nil
}

// videoToCome is the id of a video that nobody has imported. Those that are added
// later have the ids after the last one.
func (c *Rig) videoToCome() int64 {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.toCome++
	return c.toCome * 1_000_000
}
