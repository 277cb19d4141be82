package command

import (
	"errors"
	"fmt"

	"creatorpay/db"
	"creatorpay/settlement"
)

// Next says what to do about an error, with the command to type; empty if there
// is nothing to say that the error does not.
func Next(err error) string {
	var kept *db.Kept
	if errors.As(err, &kept) {
		return release(kept)
	}
	var found *settlement.Error
	if !errors.As(err, &found) {
		return ""
	}
	period := found.Period
	switch found.Kind {
	case settlement.ErrNotClosed:
		return haveClosed(period, found.State)
	case settlement.ErrClosed:
		if period.Kind == settlement.Daily {
			return "to recompute and compare it: " + Verify(period.Start)
		}
		return "to compare it with its days: " + Audit(period)
	case settlement.ErrNoPartition, settlement.ErrNoFirstDay:
		return "import its views or, if it had none, make room: " + AddPartitions(period.Start, period.Start)
	case settlement.ErrNotMigrated:
		return "run `" + Migrate + "`"
	case settlement.ErrNotTheSum:
		return "verify its days: " + Verify(period.Start) + " and so on"
	case settlement.ErrLostClaim:
		return "see `" + MailStatus(period) + "`"
	case settlement.ErrBadPayments:
		return fmt.Sprintf("put the rows right or remove them, import the payment that a refund gives back (one that an earlier system settled with --earlier-payments), or give a method its fee (%s, %s), then: %s",
			ListFees, ExtendFees, Retry(period))
	case settlement.ErrLostRun, settlement.ErrLostLate, settlement.ErrUnsettled:
		return BeforeReset(period) + "let the run begin anew: " + Retry(period)
	case settlement.ErrUnknownVideos:
		return fmt.Sprintf("import them (starter import --videos FILE), then: %s; only the chunks with such rows are counted again", Retry(period))
	default:
		return ""
	}
}

// BeforeReset is what comes before a run begins anew of which the database lost steps: of a week mails may have gone of
// which the database knows nothing.
func BeforeReset(period settlement.Period) string {
	if period.Kind != settlement.Weekly {
		return ""
	}
	return "its mails may have been sent, and would be sent once more: start the workers without SMTP_ADDR first, " +
		"record after the close that their fate is unknown (" + DoubtMails(period) + "), and "
}

// haveClosed is what to do so that the period closes.
func haveClosed(period settlement.Period, state settlement.RunState) string {
	switch state {
	case settlement.Running:
		return "see `" + Status + "`"
	case settlement.Failed:
		return "fix the cause that `" + Status + "` shows, then: " + Retry(period)
	default:
		return "run it once it is over: " + Run(period)
	}
}

// release is what to do so that a day can be dropped.
func release(kept *db.Kept) string {
	switch kept.Reason {
	case db.KeptUnjudged:
		return "settle these rows by hand and delete them (docs/operations.md, Old days)"
	case db.KeptNeverSettled:
		return "to drop such days: starter partitions drop --older-than-days N --never-settled --yes"
	default:
		return ""
	}
}

// Explain is the error's text with what to do about it.
func Explain(err error) string {
	if next := Next(err); next != "" {
		return err.Error() + "; " + next
	}
	return err.Error()
}
