package daylog

import (
	"context"
	"slices"

	"github.com/jmoiron/sqlx"

	"creatorpay/db/server"
	"creatorpay/settlement"
)

// description is all in which the table of one log differs from that of the
// other.
type description struct {
	name  string // in messages: "watch log"
	rows  string // what its rows are called there: "views"
	table string
	day   string // the column by which the table is partitioned
	at    string // the column with the row's instant
	id    string // a column of the key, by which a row of a LEFT JOIN is told from none
	// key is the primary key, the day first. The other columns are figures, or
	// optional where they may be NULL; they come in this order.
	key, figures, optional server.Columns
	late                   string // the table of late rows: the same columns, who posts them, and a verdict
	epochSetting           string // the setting that has the newest epoch
	// stray reads rows of the table of late ones and makes an error of the first.
	stray func(ctx context.Context, from sqlx.QueryerContext, query string, args ...any) error
	// keep stores what must be known of a day's rows after they are dropped; nil
	// where that is nothing.
	keep func(ctx context.Context, tx *sqlx.Tx, rows OnTime) error
}

// columns are all that a row says. The epoch is no part of it.
func (d *description) columns() server.Columns { return slices.Concat(d.key, d.figures, d.optional) }

// lateColumns are those of the table of late rows.
func (d *description) lateColumns() server.Columns {
	return append(d.columns(), "posted_on", "verdict")
}

// partition is the day's partition as a table of a query.
func (d *description) partition(day settlement.Day) string {
	return d.table + " PARTITION (" + partitionName(day) + ")"
}

// holding is the table of a query that has the rows. That of a closed day is its
// partition and nothing else: were it missing, the whole table would have none of
// its rows and say nothing.
func (d *description) holding(rows OnTime) string {
	if rows.LateFrom == 0 {
		return d.table
	}
	return d.partition(rows.Day)
}

// byEpoch makes the server find a partition's late rows by their index instead
// of reading all rows.
func (d *description) byEpoch() string { return "FORCE INDEX (" + d.table + "_epoch_idx)" }

// same is the SQL condition that a and b are the same row.
func (d *description) same(a, b string) string {
	return d.key.Joined(a+".%s = "+b+".%s", " AND ")
}

// other is the SQL condition that a and b, the same row, have other figures.
func (d *description) other(a, b string) string {
	condition := d.figures.Joined(a+".%s <> "+b+".%s", " OR ")
	if len(d.optional) > 0 {
		condition += " OR " + d.optional.Joined("NOT ("+a+".%s <=> "+b+".%s)", " OR ")
	}
	return condition
}
