package main

import (
	"context"
	"fmt"

	"creatorpay/db"
	"creatorpay/program/command"
	"creatorpay/settlement"
)

// printOpen writes the open periods of a kind as ranges that are in the same
// state, and how to close them. They must be in order.
func printOpen(open []db.OpenPeriod) {
	if len(open) == 0 {
		return
	}
	first, last := open[0], open[len(open)-1]
	fmt.Printf("%s: %s not closed\n", first.Kind, settlement.Count(len(open), "period"))
	for i := 0; i < len(open); {
		next := i + 1
		for next < len(open) && open[next].State == open[i].State && open[next].Start == open[next-1].End() {
			next++
		}
		fmt.Printf("  %s: %s\n", settlement.Span(open[i].Period, open[next-1].Period), stateInWords(open[i].State))
		i = next
	}
	fmt.Printf("  run them in order: %s\n", command.Backfill(first.Period, last.Period))
}

func stateInWords(state settlement.RunState) string {
	if state == settlement.NeverRun {
		return "never run"
	}
	return string(state)
}

// gaps are the open periods of the kind up to the one named, from the first day
// that has to be settled on.
func gaps(ctx context.Context, database *db.DB, last settlement.Period) ([]db.OpenPeriod, error) {
	first, found, err := database.FirstDay(ctx)
	if err != nil || !found {
		return nil, err
	}
	return database.OpenPeriods(ctx, last.Kind, first, last.Start)
}
