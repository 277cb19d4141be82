package db

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/jmoiron/sqlx"

	"creatorpay/db/daylog"
	"creatorpay/db/server"
	"creatorpay/settlement"
)

// Seal tells whether a table's rows of a closed period are still those with
// which it closed (R11).
type Seal struct {
	Rows int64  `json:"rows"`
	Hash string `json:"hash"` // the sum of the rows' hashes, whatever their order
}

// Seals are one period's by table. A table that had no rows is missing.
type Seals map[string]Seal

// Value stores the seals as JSON. It is text, since MySQL takes no bytes for JSON.
func (s Seals) Value() (driver.Value, error) {
	text, err := json.Marshal(s)
	return string(text), err
}

// Scan reads what [Seals.Value] stores; NULL gives none.
func (s *Seals) Scan(source any) error {
	*s = nil
	if source == nil {
		return nil
	}
	text, isText := source.([]byte)
	if !isText {
		return fmt.Errorf("read %T as seals", source)
	}
	return json.Unmarshal(text, s)
}

// sealedTable has rows that never change once their period has closed.
type sealedTable struct {
	name    string
	start   string // the column with the period's first day
	columns string // those that are fixed by then; none may be NULL
	ofKind  bool   // the table holds periods of every kind
}

var (
	sealedAlways = []sealedTable{
		{"runs", "starts_on", "version, price_rule, fee_rule, repeat_window_ms, late_from, payments_late_from, " + totalsColumns.List(), true},
		{"run_chunks", "starts_on", "version, chunk, COALESCE(video_from, ''), COALESCE(video_before, ''), state, checksum, payments_checksum, COALESCE(first_payment, ''), COALESCE(last_payment, ''), " + totalsColumns.List(), true},
		{"top_videos", "starts_on", "metric, video_rank, video_id, title, value", true},
	}
	sealedDaily = append(sealedAlways[:len(sealedAlways):len(sealedAlways)],
		sealedTable{"daily_statistics", "starts_on", statisticsLineColumns.List(), false},
		sealedTable{"daily_settlements", "starts_on", settlementLineColumns.List(), false},
		sealedTable{"daily_payments", "starts_on", paymentLineColumns.List(), false},
		sealedTable{"payment_adjustments", "posted_on", paymentAdjustmentColumns.List(), false},
		sealedTable{"payment_refunds", "settled_on", refundColumns.List(), false},
		sealedTable{"adjustments", "posted_on", adjustmentColumns.List(), false},
		sealedTable{"late_views", "posted_on", server.ColumnsOf(daylog.LateView{}).List(), false},
		sealedTable{"late_payments", "posted_on", "paid_on, video_id, payment_id, paid_at, status, payer_id, amount, method, COALESCE(refund_of, ''), posted_on, verdict", false},
	)
	// The documents of a statement are drawn after the close.
	sealedPeriod = append(sealedAlways[:len(sealedAlways):len(sealedAlways)],
		sealedTable{"period_videos", "starts_on", periodVideoColumns.List(), true},
		sealedTable{"statements", "starts_on", "version, creator_id, name, locale, " + rolledUpColumns.List(), true},
	)
)

func sealedTables(kind settlement.Kind) []sealedTable {
	if kind == settlement.Daily {
		return sealedDaily
	}
	return sealedPeriod
}

// rowHash takes 60 bits of a row's SHA-256 (MySQL has no MD5 any more): enough to find every change that is no
// attack, and what all servers can add up exactly.
const rowHash = `CAST(CONV(LEFT(SHA2(CONCAT_WS('|', %s), 256), 15), 16, 10) AS UNSIGNED)`

// ReadSeals makes the seals of the periods of the kind that start from first to
// last, by their first day, from the rows as they are: a period that has none is
// missing.
func ReadSeals(ctx context.Context, from sqlx.QueryerContext, kind settlement.Kind, first, last settlement.Day) (map[settlement.Day]Seals, error) {
	var parts []string
	var args []any
	for _, table := range sealedTables(kind) {
		where := table.start + " BETWEEN ? AND ?"
		if table.ofKind {
			where = "kind = ? AND " + where
			args = append(args, kind)
		}
		args = append(args, first, last)
		parts = append(parts, `
			SELECT
				'`+table.name+`' AS sealed,
				`+table.start+` AS start,
				COUNT(*) AS row_count,
				CAST(SUM(`+fmt.Sprintf(rowHash, table.columns)+`) AS CHAR) AS hash
			FROM `+table.name+`
			WHERE `+where+`
			GROUP BY `+table.start)
	}
	var sums []struct {
		Table string         `db:"sealed"`
		Start settlement.Day `db:"start"`
		Rows  int64          `db:"row_count"`
		Hash  string         `db:"hash"`
	}
	if err := sqlx.SelectContext(ctx, from, &sums, strings.Join(parts, `
			UNION ALL`), args...); err != nil {
		return nil, fmt.Errorf("hash rows of %s periods: %w", kind, err)
	}
	found := make(map[settlement.Day]Seals)
	for _, sum := range sums {
		if found[sum.Start] == nil {
			found[sum.Start] = make(Seals)
		}
		found[sum.Start][sum.Table] = Seal{Rows: sum.Rows, Hash: sum.Hash}
	}
	return found, nil
}

// seal stores the seals of a period whose rows are complete and locked.
func seal(ctx context.Context, tx *sqlx.Tx, period settlement.Period) error {
	seals, err := ReadSeals(ctx, tx, period.Kind, period.Start, period.Start)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `
		UPDATE runs
		SET seals = ?
		WHERE kind = ? AND starts_on = ? AND version = ?`,
		seals[period.Start], period.Kind, period.Start, runVersion)
	return err
}
