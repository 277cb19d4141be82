package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"creatorpay/db"
	"creatorpay/engine/counting"
	"creatorpay/engine/explain"
	"creatorpay/engine/verify"
	"creatorpay/program/connect"
	"creatorpay/program/control"
	"creatorpay/settlement"
)

type explainCommand struct {
	readerFlags
	temporalFlags
	Date   settlement.Day `required:"" placeholder:"DATE" help:"A closed day."`
	Video  int64          `required:"" placeholder:"ID" help:"The video."`
	Format string         `enum:"text,json" default:"text" help:"text or json."`
}

func (c explainCommand) Run(ctx context.Context, database *db.DB) error {
	options, err := connect.TemporalOptions()
	if err != nil {
		return err
	}
	run, err := database.SealedRun(ctx, settlement.DailyPeriod(c.Date))
	if err != nil {
		return err
	}
	day, found, err := explain.Read(ctx, database, run, c.Video)
	if err != nil {
		return err
	}
	if !found {
		return settlement.Errorf(settlement.ErrNotFound, run.Period(), "%s has neither rows nor late rows of video %d", c.Date, c.Video)
	}
	link := (&control.Server{Namespace: options.Namespace, UI: c.TemporalUI}).Link(run.WorkflowID, run.Holder)
	told := explained{Explanation: day.Explain(), Run: explainedRun{run.WorkflowID, run.Holder, run.EndedAt, link}}
	if told.Again, err = recompute(ctx, database, day); err != nil {
		return err
	}
	if err := told.write(os.Stdout, c.Format); err != nil {
		return err
	}
	if problems := told.problems(); len(problems) > 0 {
		return fmt.Errorf("%s, video %d: %s", c.Date, c.Video, strings.Join(problems, ", "))
	}
	return nil
}

// explained is all that the command shows.
type explained struct {
	explain.Explanation
	Run   explainedRun `json:"run"`
	Again recomputed   `json:"recomputed"`
}

// explainedRun is the run that closed the day.
type explainedRun struct {
	WorkflowID string     `json:"workflow_id"`
	RunID      string     `json:"run_id"`
	ClosedAt   *time.Time `json:"closed_at"`
	Link       string     `json:"link"` // into the Temporal UI
}

// recomputed is what the logs give now.
type recomputed struct {
	Dropped     string              `json:"dropped,omitempty"` // why it could not be recomputed; empty if it was
	Rows        settlement.Mismatch `json:"rows"`              // of the chunk
	Differences []verify.Difference `json:"differences"`
	Fees        []counting.FeeShare `json:"fees,omitempty"` // of the video's settled payments
}

// recompute derives the day from the raw rows, where they are still in the logs.
func recompute(ctx context.Context, database *db.DB, day explain.Day) (again recomputed, err error) {
	again.Rows, again.Differences, err = verify.Video(ctx, database, day.Run.StartsOn, day.Chunk, day.VideoID)
	if errors.Is(err, settlement.ErrMissing) {
		return recomputed{Dropped: err.Error()}, nil
	}
	if err != nil {
		return again, err
	}
	again.Fees, err = counting.FeeShares(ctx, database, day.Run.Run, db.Owner{VideoID: day.VideoID, CreatorID: day.CreatorID()})
	return again, err
}

// problems sums up what is wrong; there are none if nothing is.
func (e explained) problems() (problems []string) {
	for _, part := range []struct {
		name string
		explain.Part
	}{{"video", e.Views}, {"ad", e.Ads}} {
		if !part.AddsUp() {
			problems = append(problems, fmt.Sprintf("the %s amount is not the exact sum cut to whole won", part.name))
		}
	}
	if !e.Again.Rows.None() {
		problems = append(problems, e.Again.Rows.String())
	}
	if n := len(e.Again.Differences); n > 0 {
		problems = append(problems, settlement.Count(n, "difference")+" between what is stored and what the logs give")
	}
	return problems
}

func (e explained) write(to io.Writer, format string) error {
	if format == "json" {
		out := json.NewEncoder(to)
		out.SetIndent("", "  ")
		return out.Encode(e)
	}
	_, err := io.WriteString(to, e.text())
	return err
}

