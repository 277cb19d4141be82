package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/internal/generate"
	"creatorpay/settlement"
)

func TestDayOfCopiesHasTheRowsThatWereAskedFor(t *testing.T) {
	for millions, expected := range map[float64][3]int64{
		300: {30, 10 * million, 300 * million},
		0.3: {3, 100_000, 300_000},
		35:  {4, 8_750_000, 35 * million},
	} {
		c := largestCommand{Millions: millions, Workers: []int{1}}
		require.NoError(t, c.Validate())
		require.Equal(t, expected, [3]int64{int64(c.copies()), c.generated(), c.rows()})
	}
	require.ErrorContains(t, largestCommand{Millions: 1001, Workers: []int{1}}.Validate(), "choose 0.001 to 1000")
	require.ErrorContains(t, largestCommand{Millions: 0, Workers: []int{1}}.Validate(), "is no size of a day")
	require.ErrorContains(t, largestCommand{Millions: 1}.Validate(), "at least one worker")
	require.ErrorContains(t, largestCommand{Millions: 1, Workers: []int{2, 0}}.Validate(), "at least one worker")
}

func TestDayThatTheDiskDoesNotHoldIsRefused(t *testing.T) {
	require.NoError(t, checkRoom("data", 36<<30, 300*million, 100))
	require.EqualError(t, checkRoom("data", 16<<30, 300*million, 100),
		"300,000,000 views take about 35.9 GiB (100 bytes each, and 8.0 GiB beside them), and the disk of data has 16.0 GiB free: it holds 85.9 million (--millions, or --dir on another disk)")
	require.ErrorContains(t, checkRoom("data", 1<<30, 1, 100), "it holds 0 million")
}

func TestCopyRangesHaveAllCopiesOfAllVideosInOrder(t *testing.T) {
	videos := []settlement.VideoRows{{VideoID: 1, Rows: 10}, {VideoID: 2, Rows: 20}, {VideoID: 3, Rows: 90}, {VideoID: 5, Rows: 1000}, {VideoID: 6, Rows: 1}, {VideoID: 7, Rows: 1}}

	require.Equal(t, []copyRange{
		{1, 2, 0, 3},
		{3, 3, 0, 1}, {3, 3, 1, 2}, {3, 3, 2, 3},
		{5, 5, 0, 1}, {5, 5, 1, 2}, {5, 5, 2, 3},
		{6, 7, 0, 3},
	}, cutCopies(videos, 3, 100))
}

func TestCopiedDayIsTheDayBeforeWithMoreViewers(t *testing.T) {
	r, books := newTestRig(t)
	const before = largestDay - 1
	c := largestCommand{Millions: 0.009, Videos: 50, Skew: generate.Natural}
	_, err := generate.Run(t.Context(), r.db, generate.Options{From: before, Days: 1, ViewsPerDay: c.generated(), Videos: c.Videos, Creators: 5, Seed: 1, Skew: c.Skew}, nil)
	require.NoError(t, err)
	_, err = r.db.AddPartitions(t.Context(), before, largestDay)
	require.NoError(t, err)
	books.CloseDay(before)
	require.NoError(t, r.makeCopies(t.Context(), c.copies()))
	videos, err := r.db.Log.RowsByVideo(t.Context(), before)
	require.NoError(t, err)

	stored, err := r.copyRanges(t.Context(), cutCopies(videos, int64(c.copies()), 500), func(int64) error { return nil })

	require.NoError(t, err)
	require.Equal(t, c.rows(), stored)
	require.NoError(t, r.writeOut(t.Context()))
	type figures struct{ VideoID, Views, Viewers, Anonymous, PlayedSeconds, Seconds int64 }
	read := func(day settlement.Day) (all []figures) {
		rows, err := r.sql.QueryxContext(t.Context(), `
			SELECT video_id, COUNT(*), COUNT(DISTINCT NULLIF(viewer_id, 0)), SUM(viewer_id = 0), SUM(played_seconds), SUM(TIMESTAMPDIFF(SECOND, ?, watched_at))
			FROM watch_log
			WHERE watched_on = ?
			GROUP BY video_id
			ORDER BY video_id`, r.calendar.Start(day).UTC(), day)
		require.NoError(t, err)
		defer func() { require.NoError(t, rows.Close()) }()
		for rows.Next() {
			var one figures
			require.NoError(t, rows.Scan(&one.VideoID, &one.Views, &one.Viewers, &one.Anonymous, &one.PlayedSeconds, &one.Seconds))
			all = append(all, one)
		}
		require.NoError(t, rows.Err())
		return all
	}
	var expected []figures
	for _, one := range read(before) {
		expected = append(expected, figures{one.VideoID, 3 * one.Views, 3 * one.Viewers, 3 * one.Anonymous, 3 * one.PlayedSeconds, 3 * one.Seconds})
	}
	require.Equal(t, expected, read(largestDay))
	books.CloseDay(largestDay)
}

