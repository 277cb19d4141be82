// The bench measures the daily run against three others on the same rows: an SQL
// script, a page reader in the shape of Spring Batch, and the floor, which
// applies no rule at all; and against commands from outside. It starts a private MySQL, a Temporal dev server and
// a worker, fills days of the asked sizes, runs all contestants in turn, and
// writes what it measured to a file that docs/benchmarks.md is made from.
//
// `bench api` measures the read side in the same way: how many requests a second
// the api answers in time, alone and while a daily run is going, beside a floor
// that only writes the same bytes.
//
// `bench growth` measures what is done with a week, from its import to its audit, with
// some numbers of creators, and how many statements a minute are drawn and mailed.
//
// `bench largest` measures one day of hundreds of millions of rows, which need not fit
// into memory, and what follows from it for machines that nobody has tried.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"creatorpay/internal/generate"
)

type options struct {
	Measure measureCommand `cmd:"" help:"Measure and write the figures to a file, then write the page anew."`
	API     readCommand    `cmd:"" name:"api" help:"Measure what readers wait for, and what they take from the daily run; write the figures to a file, then write the page anew."`
	Growth  growthCommand  `cmd:"" help:"Measure what is done with a week and how it grows with the creators, mails most of all; write the figures to a file, then write the page anew."`
	Largest largestCommand `cmd:"" help:"Measure a day far bigger than the database's memory with each number of workers; write the figures to a file after each step, then write the page anew."`
	Floor   floorCommand   `cmd:"" hidden:"" help:"Answer with what is recorded; the bench starts it."`
	Page    pageCommand    `cmd:"" help:"Write the page anew from the files of figures."`
}

// files are where figures are kept and what is made of them.
type files struct {
	Figures string `default:"docs/benchmarks" type:"path" help:"Folder of the files of figures, one a measurement."`
	Page    string `default:"docs/benchmarks.md" type:"path" help:"Page to write."`
}

// installation is where and with what the servers and the worker run.
type installation struct {
	Dir     string `default:".dev/bench" type:"path" help:"Folder of the servers' data; cleared at the start and at the end, unless data are to be kept."`
	Memory  string `default:"4G" help:"Buffer pool of each database: the rows must fit, but for the largest day."`
	RedoLog string `default:"4G" help:"Redo log of each database: room for the filling, the log of a run is far smaller."`
	Worker  string `default:"bin/worker" type:"path" help:"The worker program."`
}

type measureCommand struct {
	files
	layout
	installation
	Name       string        `default:"local" help:"Name of the measurement: that of its file."`
	Millions   []float64     `default:"3" help:"Sizes of the day, in million views; 0 for none."`
	Payments   []float64     `default:"1" help:"Sizes of a day of payments, in million rows; 0 for none."`
	Only       []string      `sep:"none" help:"A contestant to measure beside the product; all without it."`
	Videos     int           `default:"${videos}" help:"How many videos."`
	ClosedDays int           `default:"${closed_days}" help:"How many full days lie closed before the measured one."`
	Skew       generate.Skew `default:"${skew}" enum:"natural,flat,one-hit" help:"How views are spread over videos."`
	Rounds     int           `default:"3" help:"How often each contestant runs."`
	Note       string        `help:"A sentence about the measurement, for the page."`

	Contestants       []outside     `name:"contestant" sep:"none" placeholder:"NAME=COMMAND" help:"A contestant from outside: a command that settles the day, too (internal/bench/contestants/README.md). More than one by more flags."`
	ContestantTimeout time.Duration `default:"1h" help:"How long a round of a contestant from outside may take."`
}

// Validate refuses contestants that could not be told apart or would not run, and
// names of none.
func (c measureCommand) Validate() error {
	if err := c.layout.Validate(); err != nil {
		return err
	}
	names := []string{product, withPayments}
	for _, own := range slices.Concat(new(rig).own(false), new(rig).own(true)) {
		names = append(names, own.name)
	}
	for _, only := range c.Only {
		if !slices.Contains(names, only) {
			return fmt.Errorf("--only: %q is none of %q", only, names)
		}
	}
	if len(c.Contestants) > 0 && !slices.ContainsFunc(c.Millions, func(millions float64) bool { return millions > 0 }) {
		return errors.New("--contestant: contestants from outside settle views, and no day of them is measured (--millions)")
	}
	for _, one := range c.Contestants {
		if slices.Contains(names, one.Name) {
			return fmt.Errorf("--contestant: there is a %q already", one.Name)
		}
		names = append(names, one.Name)
	}
	return nil
}

// A usual day, for which the goals are set.
const (
	usualClosedDays = 7
	usualVideos     = 10_000
	usualSkew       = generate.Natural
)

func main() {
	var flags options
	command := kong.Parse(&flags, kong.Name("bench"), kong.Description("Measures the daily run against an SQL script, a page reader, the floor and contestants from outside."),
		kong.Vars{
			"closed_days": strconv.Itoa(usualClosedDays), "videos": strconv.Itoa(usualVideos), "skew": string(usualSkew),
		})
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	command.BindTo(ctx, (*context.Context)(nil))
	err := command.Run()
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}
