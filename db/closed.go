package db

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/jmoiron/sqlx"

	"creatorpay/db/server"
	"creatorpay/settlement"
)

// ClosedRun is the run of a closed period. For any other period it fails with a
// [settlement.ErrNotClosed].
func (db *DB) ClosedRun(ctx context.Context, period settlement.Period) (Run, error) {
	run, found, err := findRun(ctx, db.pool, period)
	if err != nil {
		return Run{}, err
	}
	if !found || run.State != settlement.Closed {
		return Run{}, settlement.NotClosed(period, run.State)
	}
	return run, nil
}

// SealedRun is the run of a closed period with its seals.
type SealedRun struct {
	Run
	Seals Seals `db:"seals"`
}

var sealedRunColumns = server.ColumnsOf(SealedRun{})

// SealedRun is the closed period's run, read in one statement. For any other
// period it fails with a [settlement.ErrNotClosed].
func (db *DB) SealedRun(ctx context.Context, period settlement.Period) (SealedRun, error) {
	var run SealedRun
	found, err := readRun(ctx, db.pool, period, sealedRunColumns, &run)
	if err != nil {
		return SealedRun{}, err
	}
	if !found || run.State != settlement.Closed {
		return SealedRun{}, settlement.NotClosed(period, run.State)
	}
	return run, nil
}

// Seal names the period, its close and its seals: a SHA-256 in hexadecimal. Equal
// ones, equal rows, closed at the same moment, which statements show: a period that
// has to be closed again, since its close was lost with a server, has another seal.
func (r SealedRun) Seal() string {
	seals, _ := json.Marshal(r.Seals) // of texts and numbers, by table
	// A closed run has ended.
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %s %d %s", r.Kind, r.StartsOn, r.EndedAt.UnixMilli(), seals))
	return hex.EncodeToString(sum[:])
}

// Extent is how many periods of a kind are closed. Since none is ever opened
// again, and a replica sees them close in the order in which they did, of two
// copies the one with more of them has all those of the other.
type Extent struct {
	Closed int64
	Newest settlement.Day // first day of the newest one; 0 without any
}

// Extent tells how many periods of the kind are closed.
func (db *DB) Extent(ctx context.Context, kind settlement.Kind) (Extent, error) {
	var extent struct {
		Closed int64                    `db:"closed"`
		Newest sql.Null[settlement.Day] `db:"newest"`
	}
	if err := db.pool.GetContext(ctx, &extent, `
		SELECT
			COUNT(*) AS closed,
			MAX(starts_on) AS newest
		FROM runs
		WHERE kind = ? AND version = ? AND state = ?`, kind, runVersion, settlement.Closed); err != nil {
		return Extent{}, fmt.Errorf("count closed periods: %w", err)
	}
	return Extent{Closed: extent.Closed, Newest: extent.Newest.V}, nil
}

// LastClosedDay is the newest closed day, if there is any.
func (db *DB) LastClosedDay(ctx context.Context) (day settlement.Day, found bool, err error) {
	return lastClosedDay(ctx, db.pool)
}

// firstClosedDay starts the chain of closed days.
func firstClosedDay(ctx context.Context, from sqlx.QueryerContext) (day settlement.Day, found bool, err error) {
	return endOfClosed(ctx, from, "MIN")
}

func lastClosedDay(ctx context.Context, from sqlx.QueryerContext) (day settlement.Day, found bool, err error) {
	return endOfClosed(ctx, from, "MAX")
}

// endOfClosed is the first closed day (MIN) or the last one (MAX).
func endOfClosed(ctx context.Context, from sqlx.QueryerContext, end string) (day settlement.Day, found bool, err error) {
	var closed sql.Null[settlement.Day]
	err = sqlx.GetContext(ctx, from, &closed, `
		SELECT `+end+`(starts_on)
		FROM runs
		WHERE kind = ? AND version = ? AND state = ?`, settlement.Daily, runVersion, settlement.Closed)
	if err != nil {
		return 0, false, fmt.Errorf("find first or last closed day: %w", err)
	}
	return closed.V, closed.Valid, nil
}
