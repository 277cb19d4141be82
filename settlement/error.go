package settlement

import (
	"errors"
	"fmt"
)

// ErrorKind is what an [Error] is about. It is an error itself, so that callers
// ask for it by errors.Is(err, settlement.ErrNotClosed).
type ErrorKind string

func (k ErrorKind) Error() string { return string(k) }

// What may not be run, because of the input, the calendar or the book of runs.
const (
	ErrInvalid     ErrorKind = "invalid"           // given by hand, and no day or period that could be settled
	ErrNotClosed   ErrorKind = "not closed"        // a period that must be closed first; the error has its State
	ErrClosed      ErrorKind = "closed"            // a period that never changes again (R11)
	ErrNotOver     ErrorKind = "not over"          // a day that has not ended
	ErrNotBegun    ErrorKind = "not begun"         // a week or month in the future
	ErrBeforeFirst ErrorKind = "before first day"  // a day before the first one ever settled
	ErrUnsettled   ErrorKind = "unsettled"         // a period with chunks that are not done
	ErrStale       ErrorKind = "stale"             // another workflow run has taken over, or the period is closed
	ErrLostRun     ErrorKind = "lost run"          // a run that goes on, or its plan, is not in the book of runs
	ErrLostLate    ErrorKind = "lost late rows"    // what a run posts is not fixed in the book of runs
	ErrNothing     ErrorKind = "nothing is closed" // in a range that is to be looked at
	ErrNotFound    ErrorKind = "not found"         // what somebody asked for
	ErrSchema      ErrorKind = "schema"            // newer or older than this program
	ErrNotMigrated ErrorKind = "not migrated"      // a database without a schema
)

// What is wrong with rows and figures. Trying again changes nothing.
const (
	ErrOutOfRange       ErrorKind = "outside the range of exact numbers (2^63-1)" // refused, never rounded and never wrapped around
	ErrBadRow           ErrorKind = "bad row"                                     // of the watch log: it contradicts itself
	ErrUnknownVideos    ErrorKind = "unknown videos"                              // with rows, but not in the catalogue (R10)
	ErrPrices           ErrorKind = "prices"                                      // that cannot be used or changed
	ErrFees             ErrorKind = "fees"                                        // that cannot be used or changed
	ErrBadPayments      ErrorKind = "bad payments"                                // rows that keep a day from closing (R15)
	ErrNotTheSum        ErrorKind = "not the sum"                                 // of its closed days (R8)
	ErrLateRows         ErrorKind = "late rows"                                   // posted ones that are not those that were judged
	ErrOwnerChanged     ErrorKind = "owner changed"                               // since a video was counted
	ErrDocumentsChanged ErrorKind = "documents changed"                           // since they were first drawn
	ErrLostClaim        ErrorKind = "lost claim"                                  // on a mail that was sent
)

// What stands in the way of a change of the watch log.
const (
	ErrNoPartition ErrorKind = "no partition"  // for a day
	ErrNoFirstDay  ErrorKind = "no first day"  // for a day before the log begins, and none was ever settled, as on a platform that has just begun
	ErrTooManyDays ErrorKind = "too many days" // for the watch log
	ErrDropped     ErrorKind = "dropped"       // a day for which there is no room any more
	ErrMissing     ErrorKind = "missing"       // the partition of a closed day that is needed
	ErrHasRows     ErrorKind = "has rows"      // a day that was to be removed
	ErrNeeded      ErrorKind = "needed"        // a day that got rows while it was to be dropped
	ErrBusy        ErrorKind = "busy"          // a log, with somebody's transaction; soon again
	ErrBackup      ErrorKind = "backup"        // that is not the one from which a day can be restored
	ErrRowsArrived ErrorKind = "rows arrived"  // after a day was counted, or checked; to be checked and counted again
)

// Error is what programs tell apart of all that can go wrong. It says what is
// wrong and where, and carries the facts that callers need; what to type next is
// added where commands are known. Which kinds are final and which are tried again
// is decided in the package activities.
type Error struct {
	Kind   ErrorKind
	Period Period   // that it is about; zero where it is about none
	State  RunState // of the period's run, with [ErrNotClosed]
	Text   string   // for people
}

// Errorf makes an error of a formatted text.
func Errorf(kind ErrorKind, period Period, format string, args ...any) *Error {
	return &Error{Kind: kind, Period: period, Text: fmt.Sprintf(format, args...)}
}

func (e *Error) Error() string { return e.Text }

// Is tells whether the target is the error's kind.
func (e *Error) Is(target error) bool { return target == e.Kind }

// KindOf is the kind of the error, or of the first one that it wraps; empty if
// there is none.
func KindOf(err error) (kind ErrorKind) {
	var found *Error
	if errors.As(err, &found) {
		return found.Kind
	}
	errors.As(err, &kind)
	return kind
}

// RunState is how a period's run stands in the book of runs.
type RunState string

// The states of a run.
const (
	NeverRun RunState = "" // the book has no run of the period
	Running  RunState = "running"
	Failed   RunState = "failed"
	Closed   RunState = "closed" // its rows never change again (R11)
)

// Describe writes the state for people.
func (s RunState) Describe() string {
	switch s {
	case Running:
		return "its run is still going"
	case Failed:
		return "its run failed"
	case Closed:
		return "it is closed"
	default:
		return "it was never run"
	}
}

// NotClosed is an [ErrNotClosed] of the period.
func NotClosed(period Period, state RunState) *Error {
	return &Error{Kind: ErrNotClosed, Period: period, State: state, Text: fmt.Sprintf("%s is not closed: %s", period, state.Describe())}
}
