package e2e

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"creatorpay/internal/e2e/oracle"

	"github.com/stretchr/testify/require"
)

// come stores the views that the day posts, as the platform does: without
// creatorpay.
func (s *system) come(p *oracle.Platform, posted string) {
	s.t.Helper()
	for _, v := range p.Views {
		if v.Posted == posted {
			s.exec(`INSERT INTO watch_log (watched_on, video_id, viewer_id, watched_at, view_id, played_seconds, ad_views) VALUES (?, ?, ?, ?, ?, ?, ?)`,
				p.DayOf(v.At), v.Video, v.Viewer, v.At.UTC().Format("2006-01-02 15:04:05.000"), v.ID, v.Seconds, v.Ads)
		}
	}
}

// runDays runs the days, each after what it posts has come, and compares.
func (s *system) runDays(p *oracle.Platform, first, last string, flags ...string) {
	s.t.Helper()
	days := p.Settle(first, last)
	for _, want := range days {
		s.come(p, want.Start)
		s.runDay(want.Start, flags...).requireSuccess()
		s.requireSettled(want)
	}
	for _, want := range days { // what came later changed nothing
		s.requireSettled(want)
		s.starter("verify", "--date", want.Start).requireSuccess()
	}
}

// newLateSystem is a system with the views that do not come late.
func newLateSystem(t testing.TB, p *oracle.Platform, first, last string) *system {
	t.Helper()
	s := newEmptySystem(t, p)
	s.loadCatalogue(p)
	s.addDays(first, last)
	for views := range slices.Chunk(p.OnTime(), 5000) {
		s.append(p, views...)
	}
	return s
}

