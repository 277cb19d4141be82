package activities

import (
	"errors"
	"time"

	"go.temporal.io/sdk/temporal"

	"creatorpay/db"
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

// classify decides, for every error that leaves an activity, whether it is
// final. What is not named here is retried as the activity's options say. The
// result must not be wrapped again: only the outermost error decides.
func classify(err error) error {
	var (
		closed      *db.ClosedError
		notOver     *db.NotOverError
		noPartition *db.NoPartitionError
		beforeFirst *db.BeforeFirstDayError
		notClosed   *db.NotClosedError
		stale       *db.StaleError
		lost        *db.LostRunError
		badRow      *db.BadRowError
		priceRule   *db.PriceRuleError
		notTheSum   *db.NotTheSumError
		lateRows    *db.LateRowsError
		unsettled   *db.UnsettledError
		span        *db.SpanError
		notBegun    *db.NotBegunError
		invalid     *settlement.InvalidError
	)
	switch {
	case err == nil:
		return nil
	case errors.As(err, &closed), errors.As(err, &notOver), errors.As(err, &noPartition), errors.As(err, &beforeFirst), errors.As(err, &notClosed), errors.As(err, &unsettled), errors.As(err, &span), errors.As(err, &lost), errors.As(err, &notBegun), errors.As(err, &invalid):
		return temporal.NewNonRetryableApplicationError(err.Error(), TypeRefused, nil)
	case errors.As(err, &stale):
		return temporal.NewApplicationErrorWithOptions(err.Error(), TypeStale, temporal.ApplicationErrorOptions{
			NonRetryable: true,
			Category:     temporal.ApplicationErrorCategoryBenign,
		})
	case errors.As(err, &badRow), errors.As(err, &priceRule), errors.As(err, &notTheSum), errors.As(err, &lateRows), errors.Is(err, settlement.ErrOutOfRange):
		return temporal.NewNonRetryableApplicationError(err.Error(), TypeBadData, nil)
	default:
		return err
	}
}

// await makes a run wait for an earlier period. What the run does not show yet
// is handed to it; after that the activity is tried again until something
// changes, so that a wait of days costs no worker slot and no history.
func await(attempt int32, unclosed, shown *db.NotClosedError) (news *db.NotClosedError, err error) {
	if shown == nil || *shown != *unclosed {
		return unclosed, nil
	}
	delay := shortWait
	if unclosed.State != db.StateRunning {
		for ; attempt > 1 && delay < longWait; attempt-- {
			delay = min(2*delay, longWait)
		}
	}
	return nil, waitFor(unclosed, delay)
}

// waitFor makes an activity look again after the delay.
func waitFor(unclosed *db.NotClosedError, delay time.Duration) error {
	return temporal.NewApplicationErrorWithOptions("waiting: "+unclosed.Error(), TypeWaiting, temporal.ApplicationErrorOptions{
		NextRetryDelay: delay,
		Category:       temporal.ApplicationErrorCategoryBenign,
	})
}
