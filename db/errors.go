package db

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"

	"creatorpay/settlement"
)

// NotClosedError says that a period must be closed first.
type NotClosedError struct {
	Period settlement.Period `json:"period"`
	State  string            `json:"state,omitempty"` // as in the book of runs; empty if the period was never run
}

func (e *NotClosedError) Error() string {
	return fmt.Sprintf("%s is not closed: %s; %s", e.Period, e.Why(), e.Remedy())
}

// Why tells how the period stands.
func (e *NotClosedError) Why() string {
	switch e.State {
	case StateRunning:
		return "its run is still going"
	case StateFailed:
		return "its run failed"
	default:
		return "it was never run"
	}
}

// Remedy tells what a person can do to have the period closed.
func (e *NotClosedError) Remedy() string {
	switch e.State {
	case StateRunning:
		return "see `starter status`"
	case StateFailed:
		return "mend the cause that `starter status` shows, then: starter retry " + e.Period.Arguments()
	default:
		return "run it first: starter run " + e.Period.Arguments()
	}
}

// ClosedError says that a period is closed and never changes again (R11).
type ClosedError struct{ Period settlement.Period }

func (e *ClosedError) Error() string {
	check := "recompute and compare it: starter verify --date " + e.Period.String()
	if e.Period.Kind != settlement.Daily {
		check = fmt.Sprintf("compare it with its days: starter audit --from %s --to %s", e.Period.Start, e.Period.End()-1)
	}
	return fmt.Sprintf("%s is closed and is never run again; to %s", e.Period, check)
}

// BeforeFirstDayError says that a day lies before the first day ever settled.
type BeforeFirstDayError struct{ Day, First settlement.Day }

func (e *BeforeFirstDayError) Error() string {
	return fmt.Sprintf("%s lies before %s, the first day that was settled: ordinals run on from there, so no earlier day can be settled", e.Day, e.First)
}

// NotOverError says that a day has not ended yet.
type NotOverError struct {
	Day  settlement.Day
	Zone string
}

func (e *NotOverError) Error() string {
	return fmt.Sprintf("%s is not over yet in %s: run it when it is", e.Day, e.Zone)
}

// NotBegunError says that a week or month lies in the future: to wait for its
// days would be to wait for years where a date is wrong.
type NotBegunError struct {
	Period settlement.Period
	Zone   string
}

func (e *NotBegunError) Error() string {
	return fmt.Sprintf("%s has not begun yet in %s: is the date right?", e.Period, e.Zone)
}

// NoPartitionError says that the watch log has no partition for a day.
type NoPartitionError struct{ Day settlement.Day }

func (e *NoPartitionError) Error() string {
	return fmt.Sprintf("the watch log has no partition for %s: import its views, or, if it had none, add it with `starter partitions add --from %s --to %s`", e.Day, e.Day, e.Day)
}

// SpanError says that the watch log cannot hold so many days.
type SpanError struct{ From, To settlement.Day }

func (e *SpanError) Error() string {
	return fmt.Sprintf("the watch log would span %s, from %s to %s: at most %d are kept; is a date wrong?", settlement.Count(int(e.To-e.From)+1, "day"), e.From, e.To, maxPartitions)
}

// UnsettledError says why a period cannot close: it has chunks that are not
// settled, or none at all. Its run has to go on from where they are.
type UnsettledError struct{ Problem string }

func (e *UnsettledError) Error() string { return e.Problem }

// DroppedError says that the watch log has no room for a day any more: the days
// up to Last are closed and their partitions have been dropped.
type DroppedError struct{ Day, Last settlement.Day }

func (e *DroppedError) Error() string {
	return fmt.Sprintf("the watch log has no room for %s any more: days up to %s are closed and dropped, and what comes late for them cannot be paid", e.Day, e.Last)
}

// GoneError says that plays of a closed day are needed whose partition has been
// dropped: without them repeats would be paid.
type GoneError struct{ Day settlement.Day }

func (e *GoneError) Error() string {
	return fmt.Sprintf("the plays of %s are needed to tell repeats, but its partition was dropped: put it back from a backup, as the runbook says (docs/operations.md, Old days)", e.Day)
}

// StaleError says that a workflow run may no longer write: another one has
// taken over, or the period is closed.
type StaleError struct{ Period settlement.Period }

