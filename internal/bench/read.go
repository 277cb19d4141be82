package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"creatorpay/internal/bench/load"
	"creatorpay/internal/bench/readers"
	"creatorpay/internal/devstack"
	"creatorpay/internal/generate"
	"creatorpay/internal/issuer"
	"creatorpay/settlement"
	"creatorpay/workflows"
)

// readCommand measures the api.
type readCommand struct {
	files
	installation
	API      string        `default:"bin/api" type:"path" help:"The api program."`
	Name     string        `default:"local" help:"Name of the measurement: that of its file."`
	Views    int64         `default:"3000000" help:"Views of each day."`
	Videos   int           `default:"${videos}" help:"How many videos; each creator has ten."`
	Replicas int           `default:"2" help:"How many replicas the api reads from, after it has been measured without any."`
	Rates    []int         `default:"500,1000,5000" help:"Requests a second to measure, in ascending order; at the first also what a daily run loses."`
	Lasting  time.Duration `default:"10s" help:"How long each of them is measured."`
	Trying   time.Duration `default:"2s" help:"How long each other rate is tried in the search for the highest."`
	Most     int           `default:"50000" help:"Highest rate that is tried."`
	Kept     int           `default:"5000" help:"How many different requests are asked of kept answers, each once before."`
	Rounds   int           `default:"3" help:"How often the daily run is measured, alone and with readers in turn."`
	KeepData bool          `help:"Keep the servers' data at the end, and begin with what an earlier call with the same views and videos has kept."`
	Note     string        `help:"A sentence about the measurement, for the page."`
}

// How the api is asked.
const (
	cold        = "cold"        // nothing is kept, and hardly anything asked twice
	warm        = "warm"        // all answers are kept
	conditional = "conditional" // all answers are kept, and the reader has them, too
	bytesOnly   = "floor"       // the same bytes as warm, of a handler that only writes them
)

// daysOfWeek are the closed days, which are a week.
const daysOfWeek = 7

// readBench is what the measurements of one layout of the database run on.
type readBench struct {
	readCommand
	*rig
	measured *readMeasurement

	today    settlement.Day // has its views, and is not closed
	issuer   *issuer.Server
	replicas int
	world    readers.World
	cold     *answering
	warm     *answering
	random   *rand.Rand
	missed   bool // by the last attack: copies may be left alone still
}

// Run measures on a private stack and writes the figures down.
func (c readCommand) Run(ctx context.Context) (err error) {
	if !c.KeepData {
		if err := c.clear(ctx); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, c.clear(context.WithoutCancel(ctx))) }()
	}
	issuer, err := issuer.Start(ctx, filepath.Join(c.Dir, "issuer"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, issuer.Stop()) }()

	m := readMeasurement{Name: c.Name, Note: c.Note, Views: c.Views, Videos: c.Videos, Kept: c.Kept, Rounds: c.Rounds, Lasting: c.Lasting, Trying: c.Trying}
	layouts := []int{0}
	if c.Replicas > 0 {
		layouts = append(layouts, c.Replicas) // its servers begin with what the first has stored
	}
	for _, replicas := range layouts {
		b := &readBench{
			readCommand: c, measured: &m, issuer: issuer, replicas: replicas,
			today: firstDay.Week().Start + daysOfWeek, random: rand.New(rand.NewPCG(1, uint64(replicas))), // the same requests each time
		}
		if err := b.run(ctx); err != nil {
			return fmt.Errorf("with %d replicas: %w", replicas, err)
		}
	}
	if err := m.keep(c.Figures); err != nil {
		return err
	}
	return c.writePage()
}

// run measures with the replicas of the layout.
func (b *readBench) run(ctx context.Context) (err error) {
	if b.rig, err = newRig(ctx, b.installation, layout{Workers: 1, Replicas: b.replicas}); err != nil {
		return err
	}
	ctx = b.whileWorking(ctx)
	defer func() {
		if err != nil {
			err = errors.Join(context.Cause(ctx), err)
		}
		err = errors.Join(err, b.stop())
	}()
	if err := b.fillOnce(ctx); err != nil {
		return err
	}
	if b.measured.Machine, err = b.describe(ctx); err != nil {
		return err
	}
	// The first run is not measured: it warms the database.
	if err := b.makeOpen(ctx); err != nil {
		return err
	}
	if _, err := b.runDaily(ctx, b.today); err != nil {
		return err
	}
	if b.world, err = b.readWorld(ctx); err != nil {
		return err
	}
	if err := b.startAPIs(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.cold.stop(), b.warm.stop()) }()
	return b.measure(ctx)
}

