package main

import (
	"context"
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"creatorpay/db"
	"creatorpay/db/server"
	"creatorpay/settlement"
)

// The scripts are what an engineer would put into cron: statistics and
// settlement of one day in one session, by the same rules.
var (
	//go:embed window.sql
	windowScript string
	//go:embed suspects.sql
	suspectsScript string
	//go:embed settle.sql
	settleScript string
	//go:embed payments.sql
	paymentsScript string
)

// script runs one of the scripts into the tables of [stored].
func (r *rig) script(text string) func(context.Context, settlement.Day) error {
	return func(ctx context.Context, day settlement.Day) error {
		conn, err := r.sql.Connx(ctx)
		if err != nil {
			return err
		}
		defer func() { _ = conn.Close() }()
		// Otherwise it would lock every row that it reads.
		if _, err := conn.ExecContext(ctx, "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED"); err != nil {
			return err
		}
		replace := strings.NewReplacer(
			":today", "'"+day.String()+"'",
			":yesterday", "'"+(day-1).String()+"'",
			":start", "'"+r.calendar.Start(day).UTC().Format("2006-01-02 15:04:05")+"'",
		)
		for statement := range strings.SplitSeq(replace.Replace(text), ";\n") {
			if strings.TrimSpace(statement) == "" {
				continue
			}
			if _, err := conn.ExecContext(ctx, statement); err != nil {
				return fmt.Errorf("%s: %w", strings.TrimSpace(statement), err)
			}
		}
		return nil
	}
}

// stored is a table of the product's and the others' table of the same form.
type stored struct {
	product, other string
	columns        server.Columns
}

// What contestants store of views and of payments.
var (
	ofViews    = []stored{{"daily_statistics", "bench_statistics", statisticsColumns}, {"daily_settlements", "bench_settlements", settlementColumns}}
	ofPayments = []stored{{"daily_payments", "bench_payments", server.ColumnsOf(db.PaymentLine{})}}
	all        = slices.Concat(ofViews, ofPayments)
)

// makeTables makes the tables that the others write to.
func (r *rig) makeTables(ctx context.Context) error {
	for _, table := range all {
		if _, err := r.sql.ExecContext(ctx, "CREATE TABLE "+table.other+" LIKE "+table.product); err != nil {
			return err
		}
	}
	_, err := r.sql.ExecContext(ctx, `
		CREATE TABLE bench_results (
			payment_id BIGINT NOT NULL PRIMARY KEY,
			video_id   BIGINT NOT NULL,
			amount     BIGINT NOT NULL,
			fee        BIGINT NOT NULL
		)`)
	return err
}

func (r *rig) emptyTables(ctx context.Context) error {
	for _, table := range all {
		if _, err := r.sql.ExecContext(ctx, "TRUNCATE TABLE "+table.other); err != nil {
			return err
		}
	}
	_, err := r.sql.ExecContext(ctx, "TRUNCATE TABLE bench_results")
	return err
}

// compare fails unless the others' tables hold what the product stored for the
// day.
func (r *rig) compare(ctx context.Context, day settlement.Day, tables []stored) error {
	for _, one := range tables {
		products, err := r.checksum(ctx, day, one.product, one.columns)
		if err != nil {
			return err
		}
		others, err := r.checksum(ctx, day, one.other, one.columns)
		if err != nil {
			return err
		}
		if others != products {
			return fmt.Errorf("%s has %s, %s has %s", one.product, products, one.other, others)
		}
	}
	return nil
}

// checksum tells what the table has of the day, as contestants from outside tell
// it of their results.
func (r *rig) checksum(ctx context.Context, day settlement.Day, table string, columns server.Columns) (sum string, err error) {
	err = r.sql.GetContext(ctx, &sum, `
		SELECT CONCAT(COUNT(*), ' rows, sum ', COALESCE(SUM(CRC32(CONCAT_WS(',', `+columns.List()+`))), 0))
		FROM `+table+`
		WHERE starts_on = ?`, day)
	return sum, err
}
