package activities

import (
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
