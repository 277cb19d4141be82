package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"github.com/jedib0t/go-pretty/v6/table"
	"golang.org/x/sync/errgroup"

	"creatorpay/db"
	"creatorpay/internal/generate"
	"creatorpay/internal/localstack"
	"creatorpay/program/control"
	"creatorpay/settlement"
	"creatorpay/worker/service"
)

type demoCommand struct {
	Dir            string         `default:".dev/demo" type:"path" help:"Folder of the demo's data and logs; what it holds of an earlier demo is removed."`
	From           settlement.Day `default:"2024-05-06" placeholder:"DATE" help:"First day."`
	Days           int            `default:"10" help:"How many days."`
	ViewsPerDay    int64          `default:"200000" help:"Views a day."`
	PaymentsPerDay int64          `default:"500" help:"Payments that begin on a day; 0 for a platform that sells nothing."`
	Exit           bool           `env:"DEMO_EXIT" help:"Leave at the end instead of serving until ^C."`
	Worker         service.Config `embed:""`
}

// Run does the whole job once and then serves, so that a person can look
// around.
func (c demoCommand) Run(ctx context.Context) error {
	if err := c.made().options().Validate(); err != nil {
		return err
	}
	calendar, err := settlement.NewCalendar(settlement.DefaultTimeZone)
	if err != nil {
		return err
	}
	if err := localstack.Clear(ctx, c.Dir); err != nil {
		return err
	}
	fmt.Println("starting MySQL, Temporal and the mail inbox")
	stack, err := localstack.Start(ctx, c.Dir, calendar, 0)
	if err != nil {
		return err
	}
	working, stopPrograms := context.WithCancel(ctx)
	// Only what needs a person is said between the demo's own lines.
	quiet := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	programs, working := errgroup.WithContext(working)
	programs.Go(func() error { return stack.Work(working, c.Worker, quiet) })
	programs.Go(func() error { return stack.Answer(working, quiet) })
	err = c.job(ctx, stack)
	if err == nil {
		c.sayWhereToLook(stack)
		if !c.Exit {
			<-ctx.Done()
		}
	}
	stopPrograms()
	return errors.Join(err, programs.Wait(), stack.Stop())
}

// made is what the demo makes up.
func (c demoCommand) made() generateFlags {
	return generateFlags{From: c.From, Days: c.Days, ViewsPerDay: c.ViewsPerDay, PaymentsPerDay: c.PaymentsPerDay, Videos: 1000, Creators: 100, Seed: 1, Skew: generate.Natural}
}

// job generates, runs every day, shows the last one's results, verifies it, and
// runs the weeks that are complete.
func (c demoCommand) job(ctx context.Context, stack *localstack.Stack) error {
	database, err := open(ctx, stack.DSN, (*db.DB).CheckServer)
	if err != nil {
		return err
	}
	defer func() { _ = database.Close() }()
	temporal, err := connectTemporal(ctx, stack.Options(), stack.UI())
	if err != nil {
		return err
	}
	defer temporal.Close()

	if err := c.made().generate(ctx, database); err != nil {
		return err
	}
	last := c.From + settlement.Day(c.Days) - 1
	for day := c.From; day <= last; day++ {
		if err := runPeriod(ctx, temporal, control.Request{Period: settlement.DailyPeriod(day)}); err != nil {
			return err
		}
	}
	if err := printResults(ctx, database, last); err != nil {
		return err
	}
	if err := printVerification(ctx, database, last); err != nil {
		return err
	}
	for week := (c.From + 6).Week(); week.End()-1 <= last; week = week.End().Week() {
		if err := runPeriod(ctx, temporal, control.Request{Period: week}); err != nil {
			return err
		}
	}
	return nil
}

func printResults(ctx context.Context, database *db.DB, day settlement.Day) error {
	period := settlement.DailyPeriod(day)
	top, err := database.TopVideos(ctx, period)
	if err != nil {
		return err
	}
	run, err := database.ClosedRun(ctx, period)
	if err != nil {
		return err
	}
	fmt.Print(topText(day, top), runsText([]db.Run{run}))
	return nil
}

func topText(day settlement.Day, top []db.TopVideo) string {
	out := newTable("Top 5 of "+day.String(), "Rank", "Video", "Title", "Value")
	rightAligned(out, 2, 3, 5)
	for _, video := range top {
		out.AppendRow(table.Row{"by " + video.Metric, video.Rank, video.VideoID, video.Title, settlement.Number(video.Value)})
	}
	return rendered(out)
}

func (c demoCommand) sayWhereToLook(stack *localstack.Stack) {
	env := shortPath(localstack.EnvFile(c.Dir))
	if !c.Exit {
		fmt.Printf(`
Read the mails in the inbox:           %s
                                       (the link in a mail opens its creator's pages)
Look at the runs in the Temporal UI:   %s
Or from another terminal:              set -a; . %s; set +a
                                       ./bin/starter status
                                       ./bin/starter export settlement --period daily --date %[4]s
                                       ./bin/starter export payments --period daily --date %[4]s
Stop with ^C.
`, stack.Inbox(), stack.UI(), env, c.From+settlement.Day(c.Days)-1)
		return
	}
	fmt.Printf("\nThe data stays in %s. To look at it, at the mails, and at the runs in the Temporal UI: ./bin/starter dev --dir %s\n",
		shortPath(c.Dir), shortPath(c.Dir))
}
