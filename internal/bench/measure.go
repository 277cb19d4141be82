package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"time"

	"go.temporal.io/sdk/client"

	"creatorpay/internal/devstack"
	"creatorpay/internal/generate"
	"creatorpay/settlement"
	"creatorpay/workflows"
)

// Run measures on a private stack and writes the figures down.
func (c measureCommand) Run(ctx context.Context) (err error) {
	if err := devstack.Clear(ctx, c.Dir); err != nil {
		return err
	}
	r, err := newRig(ctx, c.installation, c.layout)
	if err != nil {
		return err
	}
	ctx = r.whileWorking(ctx)
	defer func() {
		if err != nil {
			err = errors.Join(context.Cause(ctx), err)
		}
		err = errors.Join(err, r.stop(), devstack.Clear(context.WithoutCancel(ctx), c.Dir))
	}()
	if err := r.makeTables(ctx); err != nil {
		return err
	}
	m := measurement{
		Name: c.Name, Videos: c.Videos, Skew: string(c.Skew), Layout: c.String(), ClosedDays: c.ClosedDays, Rounds: c.Rounds, Note: c.Note,
	}
	if m.Machine, err = r.describe(ctx); err != nil {
		return err
	}
	var sizes []size
	for _, millions := range c.Millions {
		sizes = append(sizes, size{Rows: int64(math.Round(millions * million))})
	}
	for _, millions := range c.Payments {
		sizes = append(sizes, size{Rows: int64(math.Round(millions * million)), Payments: true})
	}
	sizes = slices.DeleteFunc(sizes, func(s size) bool { return s.Rows == 0 })
	for i, figures := range sizes {
		today := firstDay + settlement.Day(i*(c.ClosedDays+1)+c.ClosedDays) // the days of all sizes follow each other
		if err := r.measureSize(ctx, today, &figures, c); err != nil {
			return fmt.Errorf("%s: %w", figures.rows(), err)
		}
		m.Sizes = append(m.Sizes, figures)
		if err := m.keep(c.Figures); err != nil { // what is measured is kept if a bigger size fails
			return err
		}
	}
	return errors.Join(c.writePage(), m.failures())
}

// measureSize fills the days of the size and adds what is measured to it.
func (r *rig) measureSize(ctx context.Context, today settlement.Day, figures *size, command measureCommand) (err error) {
	fmt.Printf("%s: filling\n", figures.rows())
	if err := r.fillSize(ctx, today, figures, command); err != nil {
		return fmt.Errorf("fill: %w", err)
	}
	// The first run of all is not measured: it warms the database, and its
	// results are those that the others must have, too.
	if _, err := r.runDaily(ctx, today); err != nil {
		return err
	}
	contestants := r.own(figures.Payments)
	if len(command.Only) > 0 {
		contestants = slices.DeleteFunc(contestants, func(c contestant) bool { return !slices.Contains(command.Only, c.name) })
	}
	for _, c := range contestants {
		if err := r.rehearse(ctx, today, c); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
	}
	for round := range command.Rounds {
		one, err := r.measureProduct(ctx, workflows.DailyInput{Day: today})
		if err != nil {
			return err
		}
		figures.add(product, one)
		for _, c := range contestants {
			one, err := r.measureOther(ctx, today, c)
			if err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
			figures.add(c.name, one)
		}
		if !figures.Payments {
			if err := r.measureOutside(ctx, today, figures, command); err != nil {
				return err
			}
			if one, err = r.measureWithPayments(ctx, today, command); err != nil {
				return fmt.Errorf("%s: %w", withPayments, err)
			}
			figures.add(withPayments, one)
		}
		fmt.Printf("%s: round %d of %d done\n", figures.rows(), round+1, command.Rounds)
	}
	return r.empty(ctx, today-settlement.Day(command.ClosedDays), today, "watch_log", "payments")
}

