package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"

	"github.com/google/renameio/v2"

	"creatorpay/internal/devstack"
	"creatorpay/internal/generate"
	"creatorpay/settlement"
	"creatorpay/workflows"
)

// largestCommand measures a day that is far bigger than the database's memory.
type largestCommand struct {
	files
	installation
	Name     string        `default:"local" help:"Name of the measurement: that of its file, to which further numbers of workers are added with --keep-data."`
	Millions float64       `default:"300" help:"Size of the day, in million views."`
	Workers  []int         `default:"2,4" help:"With how many workers the day is run, one after the other."`
	Videos   int           `default:"${videos}" help:"How many videos."`
	Skew     generate.Skew `default:"${skew}" enum:"natural,flat,one-hit" help:"How views are spread over videos."`
	KeepData bool          `help:"Keep the servers' data at the end, and begin with what an earlier call for the same day has kept."`
	Note     string        `help:"A sentence about the measurement, for the page."`
}

const (
	// copiedRows is how many views are generated at most; the others are copies.
	copiedRows = 10 * million
	// leastCopies makes small days in the same way as big ones.
	leastCopies = 3
)

// copies is how many copies of what is generated make the day.
func (c largestCommand) copies() int {
	return max(leastCopies, int(math.Ceil(c.Millions*million/copiedRows)))
}

// generated is how many views are made up, for the day before.
func (c largestCommand) generated() int64 {
	return int64(c.Millions * million / float64(c.copies()))
}

// rows is how many views the day has.
func (c largestCommand) rows() int64 { return int64(c.copies()) * c.generated() }

// Validate refuses what cannot be filled or run.
func (c largestCommand) Validate() error {
	if c.generated() < 1 || c.rows() > viewIDsPerDay {
		return fmt.Errorf("--millions: %g is no size of a day: choose 0.001 to %d", c.Millions, viewIDsPerDay/million)
	}
	if len(c.Workers) == 0 || slices.Min(c.Workers) < 1 {
		return errors.New("--workers: a day takes at least one worker")
	}
	return nil
}

// largestDay is the day that is run: the one after the generated one.
const largestDay = firstDay + 1

// Run fills the day, unless an earlier call has left it, and runs it with each
// number of workers. What is measured is written down after each step.
func (c largestCommand) Run(ctx context.Context) (err error) {
	var m largestMeasurement
	if c.KeepData {
		if m, err = c.kept(); err != nil {
			return err
		}
	}
	if m.Rows == 0 {
		if err := c.clear(ctx); err != nil {
			return err
		}
	}
	if !c.KeepData {
		defer func() { err = errors.Join(err, c.clear(context.WithoutCancel(ctx))) }()
	}
	if m.Rows == 0 {
		if m, err = c.fill(ctx); err != nil {
			return fmt.Errorf("fill: %w", err)
		}
		if err := c.keepFilled(m); err != nil {
			return err
		}
	}
	if m, err = m.withEarlierRuns(c.Figures); err != nil {
		return err
	}
	for _, workers := range c.Workers {
		one, err := c.measure(ctx, workers)
		if err != nil {
			return fmt.Errorf("with %s: %w", settlement.Count(workers, "worker"), err)
		}
		m.add(one)
		if err := errors.Join(m.keep(c.Figures), c.writePage()); err != nil {
			return err
		}
		fmt.Printf("%s: %s with %s\n", m.rows(), one.Took.Round(seconds(0.01)), settlement.Count(workers, "worker"))
	}
	return nil
}

// measure runs the day with so many workers. The servers are started anew for it, so
// that each number of workers begins with nothing in the database's memory.
func (c largestCommand) measure(ctx context.Context, workers int) (one largestRun, err error) {
	if err := devstack.ClearTemporal(ctx, c.Dir); err != nil { // a run that was stopped half-way would go on
		return one, err
	}
	r, err := newRig(ctx, c.installation, layout{Workers: workers}, "--loose-innodb-buffer-pool-load-at-startup=OFF")
	if err != nil {
		return one, err
	}
	ctx = r.whileWorking(ctx)
	defer func() {
		if err != nil {
			err = errors.Join(context.Cause(ctx), err)
		}
		err = errors.Join(err, r.stop())
	}()
	fmt.Printf("%s: running\n", settlement.Count(workers, "worker"))
	one.Workers = workers
	before, err := diskRead(r.mysql.PID())
	if err != nil {
		return one, err
	}
	// The plan takes the day before for one of the same size.
	input := workflows.DailyInput{Day: largestDay, ChunkRows: max(1, workflows.DefaultChunkRows/int64(c.copies()))}
	if one.figure, err = r.measureProduct(ctx, input); err != nil {
		return one, err
	}
	if one.DiskRead, err = diskRead(r.mysql.PID()); err != nil {
		return one, err
	}
	one.DiskRead -= before
	for _, worker := range r.workers {
		peak, err := peakMemory(worker.Process.Pid)
		if err != nil {
			return one, err
		}
		one.Peaks = append(one.Peaks, peak)
	}
	if one.Chunks, one.LargestChunk, err = r.chunksOf(ctx, largestDay, c.rows()); err != nil {
		return one, err
	}
	return one, nil
}

// chunksOf tells how many chunks the day had and how many rows the largest of them.
// It is an error if they did not have so many rows together.
func (r *rig) chunksOf(ctx context.Context, day settlement.Day, rows int64) (chunks, largest int64, err error) {
	var counted struct {
		Chunks, Largest, Sum int64
	}
	if err := r.sql.GetContext(ctx, &counted, `
		SELECT
			COUNT(*) AS chunks,
			MAX(views + self_views + repeat_views) AS largest,
			SUM(views + self_views + repeat_views) AS sum
		FROM run_chunks
		WHERE kind = 'daily' AND starts_on = ?`, day); err != nil {
		return 0, 0, err
	}
	if counted.Sum != rows {
		return 0, 0, fmt.Errorf("the run has counted %s rows of %s", settlement.Number(counted.Sum), settlement.Number(rows))
	}
	return counted.Chunks, counted.Largest, nil
}

// filledFile tells what the data are, once they are complete.
func (c largestCommand) filledFile() string { return filepath.Join(c.Dir, "largest.json") }

// kept is what an earlier call has left in the folder for the same day; nothing if
// there is none.
func (c largestCommand) kept() (m largestMeasurement, err error) {
	text, err := os.ReadFile(c.filledFile())
	if errors.Is(err, fs.ErrNotExist) {
		return m, nil
	}
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return m, fmt.Errorf("read %s: %w", c.filledFile(), err)
	}
	if m.Rows != c.rows() || m.Videos != c.Videos || m.Skew != string(c.Skew) || m.Memory != c.Memory {
		return largestMeasurement{}, nil
	}
	m.Name, m.Note = c.Name, c.Note
	return m, nil
}

func (c largestCommand) keepFilled(m largestMeasurement) error {
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return renameio.WriteFile(c.filledFile(), text, 0o600)
}

func (c largestCommand) clear(ctx context.Context) error {
	return errors.Join(os.RemoveAll(c.filledFile()), devstack.Clear(ctx, c.Dir))
}
