package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"time"

	"creatorpay/db"
	"creatorpay/db/daylog"
	"creatorpay/db/replication"
	"creatorpay/program/control"
	"creatorpay/settlement"
	"creatorpay/workflows"
)

// overview is all that the command shows.
type overview struct {
	newest     []db.Run
	running    []control.Running
	unfinished []unfinishedRun
	open       [][]db.OpenPeriod // days, up to the last that has rows; then weeks and months, up to those that are due
	early      []earlyDays
	late       []lateDays
	rooms      []room
	replicas   []replication.State
}

// earlyDays have rows in a log and come before the first day in the book of runs.
type earlyDays struct {
	importedLog
	days []settlement.Day
}

// lateDays are closed days with rows in a log that no day has posted yet.
type lateDays struct {
	importedLog
	days []daylog.DayRows
}

// room is for how many days after today a log has room; it is negative if it has
// none for today.
type room struct {
	log       string
	daysAhead int
}

// look asks the database and its replicas, and Temporal if it can be reached.
func (c statusCommand) look(ctx context.Context, database *db.DB, replicas *replication.Watch, temporal *control.Server) (now overview, err error) {
	var all []db.Run
	for _, kind := range []settlement.Kind{settlement.Monthly, settlement.Weekly, settlement.Daily} {
		runs, err := database.Runs(ctx, kind)
		if err != nil {
			return now, err
		}
		now.newest = append(now.newest, runs[len(runs)-int(min(c.Last, uint(len(runs)))):]...)
		all = append(all, runs...)
	}
	if temporal != nil {
		if now.running, err = temporal.Running(ctx); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
	now.unfinished = findUnfinished(ctx, temporal, all, now.running)
	if err := now.lookAtGaps(ctx, database, all); err != nil {
		return now, err
	}
	now.replicas = replicas.Look(ctx)
	return now, now.lookAtLogs(ctx, database)
}

// lastClosedDay is 0 where none of the days that are shown is closed.
func (o *overview) lastClosedDay() (last settlement.Day) {
	for _, run := range o.newest {
		if run.Kind == settlement.Daily && run.State == settlement.Closed {
			last = max(last, run.StartsOn)
		}
	}
	return last
}

// lookAtGaps finds the periods that should be closed and are not: days up to the last with
// rows that is over, and weeks and months whose days have all closed.
func (o *overview) lookAtGaps(ctx context.Context, database *db.DB, runs []db.Run) error {
	days, err := control.Gaps(ctx, database, time.Now())
	if err != nil {
		return err
	}
	o.open = append(o.open, days)
	for _, schedule := range workflows.Schedules() {
		if schedule.Kind != settlement.Weekly && schedule.Kind != settlement.Monthly {
			continue
		}
		due, err := control.Due(ctx, database, schedule, time.Now())
		if err != nil {
			return err
		}
		o.open = append(o.open, slices.DeleteFunc(due, func(period db.OpenPeriod) bool {
			return !slices.ContainsFunc(runs, func(run db.Run) bool {
				return run.Kind == settlement.Daily && run.StartsOn == period.End()-1 && run.State == settlement.Closed
			})
		}))
	}
	return nil
}

// findLate finds the late rows that wait for a day to post them, by their index: a look for
// each closed day and log.
func findLate(ctx context.Context, database *db.DB) (found []lateDays, err error) {
	views, payments := lateDays{importedLog: importedViews}, lateDays{importedLog: importedPayments}
	runs, err := database.Runs(ctx, settlement.Daily)
	if err != nil {
		return nil, err
	}
	partitions, err := database.Partitions(ctx)
	if err != nil {
		return nil, err
	}
	kept := make(map[settlement.Day]db.Partition, len(partitions))
	for _, partition := range partitions {
		kept[partition.Day] = partition
	}
	for _, run := range runs {
		partition, there := kept[run.StartsOn]
		if run.State != settlement.Closed || !there {
			continue
		}
		if err := views.add(ctx, database.Log.Log, run.OnTime()); err != nil {
			return nil, err
		}
		if partition.Payments == nil {
			continue
		}
		if err := payments.add(ctx, database.Payments.Log, run.PaymentsOnTime()); err != nil {
			return nil, err
		}
	}
	for _, late := range []lateDays{views, payments} {
		if len(late.days) > 0 {
			found = append(found, late)
		}
	}
	return found, nil
}

func (d *lateDays) add(ctx context.Context, log *daylog.Log, day daylog.OnTime) error {
	arrived, err := log.Arrived(ctx, day)
	if err == nil && arrived.Unposted > 0 {
		d.days = append(d.days, daylog.DayRows{Day: day.Day, Rows: arrived.Unposted})
	}
	return err
}

// lookAtLogs finds the early rows of both logs, and their room.
func (o *overview) lookAtLogs(ctx context.Context, database *db.DB) error {
	first, begun, err := database.FirstRun(ctx)
	if err != nil {
		return err
	}
	for _, of := range []struct {
		imported importedLog
		log      *daylog.Log
	}{{importedViews, database.Log.Log}, {importedPayments, database.Payments.Log}} {
		if begun {
			days, err := database.UnsettledBefore(ctx, of.log, first)
			if err != nil {
				return err
			}
			if len(days) > 0 {
				o.early = append(o.early, earlyDays{of.imported, days})
			}
		}
		ahead, found, err := database.DaysAhead(ctx, of.log, time.Now())
		if err != nil {
			return err
		}
		if found || of.log == database.Log.Log { // not every platform has payments
			o.rooms = append(o.rooms, room{of.log.Name(), ahead})
		}
	}
	return nil
}
