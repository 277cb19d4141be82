package daily

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/internal/e2e/oracle"
	"creatorpay/internal/e2e/rig"
)

// What may go wrong at a border is in one platform: the leap day 2024-02-29
// between two others, an empty day after it, and a day before them that is in
// the log but is never settled. The week ends with another empty day.
const (
	nastyFirst = "2024-02-28"
	nastyLast  = "2024-03-03"
)

func nastyPlatform() *oracle.Platform {
	p := oracle.NewPlatform("Asia/Seoul")
	for _, v := range []oracle.Video{
		{ID: 1, Creator: 10, Title: "Plain"},
		{ID: 2, Creator: 10, Title: "One short of the second tier", OpeningViews: 99_998},
		{ID: 3, Creator: 20, Title: "At the second tier", OpeningViews: 99_999},
		{ID: 4, Creator: 20, Title: "At the third tier", OpeningViews: 499_999, OpeningAdViews: 499_999},
		{ID: 5, Creator: 20, Title: "At the fourth tier", OpeningViews: 999_999, OpeningAdViews: 999_998},
		{ID: 6, Creator: 30, Title: "All tiers of ads in a day", OpeningAdViews: 1},
		{ID: 7, Creator: 30, Title: `Quoted "title", with a comma`},
		{ID: 8, Creator: 30, Title: "제목 둘\nin two lines 🎬"},
		{ID: 9, Creator: 30, Title: "Only self views"},
		{ID: 10, Creator: 30, Title: "Never played"},
		{ID: 11, Creator: 40, Title: "Most of the rows", OpeningViews: 98_000, OpeningAdViews: 499_000},
		{ID: 12, Creator: 40, Title: "Only a repeat on its second day"},
		{ID: math.MaxInt64, Creator: math.MaxInt64, Title: "The last id"},
	} {
		p.AddVideo(v)
	}
	for _, today := range []string{"2024-02-28", "2024-02-29", "2024-03-02"} {
		addBorders(p, today)
		addTiers(p, today)
	}
	addMostOfTheRows(p, "2024-02-29")
	addMidnight(p, 1, "2024-02-27", "2024-02-28")
	addMidnight(p, 2, "2024-02-28", "2024-02-29")
	addMidnight(p, 2, "2024-02-29", "2024-03-02") // not adjacent: none of these is a repeat
	p.Play(12, 401, "2024-02-28 23:59:59.999", 12, 1)
	p.Play(12, 401, "2024-02-29 00:00:00", 12, 1)
	return p
}

// addBorders adds to one day what the window and the viewer decide about.
func addBorders(p *oracle.Platform, today string) {
	at := func(time string) string { return today + " " + time }
	p.Play(1, 101, at("10:00:00"), 5, 1)
	p.Play(1, 101, at("10:00:29.999"), 7, 2)
	p.Play(1, 102, at("10:00:00"), 5, 1)
	p.Play(1, 102, at("10:00:30"), 7, 2)
	for second := range 7 { // each 20 s after the one before, and counted once
		p.Play(1, 103, at(fmt.Sprintf("11:%02d:%02d", second*20/60, second*20%60)), 11, 3)
	}
	for _, time := range []string{"12:00:00", "12:00:29.999", "12:00:59.998", "12:01:29.998"} {
		p.Play(1, 104, at(time), 13, 1)
	}
	id := int64(len(p.Views) + 1)
	p.PlayWithID(id+1, 7, 105, at("13:00:00"), 1000, 100) // of three at once the smallest id counts
	p.PlayWithID(id+2, 7, 105, at("13:00:00"), 2000, 200)
	p.PlayWithID(id, 7, 105, at("13:00:00"), 1, 1)
	for millisecond := range 60 {
		p.Play(8, 0, at(fmt.Sprintf("14:00:00.%03d", millisecond/2)), 2, 1)
	}
	for _, videoID := range []int64{1, 9, math.MaxInt64} {
		owner := p.Video(videoID).Creator
		p.Play(videoID, owner, at("15:00:00"), 60, 9)
		p.Play(videoID, owner, at("15:00:05"), 60, 9) // a repeat as well
	}
	p.Play(7, 10, at("16:00:00"), 0, 0) // a creator views another's video
	p.Play(1, 106, at("16:00:00"), 3, 0)
	p.Play(2, 106, at("16:00:01"), 3, 0) // at once, but another video
	p.Play(math.MaxInt64, 0, at("23:59:59.999"), 3, 0)
	p.Play(math.MaxInt64, math.MaxInt64-1, at("00:00:00"), 3, 0)
	p.Play(math.MaxInt64, math.MaxInt64-1, at("00:00:30"), 3, 0)
}

