package late

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/internal/e2e/oracle"
	"creatorpay/internal/e2e/rig"
)

// runDays runs the days, each after what it posts has come, and compares.
func runDays(s *rig.System, p *oracle.Platform, first, last string, flags ...string) {
	s.T.Helper()
	days := p.Settle(first, last)
	for _, want := range days {
		s.InsertLate(p, want.Start)
		s.RunDay(want.Start, flags...).RequireSuccess()
		s.RequireSettled(want)
	}
	for _, want := range days { // what came later changed nothing
		s.RequireSettled(want)
		s.Starter("verify", "--date", want.Start).RequireSuccess()
	}
}

// newLateSystem is a system with the rows that do not come late.
func newLateSystem(t testing.TB, p *oracle.Platform, first, last string) *rig.System {
	t.Helper()
	s := rig.NewEmpty(t, p)
	s.LoadCatalogue(p)
	s.AddDays(first, last)
	for views := range slices.Chunk(p.OnTime(), 5000) {
		s.Append(p, views...)
	}
	if len(p.Payments) > 0 {
		require.NoError(t, s.DB.AddPaymentPartitions(t.Context(), rig.ToDay(first), rig.ToDay(last)))
		s.AddFees(p)
		s.AppendPayments(p, p.OnTimePayments()...)
	}
	return s
}

func TestRandomLateViewsAreWorthWhatTheRuleSays(t *testing.T) {
	t.Parallel()
	for round := range 3 {
		t.Run(fmt.Sprint(round), func(t *testing.T) {
			t.Parallel()
			random := rig.NewRandom(t)
			p := rig.RandomPlatform(random)
			days := []string{"2024-05-06", "2024-05-07", "2024-05-08", "2024-05-09"}
			for i, v := range p.Views {
				p.Views[i].Ads = min(v.Ads, 1000)
				if at := slices.Index(days, p.DayOf(v.At)); at >= 0 && at < len(days)-1 && random.IntN(3) == 0 {
					p.Views[i].Posted = days[at+1+random.IntN(len(days)-1-at)]
				}
			}
			s := newLateSystem(t, p, "2024-05-05", "2024-05-09")
			s.StartWorker("REPEAT_WINDOW=" + p.Window.String())
			runDays(s, p, "2024-05-06", "2024-05-09", "--chunk-rows", fmt.Sprint(1+random.IntN(400)))
		})
	}
}

// spacedPlatform has plays that lie 30 s or more apart per viewer and video, on
// three days, of videos that are close below a tier.
func spacedPlatform(random *rand.Rand) *oracle.Platform {
	p := oracle.NewPlatform("Asia/Seoul")
	for id := int64(1); id <= 4; id++ {
		p.AddVideo(oracle.Video{ID: id, Creator: 100 + id%2, Title: "v", OpeningViews: 99_990, OpeningAdViews: 499_980})
	}
	midnight := p.Midnight(rig.Today)
	for videoID := int64(1); videoID <= 4; videoID++ {
		for viewer := range int64(4) {
			for at := midnight.Add(time.Duration(random.IntN(80_000)) * time.Second); at.Before(midnight.AddDate(0, 0, 3)); at = at.Add(30*time.Second + time.Duration(random.IntN(40_000))*time.Second) {
				p.Views = append(p.Views, oracle.View{
					ID: int64(len(p.Views) + 1), Video: videoID, Viewer: viewer, At: at, Seconds: 10, Ads: uint32(random.IntN(3)),
				})
			}
		}
	}
	return p
}

// The won of a day are cut, so days may differ by a won; ordinals may not.
func TestTheOrderOfArrivalOfSpacedViewsChangesNoLifetimeCount(t *testing.T) {
	t.Parallel()
	random := rig.NewRandom(t)
	ordered := spacedPlatform(random)
	type life struct{ views, ads int64 }
	lives := func(days []oracle.Result) map[int64]life {
		last := map[int64]life{}
		for _, day := range days {
			for _, l := range day.Lines {
				last[l.Video.ID] = life{l.ViewsTo, l.AdsTo}
			}
		}
		return last
	}
	want := lives(ordered.Settle(rig.Today, rig.DayAfterTomorrow))
	for order := range 2 {
		t.Run(fmt.Sprint(order), func(t *testing.T) {
			days := []string{rig.Today, rig.Tomorrow, rig.DayAfterTomorrow, "2024-05-09"}
			p := *ordered
			p.Views = slices.Clone(ordered.Views)
			for i, v := range p.Views {
				if at := slices.Index(days, p.DayOf(v.At)); random.IntN(2) == 0 {
					p.Views[i].Posted = days[at+1+random.IntN(len(days)-1-at)]
				}
			}
			require.Equal(t, want, lives(p.Settle(rig.Today, "2024-05-09")))
			s := newLateSystem(t, &p, rig.Today, "2024-05-09")
			s.StartWorker()
			runDays(s, &p, rig.Today, "2024-05-09")
		})
	}
}

