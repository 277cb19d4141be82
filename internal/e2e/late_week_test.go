package e2e

import (
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/activities"
	"creatorpay/db"
	"creatorpay/internal/inbox"
	"creatorpay/settlement"
)

// lateArrivals has some plays in the week from 2024-05-06, of which some lie
// close together and some come when their day is closed. Creator 8 has nothing
// but late views.
func lateArrivals(random *rand.Rand) *latePlatform {
	p := &latePlatform{platform: fewPlays(random, "2024-05-06", 7), postedOn: map[int64]string{}}
	for _, play := range p.views {
		if random.IntN(4) == 0 {
			play.id = int64(len(p.views) + 1)
			play.at = play.at.Add(time.Duration(random.Int64N(80_000)-40_000) * time.Millisecond)
			p.views = append(p.views, play)
		}
	}
	for _, play := range p.views {
		watchedOn := p.dayOf(play.at)
		if watchedOn < sunday && random.IntN(5) == 0 {
			posted := dayAfter(watchedOn)
			for posted < sunday && random.IntN(2) == 0 {
				posted = dayAfter(posted)
			}
			p.postedOn[play.id] = posted
		}
	}
	p.addVideo(video{id: 30, creator: 8, title: "Late"})
	p.play(30, 9, "2024-05-06 12:00:00", 10, 3)
	p.play(30, 8, "2024-05-07 12:00:00", 10, 3)
	for id := int64(len(p.views) - 1); id <= int64(len(p.views)); id++ {
		p.postedOn[id] = "2024-05-10"
	}
	return p
}

// newLateSystem is a system with the platform's views that are on time, and a
// worker whose mails go to the inbox.
func newLateWeek(t *testing.T, p *latePlatform) (*system, *inbox.Inbox) {
	t.Helper()
	box, err := inbox.Start(t.Context(), t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, box.Stop()) })
	s := newEmptySystem(t, p.platform)
	s.loadCatalogue(p.platform)
	s.addDays("2024-05-05", sunday)
	for _, play := range p.views {
		if _, late := p.postedOn[play.id]; !late && p.dayOf(play.at) >= "2024-05-06" {
			s.append(p.platform, play)
		}
	}
	s.startWorker("SMTP_ADDR="+box.SMTPAddr, "SMTP_FROM=payments@creatorpay.example", "MAIL_RATE=0")
	return s, box
}

// runLateDay runs the day after the late views that it posts have come.
func (s *system) runLateDay(p *latePlatform, want lateDays) {
	s.t.Helper()
	for _, play := range p.views {
		if p.postedOn[play.id] == want.paid.day {
			s.append(p.platform, play)
		}
	}
	s.runDay(want.paid.day, "--chunk-rows", "40").requireSuccess()
	s.requireLate(want)
}

// requireLate means that the period is closed with exactly what the oracle says,
// in every export and in the book of runs.
func (s *system) requireLate(want lateDays) {
	s.t.Helper()
	require.Equal(s.t, want.export(), s.export("adjustments", want.paid))
	require.Equal(s.t, want.onTime.statistics(), s.export("statistics", want.paid))
	require.Equal(s.t, want.paid.settlement(), s.export("settlement", want.paid))
	require.Equal(s.t, want.onTime.top5(), s.export("top5", want.paid))

	run, err := s.db.ClosedRun(s.t.Context(), settlement.Period{Kind: settlement.Kind(want.paid.kind), Start: toDay(want.paid.day)})
	require.NoError(s.t, err)
	total := want.onTime.total(all)
	paid := want.paid.total(all)
	total.videoAmount, total.adAmount = paid.videoAmount, paid.adAmount
	book := totals(total)
	for _, a := range want.adjustments {
		book.LateViews += a.views
		book.LateRows += a.views + a.self + a.repeats
	}
	require.Equal(s.t, book, run.Totals)
}

func TestR8_AWeekPaysItsLateViewsInExportsStatementsAndMailsAlike(t *testing.T) {
	t.Parallel()
	p := lateArrivals(newRandom(t))
	s, box := newLateWeek(t, p)
	days := p.settleLate("2024-05-06", sunday)
	for _, want := range days {
		s.runLateDay(p, want)
	}

	s.starter("run", "weekly", "--week", week).requireSuccess()

	want := rollUpLate("weekly", "2024-05-06", days)
	require.NotEmpty(t, want.adjustments)
	s.requireLate(want)
	s.requireLateStatements(want)
	requireLateMails(t, &mailing{system: s, inbox: box}, want)
}

// requireLateStatements means that each creator of whom something counted, late
// or on time, has a statement of exactly this, in its row and in its lines.
func (s *system) requireLateStatements(want lateDays) {
	s.t.Helper()
	period := settlement.Period{Kind: settlement.Kind(want.paid.kind), Start: toDay(want.paid.day)}
	rows, err := s.db.Statements(s.t.Context(), period, db.AllCreators)
	require.NoError(s.t, err)
	drawn, err := activities.ReadStatements(s.t.Context(), s.db, period, db.AllCreators, "")
	require.NoError(s.t, err)
	require.Len(s.t, rows, len(want.creators()))
	for i, row := range rows {
		own := func(l line) bool { return l.video.creator == row.CreatorID }
		paid := want.paid.total(own)
		require.Equal(s.t, totals(paid).Amounts, row.Amounts)
		require.Equal(s.t, paid.views, row.Views+row.LateViews)
		require.Equal(s.t, want.lateViews(row.CreatorID), row.LateViews)

		sum, videoAmount, adAmount := drawn[i].Totals()
		require.Equal(s.t, []int64{paid.views, paid.seconds, paid.ads, paid.videoAmount, paid.adAmount},
			[]int64{sum.Views, sum.PlayedSeconds, sum.AdViews, videoAmount, adAmount})
		for _, of := range drawn[i].Lines {
			for _, late := range of.Late {
				require.Contains(s.t, want.export(), strings.Join([]string{
					strconv.FormatInt(row.CreatorID, 10), strconv.FormatInt(of.VideoID, 10), late.WatchedOn.String(), late.PaidOn.String(), strconv.FormatInt(late.Views, 10),
				}, ","), "the origin day of the views")
			}
		}
	}
}

// requireLateMails means that each creator with a statement has one mail, with
// its total, its views and how many of them came late.
func requireLateMails(t *testing.T, m *mailing, want lateDays) {
	t.Helper()
	mails, err := m.inbox.Mails()
	require.NoError(t, err)
	figure := func(text, pattern string) int64 {
		found := regexp.MustCompile(pattern).FindStringSubmatch(text)
		if found == nil {
			return 0
		}
		number, err := strconv.ParseInt(strings.ReplaceAll(found[1], ",", ""), 10, 64)
		require.NoError(t, err)
		return number
	}
	got := map[int64]bool{}
	for _, one := range mails {
		id := figure(one.To, `^creator\.(\d+)@`)
		require.False(t, got[id], "creator %d has two", id)
		got[id] = true
		text, documents := m.read(one.Path)
		require.Equal(t, 2, documents)
		paid := want.paid.total(func(l line) bool { return l.video.creator == id })
		require.Equal(t, paid.videoAmount+paid.adAmount, figure(text, `지급 금액 +₩([0-9,]+)`))
		require.Equal(t, paid.views, figure(text, `정산 조회수 +([0-9,]+)회`))
		require.Equal(t, want.lateViews(id), figure(text, `지연 시청 +([0-9,]+)회`))
	}
	require.Equal(t, want.creators(), got)
}