// addTiers adds views around the ordinals at which prices change.
func addTiers(p *oracle.Platform, today string) {
	for videoID := int64(2); videoID <= 5; videoID++ {
		p.Play(videoID, 200, today+" 09:00:00", 30, 1)
		p.Play(videoID, 200, today+" 09:00:30", 30, 1)
	}
	p.Play(6, 200, today+" 09:00:00", math.MaxUint32, math.MaxUint32)
	p.Play(6, 201, today+" 09:00:00", 1, 99_998)
}

// addMostOfTheRows adds more views of one video than of all others together;
// they lead over the border of a tier.
func addMostOfTheRows(p *oracle.Platform, today string) {
	for i := range 3000 {
		at := fmt.Sprintf("%s %02d:%02d:%02d", today, i/500, i/10%50, i%10)
		p.Play(11, int64(1000+i%700), at, uint32(i%200), uint32(i%5))
	}
}

// addMidnight adds views of a video on both sides of midnight.
func addMidnight(p *oracle.Platform, videoID int64, yesterday, today string) {
	for i, pair := range [][2]string{
		{"23:59:45", "00:00:14.999"},
		{"23:59:45", "00:00:15"},
		{"23:59:30", "00:00:00"},
		{"23:59:30.001", "00:00:00"},
		{"23:59:59.999", "00:00:00"},
		{"23:59:59.999", "00:00:29.999"},
		{"00:00:00", "00:00:00"},
		{"23:59:59.999", "23:59:59.999"},
	} {
		p.Play(videoID, int64(300+i), yesterday+" "+pair[0], 21, 1)
		p.Play(videoID, int64(300+i), today+" "+pair[1], 22, 2)
	}
	for _, at := range []string{yesterday + " 23:59:20", yesterday + " 23:59:40", today + " 00:00:05", today + " 00:00:35"} {
		p.Play(videoID, 320, at, 23, 3)
	}
	for _, viewer := range []int64{0, 321, p.Video(videoID).Creator} {
		p.Play(videoID, viewer, yesterday+" 23:59:59.999", 24, 4)
		p.Play(videoID, viewer, today+" 00:00:00", 25, 5)
		p.Play(videoID, viewer, today+" 00:00:00", 26, 6)
	}
	p.Play(videoID, 322, yesterday+" 23:59:59", 27, 7)
	p.Play(videoID+5, 322, today+" 00:00:01", 28, 8) // another video
}

// addPayments adds payments at the borders of days, fees and amounts, and what becomes
// of them later.
func addPayments(p *oracle.Platform) {
	p.Fees = append(p.Fees, oracle.Fees{From: "2024-02-29", Fees: []oracle.Fee{
		{Method: "card", Percent: "3.33", Won: 7}, {Method: "transfer", Percent: "0", Won: 1}, {Method: "mobile", Percent: "100"},
	}}, oracle.Fees{From: "2024-03-02", Kept: true, Fees: []oracle.Fee{{Method: "card", Percent: "0.01"}, {Method: "transfer", Percent: "1.5", Won: 200}}})
	const most = 1 << 53
	by := func(method string) { p.Payments[len(p.Payments)-1].Method = method }
	p.Pay(1, 1, "2024-02-28 00:00:00", 1, "completed") // less than its fee
	p.Pay(2, 1, "2024-02-28 23:59:59.999", most, "completed")
	p.Pay(3, math.MaxInt64, "2024-02-29 00:00:00", 33_333, "completed")
	p.Pay(3, 1, "2024-02-29 00:00:00.001", 99, "completed") // a repeat, in another video
	p.Pay(4, 8, "2024-02-28 10:00:00", 990, "pending")
	p.Pay(4, 8, "2024-02-29 10:00:00", 990, "completed")
	by("mobile")
	p.Pay(4, 8, "2024-03-02 10:00:00", 990, "completed")
	p.Pay(5, 8, "2024-02-28 11:00:00", 2_990, "pending")
	p.Pay(5, 8, "2024-02-28 12:00:00", 2_990, "cancelled")
	p.Pay(math.MaxInt64, 3, "2024-03-02 23:59:59.999", 2_990, "completed")
	by("transfer")
	p.PayBack(6, 3, math.MaxInt64, "2024-02-29 09:00:00", 1)
	p.PayBack(7, 3, math.MaxInt64, "2024-02-29 09:00:00", 11_111)
	p.PayBack(8, 3, math.MaxInt64, "2024-03-03 00:00:00", 22_221) // the rest, on an empty day
	p.PayBack(9, 2, 1, "2024-03-02 08:00:00", most)
	p.PayBack(9, 2, 1, "2024-03-03 08:00:00", most)
}

