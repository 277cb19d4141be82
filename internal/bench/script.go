package main

import (
	"context"
	_ "embed"
	"fmt"
	"strings"

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
)

// script runs one of the scripts into the tables bench_statistics and
// bench_settlements.
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
		for statement := range strings.SplitSeq(replace.Replace(text+settleScript), ";\n") {
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

// makeTables makes the tables that the others write to.
func (r *rig) makeTables(ctx context.Context) error {
	for _, statement := range []string{
		"CREATE TABLE bench_statistics LIKE daily_statistics",
		"CREATE TABLE bench_settlements LIKE daily_settlements",
	} {
		if _, err := r.sql.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

func (r *rig) emptyTables(ctx context.Context) error {
	for _, table := range []string{"bench_statistics", "bench_settlements"} {
		if _, err := r.sql.ExecContext(ctx, "TRUNCATE TABLE "+table); err != nil {
			return err
		}
	}
	return nil
}

// compare fails unless the others' tables hold what the product stored for the
// day.
func (r *rig) compare(ctx context.Context, day settlement.Day) error {
	for _, pair := range [][2]string{{"daily_statistics", "bench_statistics"}, {"daily_settlements", "bench_settlements"}} {
		var sums [2]string
		for i, table := range pair {
			columns := statisticsColumns
			if strings.HasSuffix(table, "settlements") {
				columns = settlementColumns
			}
			if err := r.sql.GetContext(ctx, &sums[i], `
				SELECT CONCAT(COUNT(*), ' rows, sum ', COALESCE(SUM(CRC32(CONCAT_WS(',', `+columns.List()+`))), 0))
				FROM `+table+`
				WHERE starts_on = ?`, day); err != nil {
				return err
			}
		}
		if sums[0] != sums[1] {
			return fmt.Errorf("%s has %s, %s has %s", pair[0], sums[0], pair[1], sums[1])
		}
	}
	return nil
}
