package workflows

import (
	"fmt"
	"strings"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"creatorpay/activities"
	"creatorpay/settlement"
)

// What a run's current details in the Temporal UI say: a headline and a small
// table in Markdown.

// showDetails replaces the run's current details.
func showDetails(ctx workflow.Context, headline string, header []string, rows ...[]string) {
	var text strings.Builder
	text.WriteString(headline + "\n\n")
	writeRow(&text, header)
	text.WriteString(strings.Repeat("|---", len(header)) + "|\n")
	for _, row := range rows {
		writeRow(&text, row)
	}
	workflow.SetCurrentDetails(ctx, text.String())
}

// cell keeps a text from ending its cell.
var cell = strings.NewReplacer("|", `\|`, "\n", " ")

func writeRow(text *strings.Builder, cells []string) {
	for _, one := range cells {
		text.WriteString("| " + cell.Replace(one) + " ")
	}
	text.WriteString("|\n")
}

func instant(at time.Time) string { return at.UTC().Format("2006-01-02 15:04:05 UTC") }

func (p *progressTracker) headline(ctx workflow.Context) string {
	headline := p.alarm(commandsOf(ctx).Verify) + fmt.Sprintf("**%s**: %s", p.period, p.phase)
	if p.warning != "" {
		headline += "\n\n**Warning**: " + p.warning
	}
	return headline
}

func (p *progressTracker) show(ctx workflow.Context) {
	p.updated = workflow.Now(ctx)
	now := p.progress()
	switch {
	case p.waiting != nil:
		showDetails(ctx, p.headline(ctx), []string{"waits for", "which", "since", "what to do"},
			[]string{p.waiting.Period.String(), p.waiting.State.Describe(), instant(p.since), thenGoesOn(p.waiting.Next)})
	case now.Chunks == 0:
		showDetails(ctx, p.headline(ctx), []string{"since"}, []string{instant(p.since)})
	default:
		showDetails(ctx, p.headline(ctx), []string{"chunks", "failed", "rows", "rows/s", "seconds left", "since"},
			[]string{fmt.Sprintf("%d of %d", now.ChunksDone, now.Chunks), fmt.Sprint(now.FailedChunks),
				fmt.Sprint(now.Rows), fmt.Sprint(now.RowsPerSecond), fmt.Sprint(now.SecondsLeft), instant(p.since)})
	}
}

// thenGoesOn is what to do about another period so that the run can go on.
func thenGoesOn(next string) string {
	if next == "" {
		next = "have it closed"
	}
	return next + "; this run then goes on by itself"
}

// showClosed shows what the period came to.
func (p *progressTracker) showClosed(ctx workflow.Context, totals settlement.Totals) {
	header := []string{"rows", "views", "self", "repeat", "late views", "video amount", "ad amount"}
	row := []string{fmt.Sprint(totals.Statistics.Rows()), fmt.Sprint(totals.Views), fmt.Sprint(totals.SelfViews), fmt.Sprint(totals.RepeatViews),
		fmt.Sprint(totals.LateViews), fmt.Sprint(totals.VideoAmount), fmt.Sprint(totals.AdAmount)}
	if rows := totals.PaymentFigures.Rows(); rows > 0 {
		header = append(header, "payment rows", "payments", "refunds", "late payment rows", "payments net")
		row = append(row, fmt.Sprint(rows), fmt.Sprint(totals.Payments), fmt.Sprint(totals.Refunds), fmt.Sprint(totals.LatePayments), fmt.Sprint(totals.Net))
	}
	showDetails(ctx, p.headline(ctx), header, row)
}

// failedChunksShown is how many failed chunks the details list; the failure has all.
const failedChunksShown = 20

// showFailure shows what failed in the given phase and what to do.
func (p *progressTracker) showFailure(ctx workflow.Context, phase string, failure error) {
	retry := commandsOf(ctx).Retry(p.period)
	headline := fmt.Sprintf("**%s failed** while %s; fix the cause, then: `%s`", p.period, phase, retry)
	if temporal.IsCanceledError(failure) {
		headline = fmt.Sprintf("**%s was cancelled** while %s; to go on: `%s`", p.period, phase, retry)
	}
	headline = p.alarm(commandsOf(ctx).Verify) + headline
	if len(p.failedChunks) == 0 {
		showDetails(ctx, headline, []string{"cause"}, []string{Cause(failure)})
		return
	}
	var rows [][]string
	for _, chunk := range p.failedChunks[:min(len(p.failedChunks), failedChunksShown)] {
		rows = append(rows, []string{fmt.Sprint(chunk.Chunk), chunk.Videos, chunk.Error})
	}
	if more := len(p.failedChunks) - len(rows); more > 0 {
		rows = append(rows, []string{"…", "", fmt.Sprintf("%d more", more)})
	}
	showDetails(ctx, headline, []string{"chunk", "range", "last error"}, rows...)
}

// showMailing shows how many of the batches are done.
func showMailing(ctx workflow.Context, week settlement.Period, done, batches, failed int) {
	showDetails(ctx, fmt.Sprintf("**mails of %s**: %s", week, PhaseMailing), []string{"batches", "failed"},
		[]string{fmt.Sprintf("%d of %d", done, batches), fmt.Sprint(failed)})
}

// showDeferred shows why mails are still to be sent, and when they are tried again.
func showDeferred(ctx workflow.Context, week settlement.Period, counted activities.CountMailsResult, next time.Time) {
	showDetails(ctx, fmt.Sprintf("**mails of %s**: %s; to try them now: `%s`", week, describeDeferred(counted.Deferred), commandsOf(ctx).SendMails(week)),
		[]string{"sent", "rejected", "unknown", "next try"},
		[]string{fmt.Sprint(counted.Sent), fmt.Sprint(counted.Rejected), fmt.Sprint(counted.Unknown), instant(next)})
}

// showMailed shows what became of the week's mails.
func showMailed(ctx workflow.Context, week settlement.Period, counted activities.CountMailsResult, failed FailedBatches) {
	headline := fmt.Sprintf("**mails of %s**", week)
	if failed.Count > 0 {
		headline += fmt.Sprintf(": %s failed; fix the cause, then: `%s`", settlement.Count(failed.Count, "batch"), commandsOf(ctx).SendMails(week))
	}
	if len(counted.Deferred) > 0 {
		headline += fmt.Sprintf(": %s; to try them again: `%s`", describeDeferred(counted.Deferred), commandsOf(ctx).SendMails(week))
	}
	showDetails(ctx, headline, []string{"sent", "rejected", "unknown"},
		[]string{fmt.Sprint(counted.Sent), fmt.Sprint(counted.Rejected), fmt.Sprint(counted.Unknown)})
}