func TestLateViewsOfAnUnknownVideoKeepTheDayFromClosingUntilItIsKnown(t *testing.T) {
	t.Parallel()
	p := rig.PlainPlatform()
	s := rig.New(t, p)
	s.AddDays(rig.Today, rig.Tomorrow)
	s.StartWorker()
	s.RunDay(rig.Today).RequireSuccess()
	p.AddVideo(oracle.Video{ID: 15, Creator: 1, Title: "New"})
	p.PlayLate(rig.Tomorrow, 9001, 15, 77, rig.Today+" 12:00:00", 60, 1)
	p.PlayLate(rig.Tomorrow, 9002, 15, 77, rig.Today+" 13:00:00", 60, 1)
	p.PlayLate(rig.Tomorrow, 9003, 10, 77, rig.Today+" 13:00:00", 60, 1)
	s.InsertLate(p, rig.Tomorrow)

	s.RunDay(rig.Tomorrow).RequireFailure("2024-05-07 has 2 rows of videos that are not in the catalogue: 15 (2 rows that came late for 2024-05-06); import them")

	s.PutVideos(p.Videos...)
	s.RunDay(rig.Tomorrow).RequireSuccess()
	s.RequireSettled(p.Settle(rig.Today, rig.Tomorrow)[1])
}

func TestWhatADayPostsStaysAfterAReset(t *testing.T) {
	t.Parallel()
	p := rig.PlainPlatform()
	s := rig.New(t, p)
	s.AddDays(rig.Today, rig.DayAfterTomorrow)
	s.StartWorker()
	s.RunDay(rig.Today).RequireSuccess()
	p.AddVideo(oracle.Video{ID: 15, Creator: 1, Title: "New"})
	p.PlayLate(rig.Tomorrow, 9001, 15, 77, rig.Today+" 12:00:00", 60, 1)
	p.PlayLate(rig.Tomorrow, 9002, 20, 77, rig.Today+" 12:00:00", 60, 1)
	s.InsertLate(p, rig.Tomorrow)
	s.RunDay(rig.Tomorrow).RequireFailure("15 (1 row that came late for 2024-05-06)")
	p.PlayLate(rig.DayAfterTomorrow, 9003, 20, 77, rig.Today+" 15:00:00", 60, 1)
	s.InsertLate(p, rig.DayAfterTomorrow)
	s.PutVideos(p.Videos...)

	s.Reset("daily:" + rig.Tomorrow)

	s.WaitUntilState(rig.Tomorrow, "closed")
	days := p.Settle(rig.Today, rig.DayAfterTomorrow)
	s.RequireSettled(days[1])
	s.RunDay(rig.DayAfterTomorrow).RequireSuccess()
	s.RequireSettled(days[2])
}

func TestLateRowsOfADayWithVanishedRowsRaiseAnAlarmAndAreNotPosted(t *testing.T) {
	t.Parallel()
	p := rig.PlainPlatform()
	s := rig.New(t, p)
	s.AddDays(rig.Today, rig.Tomorrow)
	s.StartWorker()
	s.RunDay(rig.Today).RequireSuccess()
	s.Exec(`DELETE FROM watch_log WHERE video_id = 10 LIMIT 1`)
	s.Exec(`
		INSERT INTO watch_log (watched_on, video_id, viewer_id, watched_at, view_id, played_seconds, ad_views)
		VALUES ('2024-05-06', 20, 77, '2024-05-06 03:00:00', 9001, 60, 1)`)

	run := s.RunDay(rig.Tomorrow).RequireSuccess()

	require.Contains(t, run.Stderr, "ALARM: 2024-05-06 has 99 rows, 100 counted and posted; nothing was adjusted")
	s.RequireSettled(p.Settle(rig.Today, rig.Tomorrow)[1])
	s.Starter("verify", "--date", rig.Today).RequireFailure("differences")
}

func TestVerifyJudgesLateViewsByTheCreatorOfThen(t *testing.T) {
	t.Parallel()
	p := rig.PlainPlatform()
	p.AddVideo(oracle.Video{ID: 15, Creator: 7, Title: "Only self views"})
	p.PlayLate(rig.Tomorrow, 9001, 15, 7, rig.Today+" 12:00:00", 60, 1)
	s := newLateSystem(t, p, rig.Today, rig.Tomorrow)
	s.StartWorker()
	runDays(s, p, rig.Today, rig.Tomorrow)

	s.Exec(`UPDATE videos SET creator_id = 1 WHERE video_id = 15`)

	require.Contains(t, s.Starter("verify", "--date", rig.Tomorrow).RequireSuccess().Stdout, "no difference")
}

func TestRowsThatChangedInPlaceRaiseAnAlarmBeforeTheirWeekIsPaid(t *testing.T) {
	t.Parallel()
	m := rig.NewMailing(t, 5)
	m.StartMailer()
	m.Exec(`UPDATE watch_log SET played_seconds = played_seconds + 1 WHERE video_id = 2 LIMIT 1`)

	run := m.Starter("run", "weekly", "--week", rig.Week).RequireSuccess()

	const alarm = "2024-05-12 has 7 rows, 7 counted and posted, and other rows than were counted in chunk 1"
	require.Contains(t, run.Stderr, "ALARM: "+alarm+"; nothing was adjusted")
	m.WaitUntilDetails("weekly:"+rig.Week, "ALARM", alarm)
	m.RequireSettled(m.Want)
	m.RequireOneEach()
}
