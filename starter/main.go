// The starter is the operator's command: it prepares the database, imports and
// generates data, starts runs and looks at their results.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"syscall"

	"github.com/alecthomas/kong"

	"creatorpay/program/command"
	"creatorpay/program/connect"
	"creatorpay/settlement"
	"creatorpay/worker/service"
	"creatorpay/workflows"
)

type commands struct {
	Migrate    migrateCommand    `cmd:"" help:"Bring the database's schema to the version that this program needs."`
	Import     importCommand     `cmd:"" help:"Store creators, videos, views and payments from CSV files."`
	Generate   generateCommand   `cmd:"" help:"Store made-up days, the same for the same seed."`
	Prices     pricesCommand     `cmd:"" help:"List, add and take back versions of the prices."`
	Fees       feesCommand       `cmd:"" help:"List, add and take back versions of the fees of payments."`
	Partitions partitionsCommand `cmd:"" help:"List, add and drop the days of the logs."`
	Rows       rowsCommand       `cmd:"" help:"Put rows of closed days right from a backup, and take out those of dropped days."`
	Run        runCommand        `cmd:"" help:"Run a period, show its progress and wait for its end."`
	Retry      retryCommand      `cmd:"" help:"Let a period's run that ended go on where it went wrong, show its progress and wait for its end."`
	Schedule   scheduleCommand   `cmd:"" help:"Keep the schedules, launch periods by hand, and fill gaps."`
	Export     exportCommand     `cmd:"" help:"Write a closed period's results as CSV or JSON."`
	Mail       mailCommand       `cmd:"" help:"See, preview and send the mails of a closed week."`
	Verify     verifyCommand     `cmd:"" help:"Recompute a closed day from the logs and print every difference."`
	Explain    explainCommand    `cmd:"" help:"Show how a video's amount of one closed day came about, and recompute it from the logs."`
	Audit      auditCommand      `cmd:"" help:"Check every invariant of the closed days, weeks and months of a range and name the rows that break one."`
	Status     statusCommand     `cmd:"" help:"Show the periods, their state, open and failed runs, and gaps."`
	Replay     replayCommand     `cmd:"" help:"Replay the histories of runs against this program's workflows, before it is deployed."`
	Token      tokenCommand      `cmd:"" help:"Print a token of the local stack's issuer, for the api."`
	Dev        devCommand        `cmd:"" help:"Run a local stack (MySQL, Temporal with its UI, a mail inbox, a worker, the api) until interrupted."`
	Demo       demoCommand       `cmd:"" help:"Do the whole job on made-up data and say where to look at the results."`
	Help       helpCommand       `cmd:"" help:"Show this help; for one command: starter COMMAND --help."`
}

// settingsHelp names what most commands share.
const settingsHelp = `Most commands need MYSQL_DSN, the database as user:password@tcp(host:3306)/database. TEMPORAL_UI_URL is where links point to; BUSINESS_TIME_ZONE is fixed by the first migrate. starter dev takes the worker's settings, too: worker --help lists them.

`

// exitInterrupted is the shell's exit code for a program that ^C ended.
const exitInterrupted = 130

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends what does not heed the first
	err := run(ctx, os.Args[1:])
	interrupted := ctx.Err() != nil
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "starter:", command.Explain(err))
		if interrupted {
			os.Exit(exitInterrupted)
		}
		os.Exit(1)
	}
}

// vars are the defaults that flags name but that have another home.
var vars = kong.Vars{
	"time_zone":  settlement.DefaultTimeZone,
	"chunk_rows": strconv.Itoa(workflows.DefaultChunkRows),
	"parallel":   strconv.Itoa(workflows.DefaultParallel),
}

func run(ctx context.Context, args []string) error {
	opened := &opened{}
	defer opened.close()
	parser, err := kong.New(&commands{},
		kong.Name("starter"),
		kong.Description("Operates creatorpay.\n\n"+settingsHelp+connect.EnvironmentHelp),
		kong.UsageOnError(),
		vars,
		kong.Vars(service.FlagDefaults()),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(opened),
	)
	if err != nil {
		return err
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		return fmt.Errorf("%w (starter help shows what there is)", err)
	}
	return parsed.Run(parser)
}

type helpCommand struct{}

func (helpCommand) Run(parser *kong.Kong) error {
	_, err := parser.Parse([]string{"--help"})
	return err
}