func (e *StaleError) Error() string {
	return fmt.Sprintf("%s: another run has taken over or closed the period; this one may not write any more", e.Period)
}

// LostRunError says that the book of runs does not know a run that is going: the
// database was restored to a state from before the run began.
type LostRunError struct{ Period settlement.Period }

func (e *LostRunError) Error() string {
	return fmt.Sprintf("the book of runs has no run of %s: the database was restored to a state from before it began; reset the run to its first event", e.Period)
}

// SchemaError says that the database is not the one this program was built for.
type SchemaError struct{ Has, Needs int64 }

func (e *SchemaError) Error() string {
	if e.Has < e.Needs {
		return fmt.Sprintf("the database's schema is at version %d, this program needs %d: run `starter migrate`", e.Has, e.Needs)
	}
	return fmt.Sprintf("the database's schema is at version %d, newer than this program's %d: use the program that goes with it", e.Has, e.Needs)
}

// BadRowError says that a row of the watch log contradicts itself.
type BadRowError struct {
	Day     settlement.Day
	VideoID int64
	Problem string
}

// NewStrayRowError says that a play in the day's partition did not start on that
// day.
func NewStrayRowError(day settlement.Day, play settlement.Play) *BadRowError {
	return &BadRowError{Day: day, VideoID: play.VideoID, Problem: fmt.Sprintf(
		"viewer %d's play started at %s, outside of its partition's day: move it to the day in which it started",
		play.ViewerID, time.UnixMilli(play.StartedAt).UTC().Format(time.RFC3339Nano))}
}

func (e *BadRowError) Error() string {
	return fmt.Sprintf("watch log of %s, video %d: %s", e.Day, e.VideoID, e.Problem)
}

// PriceRuleError says why the prices in the database cannot be used.
type PriceRuleError struct{ Problem string }

func (e *PriceRuleError) Error() string { return e.Problem }

// Server error numbers, the same on MySQL and MariaDB.
const (
	erDBAccessDenied  = 1044
	erAccessDenied    = 1045
	erBadDB           = 1049
	erParseError      = 1064
	erNoSuchTable     = 1146
	erLockWaitTimeout = 1205
	erLockDeadlock    = 1213

	erValueOutOfRange      = 1264 // for its column
	erExpressionOutOfRange = 1690

	erRangeNotIncreasing   = 1493
	erSameNamePartition    = 1517
	erUnknownPartition     = 1735
	erReorganizeOutOfRange = 1520
)

func serverError(err error) uint16 {
	var server *mysql.MySQLError
	if errors.As(err, &server) {
		return server.Number
	}
	return 0
}

func lostToAnotherTx(err error) bool {
	number := serverError(err)
	return number == erLockDeadlock || number == erLockWaitTimeout
}

// inRange makes an error that says that a sum does not fit into a BIGINT, on the
// server or on its way here, a [settlement.ErrOutOfRange].
func inRange(err error) error {
	if err == nil || errors.Is(err, settlement.ErrOutOfRange) {
		return err
	}
	number := serverError(err)
	// The sums are exact decimals on the server; database/sql keeps no more of
	// the cause than its text.
	if number == erValueOutOfRange || number == erExpressionOutOfRange || strings.Contains(err.Error(), strconv.ErrRange.Error()) {
		return fmt.Errorf("%w: %w", settlement.ErrOutOfRange, err)
	}
	return err
}

// layoutChanged tells whether partitions could not be added because others came
// or went after their layout was read.
func layoutChanged(err error) bool {
	number := serverError(err)
	return number == erRangeNotIncreasing || number == erSameNamePartition || number == erReorganizeOutOfRange
}

func explainConnect(err error, config *mysql.Config) error {
	switch serverError(err) {
	case erAccessDenied, erDBAccessDenied:
		return fmt.Errorf("MySQL at %s refuses user %q: check user and password in MYSQL_DSN (%w)", config.Addr, config.User, err)
	case erBadDB:
		return fmt.Errorf("MySQL at %s has no database %q: create it (CREATE DATABASE %s) or name another in MYSQL_DSN", config.Addr, config.DBName, config.DBName)
	default:
		return fmt.Errorf("MySQL at %s cannot be reached: check that it runs and that MYSQL_DSN is right (%w)", config.Addr, err)
	}
}
