package db

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"

	"creatorpay/settlement"
)

// Invariant is something that holds in all closed books.
type Invariant struct {
	Name    string
	Meaning string
	Remedy  string // what to do where it does not hold
	// check holds the books against it in their snapshot, on one connection.
	check func(context.Context, *audit) error
	// checkLog, of an invariant without check, reads the watch log: it has no
	// snapshot, and takes as many connections of the pool as there are.
	checkLog func(context.Context, *audit) error
}

// invariants are ordered by what they cost, the cheapest first. The last one
// reads every row of the days in the watch log.
func invariants() []Invariant {
	return []Invariant{
		startsInvariant, chainInvariant, chunksInvariant, mailsInvariant, lateInvariant, ownersInvariant, totalsInvariant,
		topInvariant, paidInvariant, ordinalsInvariant, amountsInvariant, adjustmentsInvariant,
		periodsInvariant, statementsInvariant, sealsInvariant, rowsInvariant, checksumsInvariant,
	}
}

// Audited is what holding the books against one invariant gave.
type Audited struct {
	Invariant
	Findings []Finding     // the first findingsNamed; none means that it holds
	More     int           // how many further ones there are
	Notes    []string      // what is worth knowing but breaks nothing
	Took     time.Duration // to find out
}

// Finding is a row, or a few, for which an invariant does not hold.
type Finding struct {
	Where   string // such as "2024-05-09, video 17"
	Problem string
}

// findingsNamed is how many findings of one invariant are kept: what breaks
// more rows than that has one cause.
const findingsNamed = 20

// audit is what one invariant is checked with: a snapshot of the books and the
// closed periods.
type audit struct {
	db          *DB
	tx          *sqlx.Tx                  // nil for those that read the watch log
	first, last settlement.Day            // the last is closed
	runs        map[settlement.Kind][]Run // closed, in order
	days        map[settlement.Day]Run    // the daily ones of them
	result      *Audited
}

// Audit holds the closed periods that have a day from first to last against
// every invariant, on all of the machine's cores, and returns the results in
// their order. Each invariant of the books is checked in a snapshot of its own:
// what is closed at the beginning never changes. Without checksums the rows of the watch
// log are only counted, which does not find changed ones. It fails with a
// [settlement.ErrNothing] if there is no closed day to look at.
func (db *DB) Audit(ctx context.Context, first, last settlement.Day, checksums bool) ([]Audited, error) {
	var books audit
	if err := db.InSnapshot(ctx, func(tx *sqlx.Tx) error {
		books = audit{db: db, tx: tx}
		return books.open(ctx, first, last)
	}); err != nil {
		return nil, err
	}
	checked := invariants()
	if !checksums {
		checked = checked[:len(checked)-1]
	}
	results := make([]Audited, len(checked))
	for i, invariant := range checked {
		results[i].Invariant = invariant
	}
	if err := inParallel(ctx, checked, func(ctx context.Context, i int, invariant Invariant) error {
		if invariant.check == nil {
			return nil
		}
		return db.InSnapshot(ctx, func(tx *sqlx.Tx) error { return books.on(tx, &results[i]).run(ctx, invariant.check) })
	}); err != nil {
		return nil, err
	}
	// Each of these is parallel in itself. While the ones above held connections,
	// it could have to wait for theirs, and they for its.
	for i, invariant := range checked {
		if invariant.checkLog == nil {
			continue
		}
		if err := books.on(nil, &results[i]).run(ctx, invariant.checkLog); err != nil {
			return nil, err
		}
	}
	return results, nil
}

// on is the audit of one invariant.
func (a *audit) on(tx *sqlx.Tx, result *Audited) *audit {
	one := *a
	one.tx, one.result = tx, result
	return &one
}

// run checks the invariant and takes the time.
func (a *audit) run(ctx context.Context, check func(context.Context, *audit) error) error {
	began := time.Now()
	if err := check(ctx, a); err != nil {
		return fmt.Errorf("audit %s: %w", a.result.Name, err)
	}
	a.result.Took = time.Since(began)
	return nil
}

// open finds the closed periods that have a day from first to last.
func (a *audit) open(ctx context.Context, first, last settlement.Day) error {
	var runs []Run
	if err := a.tx.SelectContext(ctx, &runs, `
		SELECT `+runColumns.List()+`
		FROM runs
		WHERE version = ? AND state = ? AND starts_on BETWEEN ? AND ?
		ORDER BY starts_on`, runVersion, settlement.Closed, first.Month().Start-6, last); err != nil {
		return fmt.Errorf("read book of runs: %w", err)
	}
	a.runs = make(map[settlement.Kind][]Run)
	a.days = make(map[settlement.Day]Run)
	for _, run := range runs {
		if run.Period().End() <= first {
			continue
		}
		a.runs[run.Kind] = append(a.runs[run.Kind], run)
		if run.Kind == settlement.Daily {
			a.days[run.StartsOn] = run
			a.last = run.StartsOn
		}
	}
	if len(a.days) == 0 {
		return settlement.Errorf(settlement.ErrNothing, settlement.Period{}, "no day from %s to %s is closed: there is nothing to audit", first, last)
	}
	a.first = first
	return nil
}

// span is from the first to the last start of the closed periods of the kind.
func (a *audit) span(kind settlement.Kind) (first, last settlement.Day) {
	runs := a.runs[kind]
	if len(runs) == 0 {
		return 0, -1
	}
	return runs[0].StartsOn, runs[len(runs)-1].StartsOn
}

// found records that the invariant does not hold.
func (a *audit) found(where, problem string, args ...any) {
	if len(a.result.Findings) == findingsNamed {
		a.result.More++
		return
	}
	a.result.Findings = append(a.result.Findings, Finding{Where: where, Problem: fmt.Sprintf(problem, args...)})
}

// note tells what breaks nothing.
func (a *audit) note(format string, args ...any) {
	a.result.Notes = append(a.result.Notes, fmt.Sprintf(format, args...))
}

// eachRow hands the rows of a query to one function without keeping them.
func eachRow[T any](ctx context.Context, a *audit, query string, args []any, each func(T)) error {
	rows, err := a.tx.QueryxContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var row T
		if err := rows.StructScan(&row); err != nil {
			return err
		}
		each(row)
	}
	return rows.Err()
}

// ofVideo is where a finding about a video lies.
func ofVideo(period fmt.Stringer, video int64) string {
	return fmt.Sprintf("%s, video %d", period, video)
}

// closed tells whether the period is one of those that are being audited.
func (a *audit) closed(kind settlement.Kind, start settlement.Day) bool {
	return slices.ContainsFunc(a.runs[kind], func(run Run) bool { return run.StartsOn == start })
}