func TestFiguresOfEarlierRunsAreKept(t *testing.T) {
	dir := t.TempDir()
	m := largestMeasurement{Name: "one", Rows: 10, Filled: storing{Rows: 10, Bytes: 1000, Took: time.Second}}
	ran := func(workers int, seconds int) largestRun {
		return largestRun{Workers: workers, figure: figure{Took: time.Duration(seconds) * time.Second}}
	}
	earlier := m
	earlier.add(ran(4, 9))
	earlier.add(ran(2, 8))
	require.NoError(t, earlier.keep(dir))

	again, err := m.withEarlierRuns(dir)
	require.NoError(t, err)
	again.add(ran(4, 7))
	require.Equal(t, []largestRun{ran(2, 8), ran(4, 7)}, again.Runs)

	m.Filled.Took++ // another filling
	another, err := m.withEarlierRuns(dir)
	require.NoError(t, err)
	require.Empty(t, another.Runs)
}

func TestLargestDayIsFilledOnceAndRunWithEachNumberOfWorkers(t *testing.T) {
	dir := t.TempDir()
	command := largestCommand{
		files:        files{Figures: filepath.Join(dir, "figures"), Page: filepath.Join(dir, "page.md")},
		installation: installation{Dir: filepath.Join(dir, "stack"), Memory: "64M", RedoLog: "64M", Worker: buildWorker(t)},
		Name:         "tiny", Millions: 0.003, Workers: []int{2}, Videos: 50, Skew: generate.Natural, KeepData: true,
	}
	require.NoError(t, command.Run(t.Context()))
	first, err := command.readLargest()
	require.NoError(t, err)
	require.Len(t, first, 1)

	command.Workers = []int{1}
	require.NoError(t, command.Run(t.Context()))

	all, err := command.readLargest()
	require.NoError(t, err)
	require.Len(t, all, 1)
	require.Equal(t, first[0].Filled, all[0].Filled)
	require.Len(t, all[0].Runs, 2)
	require.Equal(t, first[0].Runs[0], all[0].Runs[1])
	for i, one := range all[0].Runs {
		require.Equal(t, i+1, one.Workers)
		require.Len(t, one.Peaks, one.Workers)
		for _, phase := range one.phases() {
			require.Positive(t, phase)
		}
		require.Positive(t, one.Events)
		require.Positive(t, one.LargestChunk)
	}
	page := readPage(t, command.files)
	require.Contains(t, page, "3,000 views of 50 videos, natural")
	require.Contains(t, page, "from 3,000 views with 1 worker")
}

func TestDataOfAnotherDayAreNotTakenForIts(t *testing.T) {
	c := largestCommand{installation: installation{Dir: t.TempDir()}, Millions: 0.3, Videos: 10, Skew: generate.Natural}
	nothing, err := c.kept()
	require.NoError(t, err)
	require.Zero(t, nothing)
	filled := largestMeasurement{Rows: 300_000, Videos: 10, Skew: "natural"}
	require.NoError(t, c.keepFilled(filled))

	same, err := c.kept()
	require.NoError(t, err)
	require.Equal(t, filled, same)
	c.Videos = 11
	another, err := c.kept()
	require.NoError(t, err)
	require.Zero(t, another)

	require.NoError(t, c.clear(context.WithoutCancel(t.Context())))
	_, err = os.Stat(filepath.Join(c.Dir, "largest.json"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

// exampleDay is a measured day with round figures.
func exampleDay() largestMeasurement {
	lasting := func(activity string, from, to int) step {
		return step{activity, time.Duration(from) * time.Second, time.Duration(to) * time.Second}
	}
	return largestMeasurement{
		Name: "example", Machine: machine{Database: "MySQL 9", Date: "2026-11-22"}, Memory: "4G", Videos: usualVideos, Skew: string(usualSkew), Rows: 100 * million, Copies: 10,
		Filled:      storing{Rows: 100 * million, Bytes: 10_000 * million, Took: 200 * time.Second, MySQL: 300 * time.Second},
		InTimeOrder: storing{Rows: 3 * million, Bytes: 450 * million, Took: 60 * time.Second, MySQL: 30 * time.Second},
		Runs: []largestRun{{
			Workers: 2, Peaks: []int64{50 << 20, 60 << 20}, Chunks: 150, LargestChunk: 10 * million, DiskRead: 18_000 * million,
			figure: figure{
				Took: 100 * time.Second, MySQL: 90 * time.Second, Client: 36 * time.Second, Temporal: 3 * time.Second, Events: 1800,
				Steps: []step{lasting("BeginDay", 0, 1), lasting("PlanDay", 1, 2), lasting("CountChunk", 2, 70), lasting("CheckDay", 70, 80), lasting("SettleChunk", 80, 88), lasting("RankDay", 88, 90), lasting("CloseDay", 90, 99)},
			},
		}},
	}
}

func TestPageShowsThePhasesOfTheLargestDay(t *testing.T) {
	var page strings.Builder

	writeLargest(&page, []largestMeasurement{exampleDay()})

	require.Contains(t, page.String(), "| in the order of the key | 100,000,000 | 200 | 500,000 | 3.00 | 100 |\n| in the order of time | 3,000,000 | 60 | 50,000 | 10.00 | 150 |")
	require.Contains(t, page.String(), "| 2 | 100.0 | 1,000,000 | 2.0 | 68.0 | 10.0 | 8.0 | 11.0 | 90.0 | 36.0 | 3.0 | 16.8 GiB | 50, 60 | 150 | 10,000,000 | 1,800 |")
}
