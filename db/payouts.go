package db

import (
	"context"
	"fmt"

	"creatorpay/db/server"
	"creatorpay/settlement"
)

// Payouts are what is paid and carried for creators' closed weeks, by creator and
// Monday. Where nothing is carried there is none, which is the zero value.
type Payouts map[int64]map[settlement.Day]settlement.Payout

// Payouts are those of the creators.
func (db *DB) Payouts(ctx context.Context, creators settlement.Creators) (Payouts, error) {
	payouts := Payouts{}
	err := db.EachPayout(ctx, creators, func(creator int64, week settlement.Day, payout settlement.Payout) error {
		if payouts[creator] == nil {
			payouts[creator] = map[settlement.Day]settlement.Payout{}
		}
		payouts[creator][week] = payout
		return nil
	})
	return payouts, err
}

// EachPayout hands over those of the creators, by creator and in the order in which the
// weeks closed; also those where nothing is carried, of creators who have had a negative
// week. Only these are looked at, which an index finds.
//
// A negative week is carried to the week that closes next, whether that lies before or
// after it (R16): what was said of a closed week stays true, though an earlier one may
// close after it. A week whose close was lost with a server closes again, and is carried
// by its new place.
func (db *DB) EachPayout(ctx context.Context, creators settlement.Creators, handle func(creator int64, week settlement.Day, payout settlement.Payout) error) error {
	type weekTotal struct {
		CreatorID int64          `db:"creator_id"`
		Week      settlement.Day `db:"starts_on"`
		Total     settlement.Won `db:"total"`
	}
	var weeks []weekTotal // of one creator
	handOver := func() error {
		totals := make([]settlement.Won, len(weeks))
		for i, week := range weeks {
			totals[i] = week.Total
		}
		payouts, err := settlement.Payouts(totals)
		if err != nil {
			return fmt.Errorf("add up weeks of creator %d: %w", weeks[0].CreatorID, err)
		}
		for i, payout := range payouts {
			if err := handle(weeks[i].CreatorID, weeks[i].Week, payout); err != nil {
				return err
			}
		}
		weeks = weeks[:0]
		return nil
	}
	err := server.Each(ctx, db.pool, func(week weekTotal) error {
		if len(weeks) > 0 && weeks[0].CreatorID != week.CreatorID {
			if err := handOver(); err != nil {
				return err
			}
		}
		weeks = append(weeks, week)
		return nil
	}, `
		SELECT
			s.creator_id,
			s.starts_on,
			s.video_amount + s.ad_amount + s.net AS total
		FROM (
			SELECT DISTINCT creator_id
			FROM statements
			WHERE kind = ? AND version = ? AND negative = 1 AND creator_id BETWEEN ? AND ?
		) c
		STRAIGHT_JOIN runs r ON r.kind = ? AND r.version = ? AND r.state = ?
		STRAIGHT_JOIN statements s ON s.kind = r.kind AND s.starts_on = r.starts_on AND s.version = r.version AND s.creator_id = c.creator_id
		ORDER BY s.creator_id, r.ended_at, s.starts_on`,
		settlement.Weekly, runVersion, creators.First, creators.Last, settlement.Weekly, runVersion, settlement.Closed)
	if err == nil && len(weeks) > 0 {
		err = handOver()
	}
	if err != nil {
		return fmt.Errorf("read weeks of creators who had a negative one: %w", err)
	}
	return nil
}