// filledFile tells that the data are complete.
func (c readCommand) filledFile() string { return filepath.Join(c.Dir, "filled") }

func (c readCommand) clear(ctx context.Context) error {
	return errors.Join(os.RemoveAll(c.filledFile()), devstack.Clear(ctx, c.Dir))
}

// fillOnce fills the database, unless that was done before.
func (b *readBench) fillOnce(ctx context.Context) error {
	if _, err := os.Stat(b.filledFile()); err == nil {
		return nil
	}
	if err := b.fill(ctx); err != nil {
		return err
	}
	return os.WriteFile(b.filledFile(), nil, 0o600)
}

// fill stores the days, closes the week and mails its statements.
func (b *readBench) fill(ctx context.Context) error {
	fmt.Printf("%d days of %d views: filling\n", daysOfWeek+1, b.Views)
	options := generate.Options{ViewsPerDay: b.Views, Videos: b.Videos, Skew: usualSkew}
	if _, err := b.rig.fill(ctx, b.today, daysOfWeek, options, 0); err != nil {
		return fmt.Errorf("fill: %w", err)
	}
	return b.runWeekly(ctx, (b.today - 1).Week())
}

func (b *readBench) startAPIs(ctx context.Context) (err error) {
	start := func(name string, keep bool) (*answering, error) {
		return b.startAPI(ctx, apiOptions{
			program: b.API, logFile: filepath.Join(b.Dir, fmt.Sprintf("api-%s-%d.log", name, b.replicas)),
			issuer: b.issuer.URL, replicas: b.replicas > 0, keep: keep,
		})
	}
	if b.cold, err = start(cold, false); err != nil {
		return err
	}
	if b.warm, err = start(warm, true); err != nil {
		return errors.Join(err, b.cold.stop())
	}
	return nil
}

// tokensLast is longer than any measurement.
const tokensLast = 24 * time.Hour

// readWorld is what there is to ask about: the creators with videos that were
// played on each day.
func (b *readBench) readWorld(ctx context.Context) (world readers.World, err error) {
	for day := b.today - daysOfWeek; day < b.today; day++ {
		world.Days = append(world.Days, day)
	}
	world.Week = world.Days[0].Week()
	if world.Operator, err = b.issuer.Operator(tokensLast); err != nil {
		return world, err
	}
	var played []struct {
		CreatorID int64 `db:"creator_id"`
		VideoID   int64 `db:"video_id"`
	}
	// All closed days are copies of the first.
	if err := b.sql.SelectContext(ctx, &played, `
		SELECT v.creator_id, v.video_id
		FROM videos v
		JOIN daily_statistics s ON s.video_id = v.video_id
		WHERE s.starts_on = ?
		ORDER BY v.creator_id, v.video_id`, world.Days[0]); err != nil {
		return world, err
	}
	for _, video := range played {
		if last := len(world.Creators) - 1; last < 0 || world.Creators[last].ID != video.CreatorID {
			token, err := b.issuer.Creator(video.CreatorID, tokensLast)
			if err != nil {
				return world, err
			}
			world.Creators = append(world.Creators, readers.Creator{ID: video.CreatorID, Token: token})
		}
		creator := &world.Creators[len(world.Creators)-1]
		creator.Videos = append(creator.Videos, video.VideoID)
	}
	return world, nil
}

// ask draws requests to the api or the floor.
func (b *readBench) ask(of *answering, requests int) []load.Request {
	world := b.world
	world.URL = of.URL
	drawn := make([]load.Request, requests)
	for i := range drawn {
		drawn[i] = world.Draw(b.random)
	}
	return drawn
}

// makeOpen lets the measured day be run again, on all copies.
func (b *readBench) makeOpen(ctx context.Context) error {
	if err := b.forget(ctx, b.today); err != nil {
		return err
	}
	if b.cluster == nil {
		return nil
	}
	return b.cluster.CatchUp(ctx)
}

// runWeekly runs the week through Temporal, and waits for its mails.
func (r *rig) runWeekly(ctx context.Context, week settlement.Period) error {
	_, err := r.execute(ctx, week, workflows.Weekly, workflows.PeriodInput{Period: week})
	return err
}