// text is the explanation step by step, and then what the logs say to it.
func (e explained) text() string {
	text := fmt.Sprintf("%s, video %d of creator %d\n\n", e.Start, e.VideoID, e.CreatorID)
	text += e.rowsText() + "\n" + e.sharesText()
	if len(e.Late) > 0 {
		text += "\n" + e.lateText()
	}
	if e.Payments != nil {
		text += "\n" + e.paymentsText()
	}
	chunk := settlement.Range{From: e.Chunk.VideoFrom, Before: e.Chunk.VideoBefore}
	text += fmt.Sprintf("\nprices: version %d, which holds from %s; a repeat starts less than %s after the play before it\n",
		e.PriceRule.Version, e.PriceRule.HoldsFrom, time.Duration(e.RepeatWindowMS)*time.Millisecond)
	if e.Payments != nil {
		text += feeRuleText(e.Payments.FeeRule)
	}
	text += fmt.Sprintf("chunk %d (%s): %s, checksum %s\n", e.Chunk.Number, chunk, settlement.Count(e.Chunk.Rows, "row"), e.Chunk.Checksum)
	if e.Chunk.PaymentRows > 0 {
		text += fmt.Sprintf("  %s, checksum %s\n", settlement.Count(e.Chunk.PaymentRows, "payment row"), e.Chunk.PaymentsChecksum)
	}
	text += fmt.Sprintf("seal: %s\n", e.Seal)
	text += fmt.Sprintf("run: %s, closed %s\n  %s\n\n", e.Run.WorkflowID, e.Run.ClosedAt.Format(time.RFC3339), e.Run.Link)
	return text + e.Again.text()
}

// rowsText shows what became of the day's rows.
func (e explained) rowsText() string {
	out := newTable("Rows of the day", "Count")
	rightAligned(out, 2)
	out.AppendRow([]any{"in the watch log", settlement.Number(e.Rows.All)})
	for _, figure := range e.Rows.Figures() {
		out.AppendRow([]any{figure.Name, settlement.Number(figure.Value)})
	}
	return rendered(out)
}

// sharesText shows the ordinals by price, and how their sums become amounts.
func (e explained) sharesText() string {
	out := newTable("Paid for", "From ordinal", "To ordinal", "Count", "Won each", "Won")
	rightAligned(out, 2, 3, 4, 5, 6)
	for _, of := range []struct {
		name string
		explain.Part
	}{{"views", e.Views}, {"ad views", e.Ads}} {
		for _, share := range of.Shares {
			out.AppendRow([]any{of.name, settlement.Number(share.FromOrdinal), settlement.Number(share.ToOrdinal), settlement.Number(share.Count), share.UnitPrice, share.Exact})
		}
		out.AppendRow([]any{of.name, "", "", settlement.Number(of.Count), "exact", of.Exact})
		out.AppendRow([]any{"", "", "", "", "cut", of.Cut})
		out.AppendRow([]any{"", "", "", "", "amount", of.Amount})
		out.AppendSeparator()
	}
	return rendered(out)
}

// lateText shows what late views of earlier days have of the amounts.
func (e explained) lateText() string {
	out := newTable("Late views of", "Views", "To ordinal", "Ad views", "To ordinal", "Video amount", "Ad amount")
	rightAligned(out, 2, 3, 4, 5, 6, 7)
	for _, late := range e.Late {
		out.AppendRow([]any{
			late.WatchedOn, settlement.Number(late.Views), settlement.Number(late.ViewsTo),
			settlement.Number(late.AdViews), settlement.Number(late.AdViewsTo), late.VideoAmount, late.AdAmount,
		})
	}
	return rendered(out)
}

func (r recomputed) text() string {
	if r.Dropped != "" {
		return "not recomputed: " + r.Dropped + "\n"
	}
	text := feeSharesText(r.Fees)
	differences := differencesText(r.Differences)
	text += differences
	if differences == "" {
		text += "recomputed from the logs: equal\n"
	}
	if !r.Rows.None() {
		text += "rows of the chunk: " + r.Rows.String() + "\n"
	}
	return text
}
