package readside

import (
	"context"
	"database/sql"
	"sync"
	"time"

	"creatorpay/settlement"
)

// presence is since when each replica has each period closed, seen by asking the
// replica itself.
type presence struct {
	mutex sync.Mutex
	spans map[replicaPeriod][]span
}

type replicaPeriod struct {
	replica int
	period  settlement.Period
}

// span is from when to when; To is zero for until now.
type span struct{ From, To time.Time }

// watch looks again and again what the replica has, until ctx ends.
func (p *presence) watch(ctx context.Context, replica int, of *sql.DB) {
	for ctx.Err() == nil {
		short, cancel := context.WithTimeout(ctx, time.Second)
		asked := time.Now()
		closed, err := closedPeriods(short, of)
		cancel()
		if err == nil {
			p.seen(replica, closed, asked)
		}
		pause(ctx, 100*time.Millisecond)
	}
}

func closedPeriods(ctx context.Context, on *sql.DB) (closed []settlement.Period, err error) {
	found, err := on.QueryContext(ctx, `SELECT kind, starts_on FROM runs WHERE state = 'closed'`)
	if err != nil {
		return nil, err
	}
	defer found.Close()
	for found.Next() {
		var one settlement.Period
		if err := found.Scan(&one.Kind, &one.Start); err != nil {
			return nil, err
		}
		closed = append(closed, one)
	}
	return closed, found.Err()
}

// seen takes note of what the replica answered to a question asked at that time.
// What it had before it went back is no news.
func (p *presence) seen(replica int, closed []settlement.Period, asked time.Time) {
	now := time.Now()
	p.mutex.Lock()
	defer p.mutex.Unlock()
	for _, period := range closed {
		key := replicaPeriod{replica, period}
		last := len(p.spans[key]) - 1
		if last < 0 || !p.spans[key][last].To.IsZero() && asked.After(p.spans[key][last].To) {
			p.spans[key] = append(p.spans[key], span{From: now})
		}
	}
}

// lost is that the replica goes back to what it was.
func (p *presence) lost(replica int) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	for key, spans := range p.spans {
		if last := len(spans) - 1; key.replica == replica && spans[last].To.IsZero() {
			spans[last].To = time.Now()
		}
	}
}

// throughout tells whether the replica had the period closed all the time.
func (p *presence) throughout(replica int, period settlement.Period, from, to time.Time) bool {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	for _, one := range p.spans[replicaPeriod{replica, period}] {
		if one.From.Before(from) && (one.To.IsZero() || one.To.After(to)) {
			return true
		}
	}
	return false
}
