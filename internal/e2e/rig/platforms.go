package rig

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"creatorpay/internal/e2e/oracle"
)

// The days of most tests, and the first ones ever settled.
const (
	Today            = "2024-05-06"
	Tomorrow         = "2024-05-07"
	DayAfterTomorrow = "2024-05-08"
)

// PlainPlatform has ten videos with ten views each on [Today].
func PlainPlatform() *oracle.Platform {
	p := oracle.NewPlatform("Asia/Seoul")
	for id := int64(10); id <= 100; id += 10 {
		p.AddVideo(oracle.Video{ID: id, Creator: 1 + id%3, Title: fmt.Sprintf("Video %d", id)})
		for viewer := range int64(10) {
			p.Play(id, 1000+viewer, fmt.Sprintf("%s %02d:00:00", Today, viewer), 60, 1)
		}
	}
	return p
}

// FewPlays has some plays on each of the days, of videos that are close below a
// tier.
func FewPlays(random *rand.Rand, first string, days int) *oracle.Platform {
	p := oracle.NewPlatform("Asia/Seoul")
	for id := range int64(20) {
		p.AddVideo(oracle.Video{
			ID: id + 1, Creator: id%7 + 1, Title: fmt.Sprintf("Video %d", id+1),
			OpeningViews: max(0, Pick[int64](random, 0, 100_000, 500_000)-random.Int64N(30)), OpeningAdViews: max(0, Pick[int64](random, 0, 1_000_000)-random.Int64N(30)),
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

// RandomPlatform has few videos, few viewers and many plays that lie close
// together, around the midnights of 2024-05-05 to 2024-05-09.
func RandomPlatform(random *rand.Rand) *oracle.Platform {
	p := oracle.NewPlatform([]string{"Asia/Seoul", "UTC", "America/New_York"}[random.IntN(3)])
	p.Window = []time.Duration{30 * time.Second, 30 * time.Second, 0, 45 * time.Minute}[random.IntN(4)]
	id := int64(1)
	for range 2 + random.IntN(12) {
		p.AddVideo(oracle.Video{
			ID:      id,
			Creator: 1 + random.Int64N(6), // viewers 1 to 6 are creators, too
			Title:   fmt.Sprintf("Video, \"%d\"", id),
			// Close below a tier, so that a few views or ads lead over it.
			OpeningViews:   max(0, Pick[int64](random, 0, 100_000, 500_000, 1_000_000)-random.Int64N(60)),
			OpeningAdViews: max(0, Pick[int64](random, 0, 100_000, 500_000, 1_000_000)-random.Int64N(60)),
		})
		id += Pick(random, 1, 2, random.Int64N(1<<40))
	}
	midnight := p.Midnight("2024-05-05")
	at := midnight
	for i := range 1500 {
		switch random.IntN(20) {
		case 0:
			at = midnight.AddDate(0, 0, random.IntN(5)).Add(time.Duration(random.IntN(60_000)-30_000) * time.Millisecond)
		case 1:
			at = midnight.Add(time.Duration(random.Int64N(int64(4 * 24 * time.Hour)))).Truncate(time.Millisecond)
		default:
			at = at.Add(time.Duration(Pick(random, 0, 1, 1000, 10_000, 20_000, 29_999, 30_000, 30_001)) * time.Millisecond)
		}
		p.Views = append(p.Views, oracle.View{
			ID:      int64(i + 1),
			Video:   p.Videos[min(random.IntN(len(p.Videos)), random.IntN(len(p.Videos)))].ID,
			Viewer:  random.Int64N(9),
			At:      at,
			Seconds: uint32(random.IntN(4000)),
			Ads:     Pick(random, 0, 0, 1, 2, 30, uint32(random.IntN(1_000_000)), math.MaxUint32),
		})
	}
	random.Shuffle(len(p.Views), func(i, j int) { p.Views[i].ID, p.Views[j].ID = p.Views[j].ID, p.Views[i].ID })
	return p
}
