// Package statement puts a creator's statement of a closed period together: as it
// is drawn, mailed and shown. The same books give the same statement.
package statement

import (
	"context"
	"time"

	"creatorpay/db"
	"creatorpay/settlement"
	"creatorpay/templates"
)

// Read gives the closed period's statements of the creators, by creator, as they
// are drawn and mailed. contact is the mail address for questions in those that
// have not been drawn yet. It fails with a [settlement.ErrNotClosed].
func Read(ctx context.Context, database *db.DB, period settlement.Period, creators settlement.Creators, contact string) ([]*templates.Statement, error) {
	common, err := ReadCommon(ctx, database, period)
	if err != nil {
		return nil, err
	}
	return common.ReadOf(ctx, database, creators, contact)
}

// Common is what all statements of a closed period have in common. It never
// changes, and is safe for concurrent use.
type Common struct {
	run      db.Run
	closedAt time.Time                               // by the clocks of the business time zone
	rules    map[settlement.Day]settlement.PriceRule // by which each day was settled
	prices   []settlement.PriceRule                  // each of them once
	fees     feeBook
	top      []db.TopVideo
}

// ReadCommon reads what the statements of the closed period have in common. It
// fails with a [settlement.ErrNotClosed].
func ReadCommon(ctx context.Context, database *db.DB, period settlement.Period) (*Common, error) {
	run, err := database.ClosedRun(ctx, period)
	if err != nil {
		return nil, err
	}
	calendar, err := database.Calendar(ctx)
	if err != nil {
		return nil, err
	}
	c := &Common{
		run:      run,
		closedAt: calendar.In(*run.EndedAt), // a closed run has ended
		rules:    make(map[settlement.Day]settlement.PriceRule),
	}
	days, err := database.ClosedDays(ctx, period)
	if err != nil {
		return nil, err
	}
	versions := make(map[int64]settlement.PriceRule)
	for _, day := range days {
		rule, known := versions[day.PriceRule]
		if !known {
			if rule, err = database.Prices.Version(ctx, day.PriceRule); err != nil {
				return nil, err
			}
			versions[day.PriceRule] = rule
			c.prices = append(c.prices, rule)
		}
		c.rules[day.StartsOn] = rule
	}
	if c.fees, err = readFees(ctx, database, period, days); err != nil {
		return nil, err
	}
	c.top, err = database.TopVideos(ctx, period)
	return c, err
}

// ReadOf gives the statements of the creators as the function [Read] does.
func (c *Common) ReadOf(ctx context.Context, database *db.DB, creators settlement.Creators, contact string) ([]*templates.Statement, error) {
	stored, err := database.Statements(ctx, c.run.Period(), creators)
	if err != nil {
		return nil, err
	}
	lines, _, err := c.ReadLines(ctx, database, db.Lines{Creators: creators})
	if err != nil {
		return nil, err
	}
	return c.Statements(ctx, database, creators, stored, lines, contact)
}

// Statements puts those of the creators together as the function [Read] does. stored are
// all of theirs, and lines all lines of these.
func (c *Common) Statements(ctx context.Context, database *db.DB, creators settlement.Creators, stored []db.Statement, lines Lines, contact string) ([]*templates.Statement, error) {
	fees, err := c.creatorsFees(ctx, database, lines)
	if err != nil {
		return nil, err
	}
	payouts, err := c.payouts(ctx, database, creators)
	if err != nil {
		return nil, err
	}
	statements := make([]*templates.Statement, len(stored))
	for i, head := range stored {
		own := lines.take(head.CreatorID)
		statements[i] = c.statement(head, contact, own, fees[head.CreatorID], payouts[head.CreatorID][c.run.StartsOn])
	}
	return statements, nil
}

// payouts are those of the creators' weeks; what a month comes to is not paid.
func (c *Common) payouts(ctx context.Context, database *db.DB, creators settlement.Creators) (db.Payouts, error) {
	if c.run.Kind != settlement.Weekly {
		return nil, nil
	}
	return database.Payouts(ctx, creators)
}
