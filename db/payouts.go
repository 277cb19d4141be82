package db

import (
	"context"
	"fmt"

	"creatorpay/settlement"
)

// Payouts are what is paid and carried for creators' closed weeks, by creator and
// Monday. Where nothing is carried there is none, which is the zero value.
type Payouts map[int64]map[settlement.Day]settlement.Payout

// Payouts are those of the creators. A negative week is carried to the week that
// closes next, whether that lies before or after it (R16): what was said of a closed
// week stays true, though an earlier one may close after it. A week whose close was
// lost with a server closes again, and is carried by its new place.
//
// Only creators who have had a negative week are looked at, which an index finds.
func (db *DB) Payouts(ctx context.Context, creators settlement.Creators) (Payouts, error) {
	var weeks []struct {
		CreatorID int64          `db:"creator_id"`
		Week      settlement.Day `db:"starts_on"`
		Total     settlement.Won `db:"total"`
	}
	if err := db.pool.SelectContext(ctx, &weeks, `
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
		settlement.Weekly, runVersion, creators.First, creators.Last, settlement.Weekly, runVersion, settlement.Closed); err != nil {
		return nil, fmt.Errorf("read weeks of creators who had a negative one: %w", err)
	}
	payouts := Payouts{}
	for len(weeks) > 0 {
		creator := weeks[0].CreatorID
		var totals []settlement.Won
		for _, week := range weeks {
			if week.CreatorID != creator {
				break
			}
			totals = append(totals, week.Total)
		}
		carried, err := settlement.Payouts(totals)
		if err != nil {
			return nil, fmt.Errorf("add up weeks of creator %d: %w", creator, err)
		}
		payouts[creator] = map[settlement.Day]settlement.Payout{}
		for i, payout := range carried {
			payouts[creator][weeks[i].Week] = payout
		}
		weeks = weeks[len(totals):]
	}
	return payouts, nil
}
