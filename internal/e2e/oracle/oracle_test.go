package oracle

import (
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestOracleKnowsTheGoldenCaseOfR5(t *testing.T) {
	t.Parallel()
	tiers := standardPrices().Views

	require.EqualValues(t, 605_000, amount(tiers, 0, 550_000))
	require.EqualValues(t, 810_000, amount(tiers, 550_000, 1_150_000))
}

func TestOraclePricesLikeAddingViewByView(t *testing.T) {
	t.Parallel()
	tiers := []Tier{{1, "0.3333"}, {4, "1.1"}, {5, "2"}, {9, "10.0001"}}
	sum := new(big.Rat)
	for n := int64(1); n <= 20; n++ {
		unit := tiers[0]
		for _, later := range tiers {
			if later.From <= n {
				unit = later
			}
		}
		sum.Add(sum, price(unit))
		require.Equal(t, sum.RatString(), earned(tiers, n).RatString(), "the first %d views", n)
	}
}

func TestOracleCountsAChainOfRepeatsOnce(t *testing.T) {
	t.Parallel()
	p := NewPlatform("Asia/Seoul")
	p.AddVideo(Video{ID: 1, Creator: 1})
	for _, at := range []string{"2024-05-09 23:59:40", "2024-05-10 00:00:00", "2024-05-10 00:00:20", "2024-05-10 00:00:50"} {
		p.Play(1, 7, at, 10, 1)
	}

	day := p.Settle("2024-05-10", "2024-05-10")[0]

	require.Equal(t, Line{
		Video: Video{ID: 1, Creator: 1}, Views: 1, Repeats: 2, Seconds: 10, Ads: 1,
		ViewsTo: 1, AdsTo: 1, VideoAmount: 1, AdAmount: 10,
	}, day.Lines[0])
}

func TestOracleCutsDaysInTheBusinessTimeZone(t *testing.T) {
	t.Parallel()
	p := NewPlatform("Asia/Seoul")

	require.Equal(t, "2024-05-09", p.DayOf(time.Date(2024, 5, 9, 14, 59, 59, 999e6, time.UTC)))
	require.Equal(t, "2024-05-10", p.DayOf(time.Date(2024, 5, 9, 15, 0, 0, 0, time.UTC)))
}

func TestOraclePaysLateViewsBehindTheDaysOwn(t *testing.T) {
	t.Parallel()
	p := NewPlatform("Asia/Seoul")
	p.AddVideo(Video{ID: 1, Creator: 1, OpeningViews: 99_998})
	p.Play(1, 7, "2024-05-09 12:00:00", 10, 0)
	p.Play(1, 8, "2024-05-10 12:00:00", 10, 0)
	for _, at := range []string{"2024-05-09 11:59:40", "2024-05-09 12:00:29", "2024-05-09 12:01:00"} { // before and after one that counted
		p.PlayLate("2024-05-10", int64(len(p.Views)+1), 1, 7, at, 10, 0)
	}

	day := p.Settle("2024-05-09", "2024-05-10")[1]

	require.Equal(t, "daily,2024-05-10,1,1,99999,100001,0,0,2,0\n", lastLine(day.Settlement()))
	require.Equal(t, "daily,2024-05-10,1,1,2024-05-09,2024-05-10,1,0,2,10,0,100000,100001,0,0,1,0\n", lastLine(day.Adjustments()))
	require.Equal(t, "daily,2024-05-10,1,1,1,0,0,10,0\n", lastLine(day.Statistics()))
}

// lastLine is the last one of an export, which ends with a line break.
func lastLine(export string) string {
	lines := strings.SplitAfter(export, "\n")
	return lines[len(lines)-2]
}
