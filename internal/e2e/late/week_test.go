package late

import (
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/engine/statement"
	"creatorpay/internal/e2e/oracle"
	"creatorpay/internal/e2e/rig"
	"creatorpay/internal/inbox"
	"creatorpay/settlement"
)

// lateArrivals has some plays in the week from 2024-05-06, of which some lie
// close together and some come when their day is closed. Creator 8 has nothing
// but late views.
func lateArrivals(random *rand.Rand) *oracle.Platform {
	p := rig.FewPlays(random, "2024-05-06", 7)
	for _, play := range p.Views {
		if random.IntN(4) == 0 {
			play.ID = int64(len(p.Views) + 1)
			play.At = play.At.Add(time.Duration(random.Int64N(80_000)-40_000) * time.Millisecond)
			p.Views = append(p.Views, play)
		}
	}
	for i, play := range p.Views {
		watchedOn := p.DayOf(play.At)
		if watchedOn < rig.Sunday && random.IntN(5) == 0 {
			posted := oracle.DaysAfter(watchedOn, 1)
			for posted < rig.Sunday && random.IntN(2) == 0 {
				posted = oracle.DaysAfter(posted, 1)
			}
			p.Views[i].Posted = posted
		}
	}
	p.AddVideo(oracle.Video{ID: 30, Creator: 8, Title: "Late"})
	p.Play(30, 9, "2024-05-06 12:00:00", 10, 3)
	p.Play(30, 8, "2024-05-07 12:00:00", 10, 3)
	for i := len(p.Views) - 2; i < len(p.Views); i++ {
		p.Views[i].Posted = "2024-05-10"
	}
	return p
}

func TestR8_AWeekPaysItsLateViewsInExportsStatementsAndMailsAlike(t *testing.T) {
	t.Parallel()
	p := lateArrivals(rig.NewRandom(t))
	box := rig.StartInbox(t)
	s := newLateSystem(t, p, "2024-05-05", rig.Sunday)
	s.StartWorker(rig.MailSettings(box)...)
	runDays(s, p, "2024-05-06", rig.Sunday, "--chunk-rows", "40")

	s.Starter("run", "weekly", "--week", rig.Week).RequireSuccess()

	want := oracle.RollUp("weekly", "2024-05-06", p.Settle("2024-05-06", rig.Sunday)...)
	s.RequireSettled(want)
	requireLateStatements(s, want)
	requireLateMails(t, box, want)
}

// requireLateStatements means that each creator of whom something counted, late
// or on time, has a statement of exactly this, in its row and in its lines.
func requireLateStatements(s *rig.System, want oracle.Result) {
	s.T.Helper()
	period := settlement.Period{Kind: settlement.Kind(want.Kind), Start: rig.ToDay(want.Start)}
	rows, err := s.DB.Statements(s.T.Context(), period, settlement.AllCreators)
	require.NoError(s.T, err)
	drawn, err := statement.Read(s.T.Context(), s.DB, period, settlement.AllCreators, "")
	require.NoError(s.T, err)
	require.Len(s.T, rows, len(want.PaidCreators()))
	for i, row := range rows {
		own := func(l oracle.Line) bool { return l.Video.Creator == row.CreatorID }
		sumOfLines := want.Total(own)
		paid := sumOfLines.WithLate()
		_, late := sumOfLines.LateViews()
		require.Equal(s.T, rig.Totals(paid).Amounts, row.Amounts)
		require.Equal(s.T, paid.Views, row.Views+row.LateViews)
		require.Equal(s.T, late, row.LateViews)

		sum, earned := drawn[i].Totals()
		require.Equal(s.T, []int64{paid.Views, paid.Seconds, paid.Ads, paid.VideoAmount, paid.AdAmount},
			[]int64{sum.Views, sum.PlayedSeconds, sum.AdViews, int64(earned.VideoAmount), int64(earned.AdAmount)})
		for _, of := range drawn[i].Lines {
			for _, late := range of.Late {
				require.Contains(s.T, want.Adjustments(), strings.Join([]string{
					strconv.FormatInt(row.CreatorID, 10), strconv.FormatInt(of.VideoID, 10), late.WatchedOn.String(), late.PaidOn.String(), strconv.FormatInt(late.Views, 10),
				}, ","), "the origin day of the views")
			}
		}
	}
}

// requireLateMails means that each creator with a statement has one mail, with
// its total, its views and how many of them came late.
func requireLateMails(t *testing.T, box *inbox.Inbox, want oracle.Result) {
	t.Helper()
	mails, err := box.Mails()
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
		text, documents := rig.ReadMail(t, one.Path)
		require.Equal(t, 2, documents)
		sum := want.Total(func(l oracle.Line) bool { return l.Video.Creator == id })
		_, late := sum.LateViews()
		require.Equal(t, sum.VideoAmount+sum.AdAmount, figure(text, `지급 금액 +₩([0-9,]+)`))
		require.Equal(t, sum.WithLate().Views, figure(text, `정산 조회수 +([0-9,]+)회`))
		require.Equal(t, late, figure(text, `지연 시청 +([0-9,]+)회`))
	}
	require.Equal(t, want.PaidCreators(), got)
}
