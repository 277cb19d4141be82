package main

import (
	"context"
	"fmt"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"creatorpay/db"
	"creatorpay/program/command"
	"creatorpay/program/control"
	"creatorpay/settlement"
	"creatorpay/workflows"
)

type scheduleListCommand struct {
	readServers
	Last uint `default:"5" help:"How many of the newest launches of each kind to show."`
}

func (c scheduleListCommand) Run(ctx context.Context, database *db.DB, temporal *control.Server) error {
	calendar, err := database.Calendar(ctx)
	if err != nil {
		return err
	}
	var states []control.ScheduleState
	var launches []control.Launch
	for _, schedule := range workflows.Schedules() {
		state, err := temporal.Describe(ctx, schedule)
		if err != nil {
			return err
		}
		found, err := temporal.Launches(ctx, schedule, calendar, c.Last)
		if err != nil {
			return err
		}
		states, launches = append(states, state), append(launches, found...)
	}
	fmt.Print(schedulesText(states, calendar), launchesText(launches, calendar))
	for _, launch := range launches {
		if !launch.Failed() {
			continue
		}
		if cause := temporal.Cause(ctx, launch); cause != nil {
			fmt.Printf("%s: %s\n  %s\n", launch.WorkflowID, workflows.Cause(cause), temporal.Link(launch.WorkflowID, launch.RunID))
		}
	}
	for _, schedule := range workflows.Schedules() {
		if !schedule.Launches() {
			continue
		}
		open, err := control.Due(ctx, database, schedule, time.Now())
		if err != nil {
			return err
		}
		fmt.Print(openText(open))
	}
	return nil
}

const listTime = "2006-01-02 15:04"

func schedulesText(states []control.ScheduleState, calendar settlement.Calendar) string {
	out := newTable("Schedule", "State", "Note", "Next", "Launched", "Buffered", "Dropped", "Too late")
	out.SetColumnConfigs([]table.ColumnConfig{{Number: 3, WidthMax: 60}}) // a failure that paused a schedule is a long note
	hint := ""
	for _, schedule := range states {
		if schedule.Missing {
			out.AppendRow(table.Row{schedule.ID, "not there"})
			hint = "create what is not there: " + command.ApplySchedules + "\n"
			continue
		}
		state, next := "active", ""
		if schedule.Paused {
			state = "paused"
		} else if !schedule.Next.IsZero() {
			next = calendar.In(schedule.Next).Format(listTime)
		}
		out.AppendRow(table.Row{
			schedule.ID, state, schedule.Note, next, schedule.Launched, schedule.Buffered, schedule.Dropped, schedule.TooLate,
		})
	}
	return filled(out) + hint
}

func launchesText(launches []control.Launch, calendar settlement.Calendar) string {
	out := newTable("Launched", "Started", "By", "Outcome", "Took")
	for _, launch := range launches {
		by, took := "operator", ""
		if !launch.Due.IsZero() {
			by = "schedule, due " + calendar.In(launch.Due).Format(listTime)
		}
		if launch.Took > 0 {
			took = tenths(launch.Took)
		}
		out.AppendRow(table.Row{launch.What, calendar.In(launch.Started).Format(listTime), by, launch.Status.String(), took})
	}
	return filled(out)
}
