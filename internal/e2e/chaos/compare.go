package chaos

import (
	"fmt"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"creatorpay/internal/e2e/oracle"
	"creatorpay/internal/e2e/rig"
	"creatorpay/settlement"
)

// Compare holds every table against the oracle and against the rows of the
// moment in which its period closed, and lets the programs check themselves.
// What it returns is empty if there is no difference.
func (c *Rig) Compare() []string {
	c.takeArrivals()
	c.takePaidArrivals()
	c.takeWindows()
	days, err := c.expected()
	if err != nil {
		c.report("%v", err)
		return c.problems
	}
	checks := errgroup.Group{}
	checks.SetLimit(runtime.NumCPU())
	check := func(of fmt.Stringer, what func(s *rig.System)) {
		checks.Go(func() error {
			c.reportAll(of.String(), differences(c.T, func(t testing.TB) { what(c.In(t)) }))
			return nil
		})
	}
	for _, period := range c.plan.Periods {
		want := expect(period, days)
		check(period, func(s *rig.System) { s.RequireSettled(c.withTitles(s, period, want)) })
		check(period, func(*rig.System) {
			c.reportIf(c.seal(period.Period) != c.seals[period.Period], "%s has changed since it closed", period)
		})
		if period.IsDay() {
			check(period, func(s *rig.System) { c.requireVerified(s, want) })
		} else {
			check(period, func(s *rig.System) { s.RequireStatements(want) })
		}
		if period.Kind == settlement.Weekly {
			check(period, func(s *rig.System) { c.requireMails(s, period, want) })
		}
		c.Tally.compare(want)
	}
	check(c.plan, func(s *rig.System) {
		s.Starter("audit", "--from", c.plan.first(), "--to", c.plan.last()).RequireSuccess()
	})
	check(c.plan, func(s *rig.System) { c.requireCatalogue(s, days) })
	check(c.plan, c.requireNothingElse)
	_ = checks.Wait() // no check has an error of its own
	return c.problems
}

// expected is what the oracle says of all days. It panics on a payment that nobody
// can settle: then a day has closed that may not (R15).
func (c *Rig) expected() (days []oracle.Result, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("a day has closed that may not: %v", cause)
		}
	}()
	return c.plan.platform.Settle(c.plan.first(), c.plan.last()), nil
}

// expect is what the oracle says of the period. Weeks and months keep the titles
// with which they began: no import changes one while they run.
func expect(period *PlannedPeriod, days []oracle.Result) oracle.Result {
	var own []oracle.Result
	for _, day := range days {
		if rig.ToDay(day.Start) >= period.Start && rig.ToDay(day.Start) < period.End() {
			own = append(own, day)
		}
	}
	if period.Kind == settlement.Daily {
		return own[0]
	}
	rolled := oracle.RollUp(string(period.Kind), period.Start.String(), own...)
	for i := range rolled.Lines {
		rolled.Lines[i].Video.Title = period.titles[rolled.Lines[i].Video.ID]
	}
	return rolled
}

// withTitles expects the titles that a day's Top 5 has, where the videos once had
// them: the day keeps those with which it was ranked, and an import may change one
// at any moment of the day.
func (c *Rig) withTitles(s *rig.System, period *PlannedPeriod, want oracle.Result) oracle.Result {
	s.T.Helper()
	if !period.IsDay() {
		return want
	}
	want.Lines = slices.Clone(want.Lines) // others are looking at them
	ranked, err := s.DB.TopVideos(s.T.Context(), period.Period)
	require.NoError(s.T, err)
	for _, top := range ranked {
		i := slices.IndexFunc(want.Lines, func(line oracle.Line) bool { return line.Video.ID == top.VideoID })
		if i >= 0 && slices.Contains(c.formerTitles[top.VideoID], top.Title) {
			want.Lines[i].Video.Title = top.Title
		}
	}
	return want
}