// addLate adds rows of both logs that come when their day has closed.
func addLate(p *oracle.Platform) {
	const first = 100_001
	p.PlayLate("2024-02-29", first, 2, 200, "2024-02-28 09:00:15", 30, 1) // a repeat of one that was paid
	p.PlayLate("2024-02-29", first+1, 10, 500, "2024-02-28 00:00:00", 30, 1)
	p.PlayLate("2024-03-01", first+2, 10, 500, "2024-02-28 23:59:59.999", 30, 99_999)
	p.PlayLate("2024-03-01", first+3, 10, 500, "2024-02-29 00:00:29.999", 30, 1) // a repeat, of a late one
	p.PlayLate("2024-03-03", first+4, 11, 1000, "2024-02-29 23:00:00", math.MaxUint32, 4)
	late := func(posted string) { p.Payments[len(p.Payments)-1].Posted = posted }
	p.Pay(20, 10, "2024-02-28 09:00:00", 4_990, "completed")
	late("2024-02-29")
	p.PayBack(21, 20, 10, "2024-02-28 08:00:00", 990)
	late("2024-03-01")
	p.Pay(20, 9, "2024-02-29 09:00:00", 4_990, "completed") // a repeat
	late("2024-03-03")
}

// nastyWeek is the nasty platform with payments and late rows.
func nastyWeek() *oracle.Platform {
	p := nastyPlatform()
	addPayments(p)
	addLate(p)
	return p
}

// requireNastyWeek runs the days of [nastyWeek] with the flags, their week and their
// first month, and means that the exports are what the oracle says and the golden ones.
func requireNastyWeek(s *rig.System, p *oracle.Platform, flags ...string) {
	s.T.Helper()
	days, exports := p.Settle(nastyFirst, nastyLast), rig.Exports{}
	for _, want := range days {
		s.InsertLate(p, want.Start)
		s.RunDay(want.Start, flags...).RequireSuccess()
		maps.Copy(exports, s.RequireSettled(want))
	}
	s.Starter("run", "weekly", "--no-mail", "--week", "2024-W09").RequireSuccess()
	week := oracle.RollUp("weekly", "2024-02-26", days...)
	maps.Copy(exports, s.RequireSettled(week))
	maps.Copy(exports, s.RequirePayouts(week))
	s.Starter("run", "monthly", "--month", "2024-02").RequireSuccess()
	maps.Copy(exports, s.RequireSettled(oracle.RollUp("monthly", "2024-02-01", days[:2]...)))
	requireGolden(s.T, "nasty", exports)
}

func TestEachDayIsWorthWhatTheRulesSayHoweverItIsCut(t *testing.T) {
	t.Parallel()
	p := nastyWeek()
	for parallel, chunkRows := range []int{1: 1, 2: 2, 3: 10, 4: 60, 5: 300, 6: 2000, 7: math.MaxInt64, 8: 1} {
		if parallel == 0 {
			continue
		}
		t.Run(fmt.Sprintf("parallel %d, chunk rows %d", parallel, chunkRows), func(t *testing.T) {
			t.Parallel()
			s := rig.New(t, shuffled(p, uint64(parallel)))
			s.StartWorker()

			requireNastyWeek(s, p, "--parallel", fmt.Sprint(parallel), "--chunk-rows", fmt.Sprint(chunkRows))

			if chunkRows == 1 {
				require.Equal(t, len(p.Settle(nastyFirst, nastyFirst)[0].Lines), s.Chunks(nastyFirst), "a chunk for each video")
			}
		})
	}
}

// shuffled is the platform with its views in another order of arrival.
func shuffled(p *oracle.Platform, seed uint64) *oracle.Platform {
	other := *p
	other.Views = slices.Clone(p.Views)
	rand.New(rand.NewPCG(seed, 0)).Shuffle(len(other.Views), func(i, j int) {
		other.Views[i], other.Views[j] = other.Views[j], other.Views[i]
	})
	return &other
}
