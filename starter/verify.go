package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"

	"creatorpay/db"
	"creatorpay/db/probe"
	"creatorpay/db/replication"
	"creatorpay/engine/verify"
	"creatorpay/program/settings"
	"creatorpay/settlement"
)

type verifyCommand struct {
	readerFlags
	settings.Replicas `embed:""`

	Date settlement.Day `required:"" placeholder:"DATE" help:"A closed day."`
}

func (c verifyCommand) Run(ctx context.Context, database *db.DB, opened *opened) error {
	warnings := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	replicas, err := replication.OpenScans(c.MySQLDSN, c.DSNs(), connections(), probe.CheckReads, warnings)
	if err != nil {
		return err
	}
	opened.add(replicas.Close)
	return printVerification(ctx, database.ScannedOn(replicas.At(replicas.Position(ctx))), c.Date)
}

// printVerification prints the chunks whose rows came, are missing or changed, and
// every difference. Either is an error, except for rows that came late: another day
// posts them.
func printVerification(ctx context.Context, database *db.DB, day settlement.Day) error {
	found, err := verify.Day(ctx, database, day, connections()/2)
	if err != nil {
		return err
	}
	fmt.Print(verificationText(day, found))
	if problems := verificationProblems(found); len(problems) > 0 {
		return errors.New(day.String() + ": " + strings.Join(problems, ", "))
	}
	return nil
}

// verificationText is the whole report.
func verificationText(day settlement.Day, found verify.Report) string {
	text := rowsText(found.Chunks)
	if unposted := found.Unposted(); unposted > 0 {
		text += fmt.Sprintf("%s: %s came late: the next daily run posts them, unless it raises an alarm for the day\n", day, settlement.Count(unposted, "row"))
	}
	if len(verificationProblems(found)) == 0 {
		text += fmt.Sprintf("%s: what is stored is what the logs give; no difference\n", day)
	}
	return text + differencesText(found.Differences)
}

func differencesText(differences []verify.Difference) string {
	out := newTable("Of", "Figure", "Stored", "Recomputed")
	rightAligned(out, 3, 4)
	for _, d := range differences {
		out.AppendRow([]any{d.Of, d.Figure, d.Stored, d.Recomputed})
	}
	return filled(out)
}

// rowsText shows the chunks whose rows came, are missing or changed.
func rowsText(chunks []verify.Rows) string {
	out := newTable("Chunk", "Videos", "Counted", "Found", "Checksum", "Checksum now", "What happened")
	rightAligned(out, 1, 3, 4, 5, 6)
	for _, rows := range chunks {
		if verdict := rows.Verdict(); verdict != "" {
			out.AppendRow([]any{
				rows.Chunk.Number, rows.Chunk.String(), settlement.Number(rows.Counted()), settlement.Number(rows.Found),
				fmt.Sprintf("%016x", rows.CountedChecksum()), fmt.Sprintf("%016x", rows.Checksum), verdict,
			})
		}
	}
	return filled(out)
}

// verificationProblems sums up what is wrong; there are none if nothing is.
func verificationProblems(found verify.Report) (problems []string) {
	if bad := found.Bad(); bad > 0 {
		problems = append(problems, settlement.Count(bad, "chunk")+" with other rows in the logs than were counted")
	}
	if n := len(found.Differences); n > 0 {
		problems = append(problems, settlement.Count(n, "difference")+" between what is stored and what the logs give")
	}
	return problems
}
