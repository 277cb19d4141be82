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
func lateArrivals(random *rand.Rand) *platform {
	p := fewPlays(random, "2024-05-06", 7)
	for _, play := range p.views {
		if random.IntN(4) == 0 {
			play.id = int64(len(p.views) + 1)
			play.at = play.at.Add(time.Duration(random.Int64N(80_000)-40_000) * time.Millisecond)
			p.views = append(p.views, play)
		}
	}
	for i, play := range p.views {
		watchedOn := p.dayOf(play.at)
		if watchedOn < sunday && random.IntN(5) == 0 {
			posted := dayAfter(watchedOn)
			for posted < sunday && random.IntN(2) == 0 {
				posted = dayAfter(posted)
			}
			p.views[i].posted = posted
		}
	}
	p.addVideo(video{id: 30, creator: 8, title: "Late"})
	p.play(30, 9, "2024-05-06 12:00:00", 10, 3)
	p.play(30, 8, "2024-05-07 12:00:00", 10, 3)
	for i := len(p.views) - 2; i < len(p.views); i++ {
		p.views[i].posted = "2024-05-10"
	}
	return p
}

func TestR8_AWeekPaysItsLateViewsInExportsStatementsAndMailsAlike(t *testing.T) {
	t.Parallel()
	p := lateArrivals(newRandom(t))
	box, err := inbox.Start(t.Context(), t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, box.Stop()) })
	s := newLateSystem(t, p, "2024-05-05", sunday)
	s.startWorker("SMTP_ADDR="+box.SMTPAddr, "SMTP_FROM=payments@creatorpay.example", "MAIL_RATE=0")
	s.runDays(p, "2024-05-06", sunday, "--chunk-rows", "40")

	s.starter("run", "weekly", "--week", week).requireSuccess()

	want := rollUp("weekly", "2024-05-06", p.settle("2024-05-06", sunday)...)
	s.requireSettled(want)
	s.requireLateStatements(want)
	requireLateMails(t, &mailing{system: s, inbox: box}, want)
}

// withLate is the line whose own views and late views are all counted as its own.
func (l line) withLate() line {
	for _, late := range l.late {
		l.views += late.views
		l.seconds += late.seconds
		l.ads += late.ads
	}
	return l
}

// paidCreators are those of whom something counted, late or on time.
func (d settledDay) paidCreators() map[int64]bool {
	creators := map[int64]bool{}
	for _, l := range d.lines {
		if l.pays() {
			creators[l.video.creator] = true
		}
	}
	return creators
}

// requireLateStatements means that each creator of whom something counted, late
// or on time, has a statement of exactly this, in its row and in its lines.
func (s *system) requireLateStatements(want settledDay) {
	s.t.Helper()
	period := settlement.Period{Kind: settlement.Kind(want.kind), Start: toDay(want.day)}
	rows, err := s.db.Statements(s.t.Context(), period, db.AllCreators)
	require.NoError(s.t, err)
	drawn, err := activities.ReadStatements(s.t.Context(), s.db, period, db.AllCreators, "")
	require.NoError(s.t, err)
	require.Len(s.t, rows, len(want.paidCreators()))
	for i, row := range rows {
		own := func(l line) bool { return l.video.creator == row.CreatorID }
		sumOfLines := want.total(own)
		paid := sumOfLines.withLate()
		_, late := sumOfLines.lateViews()
		require.Equal(s.t, totals(paid).Amounts, row.Amounts)
		require.Equal(s.t, paid.views, row.Views+row.LateViews)
		require.Equal(s.t, late, row.LateViews)

		sum, videoAmount, adAmount := drawn[i].Totals()
		require.Equal(s.t, []int64{paid.views, paid.seconds, paid.ads, paid.videoAmount, paid.adAmount},
			[]int64{sum.Views, sum.PlayedSeconds, sum.AdViews, videoAmount, adAmount})
		for _, of := range drawn[i].Lines {
			for _, late := range of.Late {
				require.Contains(s.t, want.adjustments(), strings.Join([]string{
					strconv.FormatInt(row.CreatorID, 10), strconv.FormatInt(of.VideoID, 10), late.WatchedOn.String(), late.PaidOn.String(), strconv.FormatInt(late.Views, 10),
				}, ","), "the origin day of the views")
			}
		}
	}
}

// requireLateMails means that each creator with a statement has one mail, with
// its total, its views and how many of them came late.
func requireLateMails(t *testing.T, m *mailing, want settledDay) {
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
		sum := want.total(func(l line) bool { return l.video.creator == id })
		_, late := sum.lateViews()
		require.Equal(t, sum.videoAmount+sum.adAmount, figure(text, `지급 금액 +₩([0-9,]+)`))
		require.Equal(t, sum.withLate().views, figure(text, `정산 조회수 +([0-9,]+)회`))
		require.Equal(t, late, figure(text, `지연 시청 +([0-9,]+)회`))
	}
	require.Equal(t, want.paidCreators(), got)
}
