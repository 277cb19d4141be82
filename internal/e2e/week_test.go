package e2e

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"creatorpay/internal/e2e/oracle"

	"github.com/stretchr/testify/require"
)

func TestR8_WeeksAndMonthsAreTheSumsOfTheirDays(t *testing.T) {
	t.Parallel()
	random := newRandom(t)
	p := fewPlays(random, "2024-05-28", 7) // Tuesday to Monday, over the end of May
	s := newSystem(t, p)
	s.addDays("2024-05-27", "2024-06-04")
	s.startWorker()
	days := p.Settle("2024-05-28", "2024-06-02")
	s.starter("run", "weekly", "--week", "2024-W22").requireRefusal("2024-05-27 is not closed: it was never run")
	for _, want := range days[:4] {
		s.runDay(want.Start).requireSuccess()
	}
	s.starter("run", "weekly", "--week", "2024-W22").requireRefusal("2024-W22 cannot run yet", "2024-06-01 is not closed")
	s.starter("run", "weekly", "--week", "2024-W21").requireRefusal("2024-05-26 lies before 2024-05-28")
	s.starter("export", "settlement", "--period", "weekly", "--date", "2024-05-28").requireRefusal("2024-W22 is not closed")
	waiting := s.beginStarter("run", "weekly", "--week", "2024-W22", "--no-mail", "--wait")
	s.starter("run", "monthly", "--month", "2024-05").requireSuccess() // its first settled day is 05-28
	for _, want := range days[4:] {
		s.runDay(want.Start).requireSuccess()
	}

	waiting.wait().requireSuccess()

	s.requireSettled(oracle.RollUp("weekly", "2024-05-27", days...))
	s.requireSettled(oracle.RollUp("monthly", "2024-05-01", days[:4]...))
	s.starter("run", "weekly", "--week", "2024-W22").requireRefusal("2024-W22 is closed", "starter audit --from 2024-05-27 --to 2024-06-02")
	s.starter("run", "monthly", "--month", "2024-06").requireRefusal("2024-06-03 is not closed")
	s.starter("run", "weekly", "--week", "2024-22").requireRefusal("write it as 2024-W19")
}

// fewPlays has some plays on each of the days, of videos that are close below a
// tier.
func fewPlays(random *rand.Rand, first string, days int) *oracle.Platform {
	p := oracle.NewPlatform("Asia/Seoul")
	for id := range int64(20) {
		p.AddVideo(oracle.Video{
			ID: id + 1, Creator: id%7 + 1, Title: fmt.Sprintf("Video %d", id+1),
			OpeningViews: max(0, pick[int64](random, 0, 100_000, 500_000)-random.Int64N(30)), OpeningAdViews: max(0, pick[int64](random, 0, 1_000_000)-random.Int64N(30)),
		})
	}
	midnight := p.Midnight(first)
	for id := range int64(100 * days) {
		p.Views = append(p.Views, oracle.View{
			ID: id + 1, Video: 1 + min(random.Int64N(20), random.Int64N(20)), Viewer: random.Int64N(12),
			At:      midnight.Add(time.Duration(random.Int64N(int64(days)*24*60*60*1000)) * time.Millisecond),
			Seconds: uint32(random.IntN(600)), Ads: uint32(random.IntN(4)),
		})
	}
	return p
}

func TestATamperedWeekIsNotClosed(t *testing.T) {
	t.Parallel()
	p := fewPlays(newRandom(t), "2024-05-12", 1)
	s := newSystem(t, p)
	s.startWorker()
	s.runDay("2024-05-12").requireSuccess()
	s.exec(`UPDATE daily_settlements SET ad_amount = ad_amount + 1 ORDER BY video_id LIMIT 1`)

	s.starter("run", "weekly", "--week", "2024-W19").requireFailure("2024-W19 is not the sum of its closed days")

	s.exec(`UPDATE daily_settlements SET ad_amount = ad_amount - 1 ORDER BY video_id LIMIT 1`)
	require.EqualValues(t, 0, s.number(`SELECT COUNT(*) FROM runs WHERE kind = 'weekly' AND state = 'closed'`))
}