// fillSize fills the days of the size. Days of views have payments besides, but for
// the measured one; days of payments have a single view.
func (r *rig) fillSize(ctx context.Context, today settlement.Day, figures *size, command measureCommand) (err error) {
	options := generate.Options{ViewsPerDay: figures.Rows, Videos: command.Videos, Skew: command.Skew}
	if !figures.Payments {
		figures.FilledPerSecond, err = r.fill(ctx, today, command.ClosedDays, options, besides)
		return err
	}
	options.ViewsPerDay = 1
	if _, err := r.fill(ctx, today, command.ClosedDays, options, figures.Rows); err != nil {
		return err
	}
	began := time.Now()
	err = r.fillPayments(ctx, today, figures.Rows, command.Videos, command.ClosedDays == 0)
	figures.FilledPerSecond = float64(figures.Rows) / time.Since(began).Seconds()
	return err
}

// measureWithPayments measures the product on the same day with payments.
func (r *rig) measureWithPayments(ctx context.Context, today settlement.Day, command measureCommand) (one figure, err error) {
	if err := r.fillPayments(ctx, today, besides, command.Videos, command.ClosedDays == 0); err != nil {
		return one, err
	}
	if one, err = r.measureProduct(ctx, workflows.DailyInput{Day: today}); err != nil {
		return one, err
	}
	return one, r.empty(ctx, today, today, "payments")
}

// rehearse runs a contestant once and makes sure that its result is right.
func (r *rig) rehearse(ctx context.Context, today settlement.Day, c contestant) error {
	if c.stores == nil {
		return nil
	}
	if err := r.emptyTables(ctx); err != nil {
		return err
	}
	if err := c.run(ctx, today); err != nil {
		return err
	}
	return r.compare(ctx, today, c.stores)
}

func (r *rig) measureProduct(ctx context.Context, input workflows.DailyInput) (one figure, err error) {
	if err := r.forget(ctx, input.Day); err != nil {
		return one, err
	}
	if r.cluster != nil {
		if err := r.cluster.CatchUp(ctx); err != nil {
			return one, err
		}
	}
	for _, worker := range r.workers {
		if err := resetPeak(worker.Process.Pid); err != nil {
			return one, err
		}
	}
	var run client.WorkflowRun
	one, err = r.timed(func() error {
		run, err = r.execute(ctx, settlement.DailyPeriod(input.Day), workflows.Daily, input)
		return err
	})
	if err != nil {
		return one, err
	}
	if one.Events, one.Steps, err = r.historyOf(ctx, run); err != nil {
		return one, err
	}
	if one.CollectLate = one.step(collectLateActivity).took(); one.CollectLate <= 0 {
		return one, fmt.Errorf("the history of %s has no %s that completed", run.GetID(), collectLateActivity)
	}
	for _, worker := range r.workers {
		peak, err := peakMemory(worker.Process.Pid)
		if err != nil {
			return one, err
		}
		one.Peak = max(one.Peak, peak)
	}
	one.Parts, err = r.partsOf(ctx, input.Day)
	return one, err
}

func (r *rig) measureOther(ctx context.Context, today settlement.Day, c contestant) (one figure, err error) {
	if err := r.emptyTables(ctx); err != nil {
		return one, err
	}
	return r.timed(func() error { return c.run(ctx, today) })
}

// timed runs work and tells how long it took and what CPU time the processes
// used for it.
func (r *rig) timed(work func() error) (one figure, err error) {
	clients := []int{os.Getpid()}
	for _, worker := range r.workers {
		clients = append(clients, worker.Process.Pid)
	}
	used := func() (at figure, err error) {
		for _, one := range []struct {
			time *time.Duration
			pids []int
		}{
			{&at.MySQL, []int{r.mysql.PID()}}, {&at.Replicas, r.replicaPIDs()}, {&at.Temporal, []int{r.server.PID()}}, {&at.Client, clients},
		} {
			if *one.time, err = cpuTime(one.pids...); err != nil {
				return at, err
			}
		}
		return at, nil
	}
	before, err := used()
	if err != nil {
		return one, err
	}
	began := time.Now()
	if err := work(); err != nil {
		return one, err
	}
	took := time.Since(began)
	one, err = used()
	one.Took = took
	one.MySQL -= before.MySQL
	one.Replicas -= before.Replicas
	one.Temporal -= before.Temporal
	one.Client -= before.Client
	return one, err
}
