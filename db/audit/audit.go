// Package audit holds the closed books against invariants. It only reads.
//
// Its statements are its own, also where the books have one that would do: a query that stored wrong rows would find
// them right. It shares with the books the rules of package settlement, the lists of columns, how the logs are
// read, and the hashes of rows, since those that it finds must be those that were stored.
package audit

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"

	"creatorpay/db"
	"creatorpay/db/server"
	"creatorpay/settlement"
)

// Invariant is something that holds in all closed books.
type Invariant struct {
	Name    string
	Meaning string
	Remedy  string // what to do where it does not hold
	Subject Subject
	// check holds the books against it in their snapshot, on one connection.
	check func(context.Context, *audit) error
	// checkLog reads the logs: it has no snapshot, and takes as many connections of
	// the pool as there are.
	checkLog func(context.Context, *audit) error
	// allRows tells that checkLog reads every row of a log, and does not only count
	// them or look some up.
	allRows bool
}

// Subject is what an invariant is about. It decides which commands show what is
// wrong and repair it.
type Subject int

// The subjects.
const (
	Book        Subject = iota // rows that only a backup has
	Figures                    // figures of days, which can be recomputed from the logs, and sums of them
	Logs                       // the rows of days in the logs
	DroppedDays                // rows in the logs of days that are not there any more
	Mails                      // the mails of a week
)

// invariants are ordered by what they cost, the cheapest first. The last ones
// read every row of the days in the logs.
func invariants() []Invariant {
	return []Invariant{
		startsInvariant, chainInvariant, chunksInvariant, feesInvariant, mailsInvariant, lateInvariant, latePaymentsInvariant,
		creatorsInvariant, netInvariant, totalsInvariant,
		topInvariant, paidInvariant, ordinalsInvariant, amountsInvariant, adjustmentsInvariant,
		periodsInvariant, statementsInvariant, unchangedInvariant, keptInvariant, refundsInvariant,
		droppedInvariant, rowsInvariant, checksumsInvariant, paymentsInvariant,
	}
}

// Result is what holding the books against one invariant gave.
type Result struct {
	Invariant
	Findings []Finding     // the first findingsNamed; none means that it holds
	More     int           // how many further ones there are
	Notes    []string      // what is worth knowing but breaks nothing
	Took     time.Duration // to find out
}

// Finding is a row, or a few, for which an invariant does not hold.
type Finding struct {
	Period  settlement.Period // in which it lies
	Where   string            // such as "2024-05-09, video 17"
	Problem string
}

// findingsNamed is how many findings of one invariant are kept: what breaks
// more rows than that has one cause.
const findingsNamed = 20

// Run holds the closed periods that have a day from first to last against
// every invariant, on all of the machine's cores, and returns the results in
// their order. Each invariant of the books is checked in a snapshot of its own:
// what is closed at the beginning never changes. Without checksums the rows of the
// logs are only counted, which does not find changed ones. It fails with a
// [settlement.ErrNothing] if there is no closed day to look at.
func Run(ctx context.Context, books *db.DB, first, last settlement.Day, checksums bool) ([]Result, error) {
	closed, err := readBooks(ctx, books, first, last)
	if err != nil {
		return nil, err
	}
	checked := invariants()
	if !checksums {
		checked = slices.DeleteFunc(checked, func(invariant Invariant) bool { return invariant.allRows })
	}
	results := make([]Result, len(checked))
	for i, invariant := range checked {
		results[i].Invariant = invariant
	}
	if err := inParallel(ctx, checked, func(ctx context.Context, i int, invariant Invariant) error {
		if invariant.check == nil {
			return nil
		}
		return books.InSnapshot(ctx, func(tx *sqlx.Tx) error {
			return (&audit{closedBooks: closed, tx: tx, result: &results[i]}).run(ctx, invariant.check)
		})
	}); err != nil {
		return nil, err
	}
	// Each of these is parallel in itself. While the ones above held connections,
	// it could have to wait for theirs, and they for its.
	for i, invariant := range checked {
		if invariant.checkLog == nil {
			continue
		}
		if err := (&audit{closedBooks: closed, result: &results[i]}).run(ctx, invariant.checkLog); err != nil {
			return nil, err
		}
	}
	return results, nil
}

// audit is what one invariant is checked with.
type audit struct {
	closedBooks
	tx     *sqlx.Tx // a snapshot; nil for those that read the logs
	result *Result
}

// run checks the invariant and takes the time.
func (a *audit) run(ctx context.Context, check func(context.Context, *audit) error) error {
	began := time.Now()
	if err := check(ctx, a); err != nil {
		return fmt.Errorf("audit %s: %w", a.result.Name, err)
	}
	a.result.Took += time.Since(began)
	return nil
}

// found records that the invariant does not hold in the period; what says where
// in it, unless it is all of it.
func (a *audit) found(period settlement.Period, what, problem string, args ...any) {
	where := period.String()
	if what != "" {
		where += ", " + what
	}
	a.add(Finding{Period: period, Where: where, Problem: fmt.Sprintf(problem, args...)})
}

func (a *audit) add(finding Finding) {
	if len(a.result.Findings) == findingsNamed {
		a.result.More++
		return
	}
	a.result.Findings = append(a.result.Findings, finding)
}

// note tells what breaks nothing.
func (a *audit) note(format string, args ...any) {
	a.result.Notes = append(a.result.Notes, fmt.Sprintf(format, args...))
}

// eachRow hands the rows of a query to one function without keeping them.
func eachRow[T any](ctx context.Context, a *audit, query string, args []any, each func(T)) error {
	return server.Each(ctx, a.tx, func(row T) error {
		each(row)
		return nil
	}, query, args...)
}

// ofVideo is where a finding about a video lies.
func ofVideo(video int64) string { return fmt.Sprintf("video %d", video) }

// ofCreator is where a finding about a creator lies.
func ofCreator(creator int64) string { return fmt.Sprintf("creator %d", creator) }
