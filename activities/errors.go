package activities

import (
	"time"

	"go.temporal.io/sdk/temporal"

	"creatorpay/settlement"
)

// Which errors are final and which are tried again is decided here and nowhere
// else.

// The types of error that workflows and operators tell apart. All of them but
// TypeWaiting and TypeHandedBack are final: trying again changes nothing before an
// operator does.
const (
	TypeWaiting     = "Waiting"     // for an earlier period to close; tried again until it does
	TypeRefused     = "Refused"     // the period may not be run (yet)
	TypeBeforeFirst = "BeforeFirst" // the period lies before all that is settled here
	TypeStale       = "Stale"       // another workflow run has taken over
	TypeLost        = "Lost"        // the database lacks what an earlier step of the run stored
	TypeBadData     = "BadData"     // a row or figure that cannot be right
	TypeUnknown     = "UnknownVideos"
	TypeRowsArrived = "RowsArrived" // the logs do not come to rest
	TypeChunks      = "ChunksFailed"
	TypePeriods     = "PeriodsFailed" // runs that a launch waited for

	TypeMails        = "MailsFailed"
	TypeMailSettings = "MailSettings" // the mail server cannot be used as the worker is set
	TypeHandedBack   = "HandedBack"   // by a worker that is told to stop; another one goes on at once
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
	settlement.ErrBeforeFirst: TypeBeforeFirst,
	settlement.ErrNoFirstDay:  TypeBeforeFirst,
	settlement.ErrUnsettled:   TypeLost,
	settlement.ErrLostRun:     TypeLost,
	settlement.ErrLostLate:    TypeLost,
	settlement.ErrNoPartition: TypeRefused,
	settlement.ErrTooManyDays: TypeRefused,
	settlement.ErrStale:       TypeStale,

	settlement.ErrBadRow:        TypeBadData,
	settlement.ErrPrices:        TypeBadData,
	settlement.ErrFees:          TypeBadData,
	settlement.ErrBadPayments:   TypeBadData,
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
	message := withNext(err, next)
	if kind == settlement.ErrStale { // as it should be
		return temporal.NewApplicationErrorWithOptions(message, errorType, temporal.ApplicationErrorOptions{
			NonRetryable: true,
			Category:     temporal.ApplicationErrorCategoryBenign,
		})
	}
	return finalError(errorType, message)
}

// withNext is the error's text with what to do next, where the program knows.
func withNext(err error, next func(error) string) string {
	if next == nil || next(err) == "" {
		return err.Error()
	}
	return err.Error() + "; " + next(err)
}

// finalError is an error that trying again cannot change, of a type that no kind
// of error has, or of an activity that knows more than the kind says.
func finalError(errorType, message string) error {
	return temporal.NewNonRetryableApplicationError(message, errorType, nil)
}

// againAfter makes an activity try again after the delay. Nothing is wrong, so
// nothing is logged as an error.
func againAfter(delay time.Duration, errorType, message string) error {
	return temporal.NewApplicationErrorWithOptions(message, errorType, temporal.ApplicationErrorOptions{
		NextRetryDelay: delay,
		Category:       temporal.ApplicationErrorCategoryBenign,
	})
}
