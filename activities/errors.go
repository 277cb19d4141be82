package activities

import (
	"errors"
	"time"

	"go.temporal.io/sdk/temporal"

	"creatorpay/settlement"
)

// The types of error that workflows and operators tell apart. All of them but
// TypeWaiting and TypeHandedBack are final: trying again changes nothing before a
// person does.
const (
	TypeWaiting     = "Waiting" // for an earlier period to close; tried again until it does
	TypeRefused     = "Refused" // the period may not be run (yet)
	TypeStale       = "Stale"   // another workflow run has taken over
	TypeBadData     = "BadData" // a row or figure that cannot be right
	TypeUnknown     = "UnknownVideos"
	TypeRowsArrived = "RowsArrived" // the watch log does not come to rest
	TypeChunks      = "ChunksFailed"
	TypePeriods     = "PeriodsFailed" // runs that a launcher waited for

	TypeMails        = "MailsFailed"
	TypeMailSettings = "MailSettings" // the mail server cannot be used as the worker is set
	TypeHandedBack   = "HandedBack"   // by a worker that is told to stop; another one goes on at once
)

// A run looks every shortWait whether the period that it waits for has closed.
// While that one does not even run, a person has to act first, and the time
// between two looks doubles up to longWait.
const (
	shortWait = 5 * time.Second
	longWait  = time.Minute
)

// final are the errors that trying again cannot change, with the type under which
// they are told apart. What is not named here is retried as the activity's options
// say.
var final = map[settlement.ErrorKind]string{
	settlement.ErrInvalid:     TypeRefused,
	settlement.ErrNotClosed:   TypeRefused,
	settlement.ErrClosed:      TypeRefused,
	settlement.ErrNotOver:     TypeRefused,
	settlement.ErrNotBegun:    TypeRefused,
	settlement.ErrBeforeFirst: TypeRefused,
	settlement.ErrUnsettled:   TypeRefused,
	settlement.ErrLostRun:     TypeRefused,
	settlement.ErrNoPartition: TypeRefused,
	settlement.ErrTooManyDays: TypeRefused,
	settlement.ErrStale:       TypeStale,

	settlement.ErrBadRow:        TypeBadData,
	settlement.ErrPrices:        TypeBadData,
	settlement.ErrNotTheSum:     TypeBadData,
	settlement.ErrLateRows:      TypeBadData,
	settlement.ErrOutOfRange:    TypeBadData,
	settlement.ErrUnknownVideos: TypeUnknown,
}

// classify decides, for every error that leaves an activity, whether it is final,
// and adds what a person can do next. The result must not be wrapped again: only
// the outermost error decides.
func classify(err error, next func(error) string) error {
	kind := settlement.KindOf(err)
	errorType, found := final[kind]
	if !found {
		return err
	}
	options := temporal.ApplicationErrorOptions{NonRetryable: true}
	if kind == settlement.ErrStale {
		options.Category = temporal.ApplicationErrorCategoryBenign
	}
	return temporal.NewApplicationErrorWithOptions(withNext(err, next), errorType, options)
}

// withNext is the error's text with what to do next, where the program knows.
func withNext(err error, next func(error) string) string {
	if next == nil || next(err) == "" {
		return err.Error()
	}
	return err.Error() + "; " + next(err)
}

// Waiting is an earlier period for which a run waits, since it is not closed.
type Waiting struct {
	Period settlement.Period   `json:"period"`
	State  settlement.RunState `json:"state,omitempty"`
	Next   string              `json:"next,omitempty"` // what a person can do about it
}

func (w Waiting) String() string { return settlement.NotClosed(w.Period, w.State).Text }

// await makes a run wait for an earlier period. What the run does not show yet
// is handed to it; after that the activity is tried again until something
// changes, so that a wait of days costs no worker slot and no history.
func (a *Activities) await(attempt int32, unclosed *settlement.Error, shown *Waiting) (news *Waiting, err error) {
	waiting := Waiting{Period: unclosed.Period, State: unclosed.State}
	if a.Next != nil {
		waiting.Next = a.Next(unclosed)
	}
	if shown == nil || *shown != waiting {
		return &waiting, nil
	}
	delay := shortWait
	if unclosed.State != settlement.Running {
		for ; attempt > 1 && delay < longWait; attempt-- {
			delay = min(2*delay, longWait)
		}
	}
	return nil, waitFor(unclosed, delay)
}

// waitFor makes an activity look again after the delay.
func waitFor(unclosed *settlement.Error, delay time.Duration) error {
	return temporal.NewApplicationErrorWithOptions("waiting: "+unclosed.Error(), TypeWaiting, temporal.ApplicationErrorOptions{
		NextRetryDelay: delay,
		Category:       temporal.ApplicationErrorCategoryBenign,
	})
}

// mayWait tells whether a run that was not begun waits for the period that is not
// closed: one that nobody runs is only waited for where the run was told to.
func mayWait(err error, wait bool) (unclosed *settlement.Error, waits bool) {
	if !errors.Is(err, settlement.ErrNotClosed) || !errors.As(err, &unclosed) {
		return nil, false
	}
	return unclosed, wait || unclosed.State == settlement.Running
}
