package e2e

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// What may go wrong at a border is in one platform: the leap day 2024-02-29
// between two others, an empty day after it, and a day before them that is in
// the log but is never settled.
const (
	nastyFirst = "2024-02-28"
	nastyLast  = "2024-03-02"
)

func nastyPlatform() *platform {
	p := newPlatform("Asia/Seoul")
	for _, v := range []video{
		{id: 1, creator: 10, title: "Plain"},
		{id: 2, creator: 10, title: "One short of the second tier", openingViews: 99_998},
		{id: 3, creator: 20, title: "At the second tier", openingViews: 99_999},
		{id: 4, creator: 20, title: "At the third tier", openingViews: 499_999, openingAdViews: 499_999},
		{id: 5, creator: 20, title: "At the fourth tier", openingViews: 999_999, openingAdViews: 999_998},
		{id: 6, creator: 30, title: "All tiers of ads in a day", openingAdViews: 1},
		{id: 7, creator: 30, title: `Quoted "title", with a comma`},
		{id: 8, creator: 30, title: "제목 둘\nin two lines 🎬"},
		{id: 9, creator: 30, title: "Only self views"},
		{id: 10, creator: 30, title: "Never played"},
		{id: 11, creator: 40, title: "Most of the rows", openingViews: 98_000, openingAdViews: 499_000},
		{id: 12, creator: 40, title: "Only a repeat on its second day"},
		{id: math.MaxInt64, creator: math.MaxInt64, title: "The last id"},
	} {
		p.addVideo(v)
	}
	for _, today := range []string{"2024-02-28", "2024-02-29", "2024-03-02"} {
		addBorders(p, today)
		addTiers(p, today)
	}
	addMostOfTheRows(p, "2024-02-29")
	addMidnight(p, 1, "2024-02-27", "2024-02-28")
	addMidnight(p, 2, "2024-02-28", "2024-02-29")
	addMidnight(p, 2, "2024-02-29", "2024-03-02") // not adjacent: none of these is a repeat
	p.play(12, 401, "2024-02-28 23:59:59.999", 12, 1)
	p.play(12, 401, "2024-02-29 00:00:00", 12, 1)
	return p
}

// addBorders adds to one day what the window and the viewer decide about.
func addBorders(p *platform, today string) {
	at := func(time string) string { return today + " " + time }
	p.play(1, 101, at("10:00:00"), 5, 1)
	p.play(1, 101, at("10:00:29.999"), 7, 2)
	p.play(1, 102, at("10:00:00"), 5, 1)
	p.play(1, 102, at("10:00:30"), 7, 2)
	for second := range 7 { // each 20 s after the one before, and counted once
		p.play(1, 103, at(fmt.Sprintf("11:%02d:%02d", second*20/60, second*20%60)), 11, 3)
	}
	for _, time := range []string{"12:00:00", "12:00:29.999", "12:00:59.998", "12:01:29.998"} {
		p.play(1, 104, at(time), 13, 1)
	}
	id := int64(len(p.views) + 1)
	p.playWithID(id+1, 7, 105, at("13:00:00"), 1000, 100) // of three at once the smallest id counts
	p.playWithID(id+2, 7, 105, at("13:00:00"), 2000, 200)
	p.playWithID(id, 7, 105, at("13:00:00"), 1, 1)
	for millisecond := range 60 {
		p.play(8, 0, at(fmt.Sprintf("14:00:00.%03d", millisecond/2)), 2, 1)
	}
	for _, videoID := range []int64{1, 9, math.MaxInt64} {
		owner := p.video(videoID).creator
		p.play(videoID, owner, at("15:00:00"), 60, 9)
		p.play(videoID, owner, at("15:00:05"), 60, 9) // a repeat as well
	}
	p.play(7, 10, at("16:00:00"), 0, 0) // a creator views another's video
	p.play(1, 106, at("16:00:00"), 3, 0)
	p.play(2, 106, at("16:00:01"), 3, 0) // at once, but another video
	p.play(math.MaxInt64, 0, at("23:59:59.999"), 3, 0)
	p.play(math.MaxInt64, math.MaxInt64-1, at("00:00:00"), 3, 0)
	p.play(math.MaxInt64, math.MaxInt64-1, at("00:00:30"), 3, 0)
}

// addTiers adds views around the ordinals at which prices change.
func addTiers(p *platform, today string) {
	for videoID := int64(2); videoID <= 5; videoID++ {
		p.play(videoID, 200, today+" 09:00:00", 30, 1)
		p.play(videoID, 200, today+" 09:00:30", 30, 1)
	}
	p.play(6, 200, today+" 09:00:00", math.MaxUint32, math.MaxUint32)
	p.play(6, 201, today+" 09:00:00", 1, 99_998)
}

// addMostOfTheRows adds more views of one video than of all others together;
// they lead over the border of a tier.
func addMostOfTheRows(p *platform, today string) {
	for i := range 3000 {
		at := fmt.Sprintf("%s %02d:%02d:%02d", today, i/500, i/10%50, i%10)
		p.play(11, int64(1000+i%700), at, uint32(i%200), uint32(i%5))
	}
}

// addMidnight adds views of a video on both sides of midnight.
func addMidnight(p *platform, videoID int64, yesterday, today string) {
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
		p.play(videoID, int64(300+i), yesterday+" "+pair[0], 21, 1)
		p.play(videoID, int64(300+i), today+" "+pair[1], 22, 2)
	}
	for _, at := range []string{yesterday + " 23:59:20", yesterday + " 23:59:40", today + " 00:00:05", today + " 00:00:35"} {
		p.play(videoID, 320, at, 23, 3)
	}
	for _, viewer := range []int64{0, 321, p.video(videoID).creator} {
		p.play(videoID, viewer, yesterday+" 23:59:59.999", 24, 4)
		p.play(videoID, viewer, today+" 00:00:00", 25, 5)
		p.play(videoID, viewer, today+" 00:00:00", 26, 6)
	}
	p.play(videoID, 322, yesterday+" 23:59:59", 27, 7)
	p.play(videoID+5, 322, today+" 00:00:01", 28, 8) // another video
}

func TestEachDayIsWorthWhatTheRulesSayHoweverItIsCut(t *testing.T) {
	t.Parallel()
	p := nastyPlatform()
	days := p.settle(nastyFirst, nastyLast)
	for parallel, chunkRows := range []int{1: 1, 2: 2, 3: 10, 4: 60, 5: 300, 6: 2000, 7: math.MaxInt64, 8: 1} {
		if parallel == 0 {
			continue
		}
		t.Run(fmt.Sprintf("parallel %d, chunk rows %d", parallel, chunkRows), func(t *testing.T) {
			t.Parallel()
			s := newSystem(t, shuffled(p, uint64(parallel)))
			s.startWorker()
			for _, want := range days {
				s.runDay(want.day, "--parallel", fmt.Sprint(parallel), "--chunk-rows", fmt.Sprint(chunkRows)).requireSuccess()
				s.requireSettled(want)
			}
			if chunkRows == 1 {
				require.Equal(t, len(days[0].lines), s.chunks(days[0].day), "a chunk for each video")
			}
		})
	}
}

// shuffled is the platform with its views in another order of arrival.
func shuffled(p *platform, seed uint64) *platform {
	other := *p
	other.views = slices.Clone(p.views)
	rand.New(rand.NewPCG(seed, 0)).Shuffle(len(other.views), func(i, j int) {
		other.views[i], other.views[j] = other.views[j], other.views[i]
	})
	return &other
}
