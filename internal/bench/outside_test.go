package main

import (
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/internal/generate"
	"creatorpay/settlement"
)

// closedViews is a rig with a day of views that is closed, after another one.
func closedViews(t *testing.T) (_ *rig, today settlement.Day) {
	t.Helper()
	r, books := newTestRig(t)
	today = firstDay + 1
	_, err := generate.Run(t.Context(), r.db, generate.Options{From: firstDay, Days: 2, ViewsPerDay: 3000, Videos: 50, Creators: 5, Seed: 1, Skew: generate.Natural}, nil)
	require.NoError(t, err)
	for day := firstDay; day <= today; day++ {
		books.CloseDay(day)
	}
	return r, today
}

func TestContestantFromOutsideIsGivenAsNameAndCommand(t *testing.T) {
	var one outside
	require.NoError(t, one.UnmarshalText([]byte("mine, cold=run --day=$BENCH_DAY")))
	require.Equal(t, outside{"mine, cold", "run --day=$BENCH_DAY"}, one)
	for _, bad := range []string{"", "mine", "=run", "mine= ", "a|b=run"} {
		require.Error(t, new(outside).UnmarshalText([]byte(bad)), bad)
	}
}

func TestContestantsAreToldApart(t *testing.T) {
	with := func(names ...string) (c measureCommand) {
		c.Millions = []float64{3}
		for _, name := range names {
			c.Contestants = append(c.Contestants, outside{Name: name})
		}
		return c
	}
	require.NoError(t, with("a", "b").Validate())
	require.ErrorContains(t, with("a", "a").Validate(), `there is a "a" already`)
	require.ErrorContains(t, with(floor).Validate(), `there is a "floor" already`)
}

func TestNamesOfNoContestantAreRefused(t *testing.T) {
	require.NoError(t, measureCommand{Only: []string{floor}}.Validate())
	require.ErrorContains(t, measureCommand{Only: []string{"flour"}}.Validate(), `"flour" is none of`)
}

func TestContestantFromOutsideNeedsADayOfViews(t *testing.T) {
	require.ErrorContains(t, measureCommand{Millions: []float64{0}, Contestants: []outside{{Name: "a"}}}.Validate(), "no day of them is measured")
}

func TestFailedContestantFromOutsideKeepsNobodyElseFromBeingMeasured(t *testing.T) {
	r, today := closedViews(t)
	statistics, err := r.checksum(t.Context(), today, ofViews[0].product, ofViews[0].columns)
	require.NoError(t, err)
	settlements, err := r.checksum(t.Context(), today, ofViews[1].product, ofViews[1].columns)
	require.NoError(t, err)
	tells := func(seconds float64, statistics, settlements string) string {
		return fmt.Sprintf(`echo '{"total_seconds": %g, "cpu_seconds": 0.5, "statistics_checksum": "%s", "settlement_checksum": "%s"}'`, seconds, statistics, settlements)
	}
	right := tells(1.5, statistics, settlements)
	fails := map[string]outside{
		"its result is wrong: daily_statistics":  {"wrong statistics", tells(1, "1 rows, sum 1", settlements)},
		"its result is wrong: daily_settlements": {"wrong settlement", tells(1, statistics, "1 rows, sum 1")},
		"exit status 3":                          {"exit code", right + "; exit 3"},
		"no result as JSON: invalid character":   {"no JSON", right + "; echo done"},
		"no result as JSON: unexpected end":      {"nothing", "true"},
		"no total_seconds":                       {"no seconds", tells(0, statistics, settlements)},
		"lacks statistics_checksum":              {"no checksum", tells(1, "", settlements)},
	}
	command := measureCommand{ContestantTimeout: time.Minute}
	for _, one := range fails {
		command.Contestants = append(command.Contestants, one)
	}
	command.Contestants = append(command.Contestants, outside{"right", "echo starting; " + right})
	measured := size{Rows: 3000}

	for range 2 {
		require.NoError(t, r.measureOutside(t.Context(), today, &measured, command))
	}

	m := measurement{Sizes: []size{measured}}
	for why, one := range fails {
		require.True(t, measured.failed(one.Name), one.Name)
		require.ErrorContains(t, m.failures(), "3,000: "+one.Name+" failed: ", why)
		require.ErrorContains(t, m.failures(), why)
	}
	f, found := measured.of("right")
	require.True(t, found)
	require.Equal(t, []figure{{Took: 1500 * time.Millisecond, Client: 500 * time.Millisecond}, {Took: 1500 * time.Millisecond, Client: 500 * time.Millisecond}}, f.Rounds)
}

func TestContestantFromOutsideIsEndedWithAllThatItStarted(t *testing.T) {
	r, _ := newTestRig(t)

	_, err := r.runOutside(t.Context(), firstDay, outside{"too long", "sleep 600 | cat"}, time.Millisecond)

	require.EqualError(t, err, "it took longer than 1ms (--contestant-timeout)")
}

func TestContestantThatFailsInALaterRoundHasNoSeconds(t *testing.T) {
	var s size
	s.add("mine", figure{Took: time.Second})

	s.fail("mine", errors.New("why"))

	require.Zero(t, s.median("mine"))
	require.Equal(t, []figures{{Contestant: "mine", Failed: "why"}}, s.Figures)
}

func TestExampleOfAContestantFromOutsideIsRight(t *testing.T) {
	if _, err := exec.LookPath("mysql"); err != nil {
		t.Skip("there is no mysql client on the PATH")
	}
	r, today := closedViews(t)
	script, err := filepath.Abs("contestants/window.sh")
	require.NoError(t, err)

	one, err := r.runOutside(t.Context(), today, outside{"window", script}, time.Minute)

	require.NoError(t, err)
	require.Positive(t, one.Took)
}
