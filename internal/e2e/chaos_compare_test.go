package e2e

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"maps"
	"regexp"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"creatorpay/db"
	"creatorpay/settlement"
)

// compare holds every table against the oracle and against the rows of the
// moment in which its period closed, and lets the programs check themselves.
// What it returns is empty if there is no difference.
func (c *chaos) compare() []string {
	c.takeArrivals()
	days := c.plan.platform.settle(c.plan.first(), c.plan.last())
	checks := errgroup.Group{}
	checks.SetLimit(runtime.NumCPU())
	check := func(of fmt.Stringer, what func(s *system)) {
		checks.Go(func() error {
			c.note(of.String(), differences(c.t, func(t testing.TB) { what(c.in(t)) }))
			return nil
		})
	}
	for _, period := range c.plan.periods {
		want := expect(period.Period, days)
		check(period, func(s *system) { s.requireSettled(want) })
		check(period, func(*system) {
			c.noteIf(c.seal(period.Period) != c.seals[period.Period], "%s has changed since it closed", period)
		})
		if period.isDay() {
			check(period, func(s *system) { s.starter("verify", "--date", want.day).requireSuccess() })
		} else {
			check(period, func(s *system) { s.requireStatements(period.Period, want) })
		}
		if period.Kind == settlement.Weekly {
			check(period, func(s *system) { c.requireMails(s, period.Period, want) })
		}
		c.tally.compare(want)
	}
	check(c.plan, func(s *system) {
		s.starter("audit", "--from", c.plan.first(), "--to", c.plan.last()).requireSuccess()
	})
	_ = checks.Wait() // no check has an error of its own
	return c.wrong
}

// expect is what the oracle says of the period.
func expect(period settlement.Period, days []settledDay) settledDay {
	var own []settledDay
	for _, day := range days {
		if toDay(day.day) >= period.Start && toDay(day.day) < period.End() {
			own = append(own, day)
		}
	}
	if period.Kind == settlement.Daily {
		return own[0]
	}
	return rollUp(string(period.Kind), period.Start.String(), own...)
}

func (c *chaos) note(of string, found []string) {
	for _, difference := range found {
		c.complain("%s: %s", of, difference)
	}
}

// requireStatements means that each creator of whom something counted has a
// statement with the sums of their videos, and nobody else has one.
func (s *system) requireStatements(period settlement.Period, want settledDay) {
	s.t.Helper()
	stored, err := s.db.Statements(s.t.Context(), period, db.AllCreators)
	require.NoError(s.t, err)
	got := map[int64]db.Totals{}
	for _, statement := range stored {
		got[statement.CreatorID] = statement.Totals
	}
	require.Equal(s.t, statementsOf(want), got)
}

// statementsOf are the sums of the creators of whom something counted.
func statementsOf(want settledDay) map[int64]db.Totals {
	sums := map[int64]db.Totals{}
	for _, l := range want.lines {
		if !l.pays() {
			continue
		}
		sum := totals(want.total(func(other line) bool { return other.video.creator == l.video.creator }))
		sum.LateRows = 0 // a statement only has those that count
		sums[l.video.creator] = sum
	}
	return sums
}

var wonInMail = regexp.MustCompile(`₩[0-9,]+`)

// requireMails means that every creator with a statement has got its mail once,
// with its amount, unless the books say that it was rejected, or that nobody can
// know.
func (c *chaos) requireMails(s *system, week settlement.Period, want settledDay) {
	s.t.Helper()
	mails, err := c.inbox.Mails()
	require.NoError(s.t, err)
	received := map[string][]string{} // paths by Message-ID
	for _, mail := range mails {
		received[mail.MessageID] = append(received[mail.MessageID], mail.Path)
	}
	deliveries, err := s.db.Deliveries(s.t.Context(), week, db.DeliveryPending, db.DeliverySending, db.DeliverySent, db.DeliveryRejected, db.DeliveryUnknown)
	require.NoError(s.t, err)
	statements := statementsOf(want)
	require.Len(s.t, deliveries, len(statements), "deliveries of %s", week)
	for _, delivery := range deliveries {
		got := received[fmt.Sprintf("statement.%s-%d.1@creatorpay.example", week, delivery.CreatorID)]
		who := fmt.Sprintf("mails of %s to creator %d, which are %s", week, delivery.CreatorID, delivery.State)
		switch delivery.State {
		case db.DeliverySent:
			require.Len(s.t, got, 1, who)
		case db.DeliveryUnknown:
			require.LessOrEqual(s.t, len(got), 1, who)
			c.tally.leaveUnknown()
		default:
			require.Equal(s.t, db.DeliveryRejected, delivery.State, who)
			require.Empty(s.t, got, who)
		}
		for _, path := range got {
			text, documents := (&mailing{system: s}).read(path)
			require.Equal(s.t, 2, documents, who)
			sum := statements[delivery.CreatorID]
			require.Equal(s.t, (sum.VideoAmount + sum.AdAmount).String(), wonInMail.FindString(text), who)
		}
	}
}

// ownRows are the tables with rows of a period, and which rows those are.
var ownRows = map[string]string{
	"runs":              "kind = ? AND starts_on = ?",
	"run_chunks":        "kind = ? AND starts_on = ?",
	"top_videos":        "kind = ? AND starts_on = ?",
	"period_videos":     "kind = ? AND starts_on = ?",
	"statements":        "kind = ? AND starts_on = ?",
	"daily_statistics":  "'daily' = ? AND day = ?",
	"daily_settlements": "'daily' = ? AND day = ?",
	"late_views":        "'daily' = ? AND posted_on = ?",
	"adjustments":       "'daily' = ? AND posted_on = ?",
}

// seal is a fingerprint of all rows of a period. What is closed never changes
// again (R11).
func (c *chaos) seal(period settlement.Period) string {
	hash := sha256.New()
	for _, table := range slices.Sorted(maps.Keys(ownRows)) {
		if err := c.ask(func(ctx context.Context) error {
			rows, err := rowsOf(ctx, c.sql, `SELECT * FROM `+table+` WHERE `+ownRows[table], period.Kind, period.Start)
			fmt.Fprintln(hash, table, rows)
			return err
		}); err != nil {
			c.complain("%s: %v", period, err)
		}
	}
	return fmt.Sprintf("%x", hash.Sum(nil))
}

// querier is a connection pool or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// rowsOf are all rows of a query as text, in no order but always the same.
func rowsOf(ctx context.Context, from querier, query string, args ...any) (all []string, err error) {
	rows, err := from.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	for rows.Next() {
		values, targets := make([]sql.RawBytes, len(columns)), make([]any, len(columns))
		for i := range values {
			targets[i] = &values[i]
		}
		if err := rows.Scan(targets...); err != nil {
			return nil, err
		}
		all = append(all, fmt.Sprintf("%q", values))
	}
	slices.Sort(all)
	return all, rows.Err()
}
