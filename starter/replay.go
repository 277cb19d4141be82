package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"os"

	"go.temporal.io/api/history/v1"

	"creatorpay/internal/replay"
	"creatorpay/program/control"
	"creatorpay/settlement"
	"creatorpay/workflows"
)

type replayCommand struct {
	temporalFlags
	Query      string   `xor:"source" placeholder:"QUERY" help:"Runs that Temporal's list filter finds; without it, all that its retention has kept of creatorpay's."`
	WorkflowID string   `xor:"source" placeholder:"ID" help:"One workflow: its latest run."`
	RunID      string   `placeholder:"ID" help:"That run of the workflow instead."`
	File       []string `xor:"source" type:"path" placeholder:"PATH" help:"Histories in files, or in all .json files of a folder, instead of Temporal's."`
	Save       string   `type:"path" placeholder:"DIR" help:"Also write the histories to this folder, one file each."`
}

// Validate refuses a run of no workflow.
func (c replayCommand) Validate() error {
	if c.RunID != "" && c.WorkflowID == "" {
		return errors.New("--run-id needs --workflow-id")
	}
	return nil
}

func (c replayCommand) Run(ctx context.Context, opened *opened) error {
	if c.Save != "" {
		if err := os.MkdirAll(c.Save, 0o750); err != nil {
			return err
		}
	}
	if len(c.File) > 0 {
		return c.replay(replay.InFiles(c.File), nil)
	}
	temporal, err := c.ProvideTemporal(ctx, opened)
	if err != nil {
		return err
	}
	if c.WorkflowID != "" {
		return c.replay(replay.OfRun(ctx, temporal, c.WorkflowID, c.RunID), temporal)
	}
	return c.replay(replay.OfQuery(ctx, temporal, cmp.Or(c.Query, ownRuns)), temporal)
}

// ownRuns are the runs of all workflows of this program, children too.
const ownRuns = "TaskQueue = '" + workflows.TaskQueue + "'"

// replay replays the histories one after the other, and forgets each: there may
// be any number. Where they came from is nil for files.
func (c replayCommand) replay(histories iter.Seq2[*history.History, error], from *control.Server) error {
	replayer := replay.New(workflows.Register)
	total, failed := 0, 0
	for recorded, err := range histories {
		if err != nil {
			return err
		}
		result, err := replayer.Replay(recorded)
		if err != nil {
			return err
		}
		if total == 0 {
			fmt.Printf(replayLine, "Workflow", "Run", "Type", "Status", "Events", "Replay")
		}
		total++
		outcome := "ok"
		if result.Failure != nil {
			failed++
			outcome = "failed"
		}
		fmt.Printf(replayLine, result.WorkflowID, result.RunID, result.Type, result.Status, settlement.Number(result.Events), outcome)
		if result.Failure != nil {
			fmt.Printf("  at event %d: %v\n", result.FailedAt, result.Failure)
			if from != nil {
				fmt.Println("  " + from.Link(result.WorkflowID, result.RunID))
			}
		}
		if c.Save != "" {
			if err := replay.Save(c.Save, result, recorded); err != nil {
				return err
			}
		}
	}
	fmt.Printf("%s: %s ok, %s failed\n", settlement.Count(total, "history"), settlement.Number(total-failed), settlement.Number(failed))
	if failed > 0 {
		return fmt.Errorf("%d of %s cannot be followed by this program: do not deploy it while such runs go on or may be reset", failed, settlement.Count(total, "history"))
	}
	return nil
}

// replayLine is a line of a table that is printed while it grows. A launch of a
// range of days has the longest of names.
const replayLine = "%-36s  %-36s  %-8s  %-16s  %6s  %s\n"