func TestRandomLateViewsAreWorthWhatTheRuleSays(t *testing.T) {
	t.Parallel()
	for round := range 3 {
		t.Run(fmt.Sprint(round), func(t *testing.T) {
			t.Parallel()
			random := newRandom(t)
			p := randomPlatform(random)
			days := []string{"2024-05-06", "2024-05-07", "2024-05-08", "2024-05-09"}
			for i, v := range p.Views {
				p.Views[i].Ads = min(v.Ads, 1000)
				if at := slices.Index(days, p.DayOf(v.At)); at >= 0 && at < len(days)-1 && random.IntN(3) == 0 {
					p.Views[i].Posted = days[at+1+random.IntN(len(days)-1-at)]
				}
			}
			s := newLateSystem(t, p, "2024-05-05", "2024-05-09")
			s.startWorker("REPEAT_WINDOW=" + p.Window.String())
			s.runDays(p, "2024-05-06", "2024-05-09", "--chunk-rows", fmt.Sprint(1+random.IntN(400)))
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
	midnight := p.Midnight(today)
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
	random := newRandom(t)
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
	want := lives(ordered.Settle(today, dayAfterTomorrow))
	for order := range 2 {
		t.Run(fmt.Sprint(order), func(t *testing.T) {
			days := []string{today, tomorrow, dayAfterTomorrow, "2024-05-09"}
			p := *ordered
			p.Views = slices.Clone(ordered.Views)
			for i, v := range p.Views {
				if at := slices.Index(days, p.DayOf(v.At)); random.IntN(2) == 0 {
					p.Views[i].Posted = days[at+1+random.IntN(len(days)-1-at)]
				}
			}
			require.Equal(t, want, lives(p.Settle(today, "2024-05-09")))
			s := newLateSystem(t, &p, today, "2024-05-09")
			s.startWorker()
			s.runDays(&p, today, "2024-05-09")
		})
	}
}

func TestLateViewsOfAnUnknownVideoKeepTheDayFromClosingUntilItIsKnown(t *testing.T) {
	t.Parallel()
	p := plainPlatform()
	s := newSystem(t, p)
	s.addDays(today, tomorrow)
	s.startWorker()
	s.runDay(today).requireSuccess()
	p.AddVideo(oracle.Video{ID: 15, Creator: 1, Title: "New"})
	p.PlayLate(tomorrow, 9001, 15, 77, today+" 12:00:00", 60, 1)
	p.PlayLate(tomorrow, 9002, 15, 77, today+" 13:00:00", 60, 1)
	p.PlayLate(tomorrow, 9003, 10, 77, today+" 13:00:00", 60, 1)
	s.come(p, tomorrow)

	s.runDay(tomorrow).requireFailure("2024-05-07 has 2 rows of videos that are not in the catalogue: 15 (2 rows that came late for 2024-05-06); import them")

	s.putVideos(p.Videos...)
	s.runDay(tomorrow).requireSuccess()
	s.requireSettled(p.Settle(today, tomorrow)[1])
}

func TestWhatADayPostsStaysAfterAReset(t *testing.T) {
	t.Parallel()
	p := plainPlatform()
	s := newSystem(t, p)
	s.addDays(today, dayAfterTomorrow)
	s.startWorker()
	s.runDay(today).requireSuccess()
	p.AddVideo(oracle.Video{ID: 15, Creator: 1, Title: "New"})
	p.PlayLate(tomorrow, 9001, 15, 77, today+" 12:00:00", 60, 1)
	p.PlayLate(tomorrow, 9002, 20, 77, today+" 12:00:00", 60, 1)
	s.come(p, tomorrow)
	s.runDay(tomorrow).requireFailure("15 (1 row that came late for 2024-05-06)")
	p.PlayLate(dayAfterTomorrow, 9003, 20, 77, today+" 15:00:00", 60, 1)
	s.come(p, dayAfterTomorrow)
	s.putVideos(p.Videos...)

	s.reset("daily:" + tomorrow)

	s.waitUntilState(tomorrow, "closed")
	days := p.Settle(today, dayAfterTomorrow)
	s.requireSettled(days[1])
	s.runDay(dayAfterTomorrow).requireSuccess()
	s.requireSettled(days[2])
}

func TestLateRowsOfADayWithVanishedRowsRaiseAnAlarmAndAreNotPosted(t *testing.T) {
	t.Parallel()
	p := plainPlatform()
	s := newSystem(t, p)
	s.addDays(today, tomorrow)
	s.startWorker()
	s.runDay(today).requireSuccess()
	s.exec(`DELETE FROM watch_log WHERE video_id = 10 LIMIT 1`)
	s.exec(`
		INSERT INTO watch_log (watched_on, video_id, viewer_id, watched_at, view_id, played_seconds, ad_views)
		VALUES ('2024-05-06', 20, 77, '2024-05-06 03:00:00', 9001, 60, 1)`)

	run := s.runDay(tomorrow).requireSuccess()

	require.Contains(t, run.stderr, "ALARM: 2024-05-06 has 99 rows, 100 counted and posted; nothing was adjusted")
	s.requireSettled(p.Settle(today, tomorrow)[1])
	s.starter("verify", "--date", today).requireFailure("differences")
}

func TestVerifyJudgesLateViewsByTheCreatorOfThen(t *testing.T) {
	t.Parallel()
	p := plainPlatform()
	p.AddVideo(oracle.Video{ID: 15, Creator: 7, Title: "Only self views"})
	p.PlayLate(tomorrow, 9001, 15, 7, today+" 12:00:00", 60, 1)
	s := newLateSystem(t, p, today, tomorrow)
	s.startWorker()
	s.runDays(p, today, tomorrow)

	s.exec(`UPDATE videos SET creator_id = 1 WHERE video_id = 15`)

	require.Contains(t, s.starter("verify", "--date", tomorrow).requireSuccess().stdout, "no difference")
}

func TestRowsThatChangedInPlaceRaiseAnAlarmBeforeTheirWeekIsPaid(t *testing.T) {
	t.Parallel()
	m := newMailing(t, 5)
	m.startWorker(m.environment...)
	m.exec(`UPDATE watch_log SET played_seconds = played_seconds + 1 WHERE video_id = 2 LIMIT 1`)

	run := m.starter("run", "weekly", "--week", week).requireSuccess()

	const alarm = "2024-05-12 has 7 rows, 7 counted and posted, and other rows than were counted in chunk 1"
	require.Contains(t, run.stderr, "ALARM: "+alarm+"; nothing was adjusted")
	m.waitUntilDetails("weekly:"+week, "ALARM", alarm)
	m.requireSettled(m.want)
	m.requireOneEach()
}

func TestADayIsDroppedOnlyAfterItsLateViewsArePosted(t *testing.T) {
	t.Parallel()
	p := plainPlatform()
	p.Play(10, 77, tomorrow+" 10:00:00", 60, 1)
	p.Play(10, 77, dayAfterTomorrow+" 10:00:00", 60, 1)
	p.PlayLate(dayAfterTomorrow, 9001, 20, 77, today+" 12:00:00", 60, 1)
	s := newLateSystem(t, p, today, dayAfterTomorrow)
	s.startWorker()
	settled := p.Settle(today, dayAfterTomorrow)
	s.runDay(today).requireSuccess()
	s.runDay(tomorrow).requireSuccess()
	s.come(p, dayAfterTomorrow)

	kept := s.starter("partitions", "drop", "--older-than-days", "1", "--yes").requireSuccess()

	require.Contains(t, kept.stderr, "2024-05-06 has 1 row that came late and that no day has posted: it is kept, with the day before it and all days after it; start the workers with LATE_DAYS=2")
	require.Contains(t, kept.stdout, "no closed day")

	s.runDay(dayAfterTomorrow).requireSuccess()
	s.requireSettled(settled[2])
	require.Contains(t, s.starter("partitions", "drop", "--older-than-days", "1", "--yes").requireSuccess().stdout, "2 days dropped")

	file := filepath.Join(t.TempDir(), "late.csv")
	require.NoError(t, os.WriteFile(file, []byte("view_id,video_id,viewer_id,watched_at,played_seconds,ad_views\n9002,10,78,2024-05-06T23:59:59.999+09:00,60,1\n"), 0o600))
	refused := s.starter("import", "--views", file)
	refused.requireFailure("1 line rejected")
	require.NotContains(t, refused.stdout, "came late")
	rejects, err := os.ReadFile(file + ".rejects.csv")
	require.NoError(t, err)
	require.Contains(t, string(rejects), "days up to "+tomorrow+" are closed and dropped")
	s.starter("partitions", "add", "--from", today, "--to", today).requireFailure("days up to " + tomorrow + " are closed and dropped")
	s.starter("audit", "--from", today, "--to", dayAfterTomorrow).requireSuccess()
}
