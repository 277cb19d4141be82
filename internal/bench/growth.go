package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"

	"creatorpay/db/audit"
	"creatorpay/engine/export"
	"creatorpay/engine/importer"
	"creatorpay/engine/verify"
	"creatorpay/internal/devstack"
	"creatorpay/internal/generate"
	"creatorpay/settlement"
	"creatorpay/workflows"
)

// growthDay is the first day of all and the last one of a week and of a month, 2024-06-30: both need no other.
const growthDay settlement.Day = 19_904

// growthCommand measures what is done with a week, and how that grows with its
// creators.
type growthCommand struct {
	files
	installation
	Name     string `default:"local" help:"Name of the measurement: that of its file."`
	Creators []int  `default:"1000,10000" help:"How many creators, each in a database of its own. A few of them have no video, and so no statement."`
	Videos   int    `default:"10" help:"Videos a creator has on average, each with two views."`
	Note     string `help:"A sentence about the measurement, for the page."`
}

// Run measures on a private stack for each number of creators and writes the figures
// down.
func (c growthCommand) Run(ctx context.Context) error {
	m := growthMeasurement{Name: c.Name, Note: c.Note, Videos: c.Videos}
	for _, creators := range c.Creators {
		fmt.Printf("%s creators\n", settlement.Number(creators))
		size, err := c.measure(ctx, creators, &m.Machine)
		if err != nil {
			return fmt.Errorf("%s creators: %w", settlement.Number(creators), err)
		}
		m.Sizes = append(m.Sizes, size)
	}
	return errors.Join(m.keep(c.Figures), c.writePage())
}

// Validate refuses to measure nothing.
func (c growthCommand) Validate() error {
	if len(c.Creators) == 0 || slices.Min(c.Creators) < 1 || c.Videos < 1 {
		return errors.New("--creators, --videos: a week takes at least one creator and one video")
	}
	return nil
}

// filled is the folder of the files to import, and mailed that of the mails.
func (c growthCommand) filled() string { return filepath.Join(c.Dir, "files") }
func (c growthCommand) mailed() string { return filepath.Join(c.Dir, mailFolder) }

func (c growthCommand) clear(ctx context.Context) error {
	return errors.Join(os.RemoveAll(c.filled()), os.RemoveAll(c.mailed()), devstack.Clear(ctx, c.Dir))
}

func (c growthCommand) measure(ctx context.Context, creators int, on *machine) (size growthSize, err error) {
	if err := c.clear(ctx); err != nil {
		return size, err
	}
	r, err := newRig(ctx, c.installation, layout{Workers: 1})
	if err != nil {
		return size, err
	}
	ctx = r.whileWorking(ctx)
	defer func() {
		if err != nil {
			err = errors.Join(context.Cause(ctx), err)
		}
		err = errors.Join(err, r.stop(), c.clear(context.WithoutCancel(ctx)))
	}()
	if err := os.MkdirAll(c.filled(), 0o750); err != nil {
		return size, err
	}
	if *on, err = r.describe(ctx); err != nil {
		return size, err
	}
	day := growthDay
	size.Creators = creators
	mails := mailRun{rig: r, week: day.Week()}
	for _, step := range []struct {
		name string
		work func() error
	}{
		{"generate", func() error { return c.generate(ctx, r, day, creators) }},
		{"import", func() error { return c.load(ctx, r, day) }},
		{"day", func() error { _, err := r.runDaily(ctx, day); return err }},
		{"week", func() error {
			_, err := r.execute(ctx, day.Week(), workflows.Weekly, workflows.PeriodInput{Period: day.Week(), NoMail: true})
			return err
		}},
		{"month", func() error {
			_, err := r.execute(ctx, day.Month(), workflows.Monthly, workflows.PeriodInput{Period: day.Month()})
			return err
		}},
		{mailing, func() error { return mails.send(ctx) }},
		{"export", func() error { return r.export(ctx, day.Week()) }},
		{"verify", func() error { return r.verify(ctx, day) }},
		{"audit", func() error { return r.audit(ctx, day) }},
	} {
		measured, err := r.timed(step.work)
		if err != nil {
			return size, fmt.Errorf("%s: %w", step.name, err)
		}
		size.Steps = append(size.Steps, growthStep{step.name, measured.Took, measured.MySQL, measured.Temporal, measured.Client})
		fmt.Printf("  %s: %.1f s\n", step.name, measured.Took.Seconds())
	}
	if size.Statements, size.Events, err = mails.check(ctx); err != nil {
		return size, fmt.Errorf("%s: %w", mailing, err)
	}
	size.Peak, err = peakMemory(r.workers[0].Process.Pid)
	return size, err
}

func (c growthCommand) generate(ctx context.Context, r *rig, day settlement.Day, creators int) error {
	videos := creators * c.Videos
	_, err := generate.WriteFiles(ctx, c.filled(), generate.Options{
		From: day, Days: 1, ViewsPerDay: 2 * int64(videos), Videos: videos, Creators: creators, Seed: 1, Skew: generate.Flat,
	}, r.calendar)
	return err
}

func (c growthCommand) load(ctx context.Context, r *rig, day settlement.Day) error {
	file := func(name string) string { return filepath.Join(c.filled(), name) }
	report, err := importer.Import(ctx, importer.Options{
		DB: r.db, Creators: file(generate.CreatorsFile), Videos: file(generate.VideosFile), Views: file(generate.ViewsFile),
		Now: r.calendar.End(day),
	})
	if err == nil && report.Rejected() > 0 {
		err = fmt.Errorf("%s rejected", settlement.Count(report.Rejected(), "line"))
	}
	return err
}

// export writes what an operator takes from a closed week, to nowhere.
func (r *rig) export(ctx context.Context, week settlement.Period) error {
	return errors.Join(
		export.Write(ctx, io.Discard, r.db, export.Settlement, week, export.CSV),
		export.Write(ctx, io.Discard, r.db, export.Payouts, week, export.CSV),
	)
}

func (r *rig) verify(ctx context.Context, day settlement.Day) error {
	found, err := verify.Day(ctx, r.db, day, runtime.NumCPU())
	if err == nil && len(found.Differences)+found.Bad() > 0 {
		err = errors.New("the day is not what was counted")
	}
	return err
}

func (r *rig) audit(ctx context.Context, day settlement.Day) error {
	results, err := audit.Run(ctx, r.db, day, day, true)
	for _, one := range results {
		if len(one.Findings) > 0 {
			err = errors.Join(err, fmt.Errorf("%s: %s", one.Name, one.Findings[0].Problem))
		}
	}
	return err
}
