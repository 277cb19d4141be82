package daily

import (
	"fmt"
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
// the log but is never settled.
const (
	nastyFirst = "2024-02-28"
	nastyLast  = "2024-03-02"
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

func TestEachDayIsWorthWhatTheRulesSayHoweverItIsCut(t *testing.T) {
	t.Parallel()
	p := nastyPlatform()
	days := p.Settle(nastyFirst, nastyLast)
	for parallel, chunkRows := range []int{1: 1, 2: 2, 3: 10, 4: 60, 5: 300, 6: 2000, 7: math.MaxInt64, 8: 1} {
		if parallel == 0 {
			continue
		}
		t.Run(fmt.Sprintf("parallel %d, chunk rows %d", parallel, chunkRows), func(t *testing.T) {
			t.Parallel()
			s := rig.New(t, shuffled(p, uint64(parallel)))
			s.StartWorker()
			for _, want := range days {
				s.RunDay(want.Start, "--parallel", fmt.Sprint(parallel), "--chunk-rows", fmt.Sprint(chunkRows)).RequireSuccess()
				s.RequireSettled(want)
			}
			if chunkRows == 1 {
				require.Equal(t, len(days[0].Lines), s.Chunks(days[0].Start), "a chunk for each video")
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
