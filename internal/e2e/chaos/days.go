package chaos

import (
	"fmt"
	"math/rand/v2"
	"time"

	"creatorpay/internal/e2e/oracle"
	"creatorpay/internal/e2e/rig"
	"creatorpay/settlement"
)

const (
	videoCount  = 40
	playsPerDay = 300 // a day
	chunkRows   = "45"

	milliseconds = 24 * 60 * 60 * 1000 // of a day
	aLittle      = 40_000              // milliseconds: more than the window of R3
)

// busyDays has plays of which many come back too soon, at times over midnight,
// of videos that are close below a tier.
func busyDays(random *rand.Rand, first string, days int) *oracle.Platform {
	p := oracle.NewPlatform("Asia/Seoul")
	for id := range int64(videoCount) {
		v := randomVideo(random, id+1)
		v.Creator = id%creatorCount + 1 // each has one
		p.AddVideo(v)
	}
	midnight := p.Midnight(first)
	end := midnight.AddDate(0, 0, days)
	for len(p.Views) < playsPerDay*days {
		play := randomPlay(random, midnight.AddDate(0, 0, random.IntN(days)))
		if last := len(p.Views) - 1; last >= 0 && random.IntN(4) == 0 { // the same viewer comes back
			play.Video, play.Viewer = p.Views[last].Video, p.Views[last].Viewer
			play.At = p.Views[last].At.Add(time.Duration(random.IntN(aLittle)) * time.Millisecond)
		}
		if play.At.Before(end) {
			play.ID = int64(len(p.Views) + 1)
			p.Views = append(p.Views, play)
		}
	}
	return p
}

// randomVideo is often one that is close below a tier.
func randomVideo(random *rand.Rand, id int64) oracle.Video {
	return oracle.Video{
		ID: id, Creator: 1 + random.Int64N(creatorCount), Title: fmt.Sprintf("영상 %d", id),
		OpeningViews:   max(0, rig.Pick[int64](random, 0, 100_000, 500_000)-random.Int64N(100)),
		OpeningAdViews: max(0, rig.Pick[int64](random, 0, 1_000_000)-random.Int64N(100)),
	}
}

// randomPlay is one on the day that begins at midnight, at times close to its
// end.
func randomPlay(random *rand.Rand, midnight time.Time) oracle.View {
	at := random.Int64N(milliseconds)
	if random.IntN(10) == 0 {
		at = milliseconds - 1 - random.Int64N(aLittle)
	}
	return oracle.View{
		Video: 1 + min(random.Int64N(videoCount), random.Int64N(videoCount)), Viewer: random.Int64N(creatorCount + 10),
		At:      midnight.Add(time.Duration(at) * time.Millisecond),
		Seconds: uint32(random.IntN(600)), Ads: uint32(random.IntN(4)),
	}
}

// playOf is a play of the video on the day, or of one that somebody watches at
// about the same time.
func playOf(p *oracle.Platform, random *rand.Rand, day settlement.Day, video int64) oracle.View {
	play := randomPlay(random, p.Midnight(day.String()))
	play.Video = video
	if random.IntN(2) == 0 {
		play = closeTo(p, random, play)
	}
	play.ID = firstArrival + random.Int64N(1<<40)
	return play
}

// closeTo makes the play one of another view's viewer and video, a little before
// or after it, if the day has another one and it then still is one of the day.
func closeTo(p *oracle.Platform, random *rand.Rand, play oracle.View) oracle.View {
	var others []oracle.View
	for _, other := range p.Views {
		if p.DayOf(other.At) == p.DayOf(play.At) {
			others = append(others, other)
		}
	}
	if len(others) == 0 {
		return play
	}
	other := others[random.IntN(len(others))]
	at := other.At.Add(time.Duration(random.IntN(2*aLittle)-aLittle) * time.Millisecond)
	if p.DayOf(at) == p.DayOf(play.At) {
		play.Video, play.Viewer, play.At = other.Video, other.Viewer, at
	}
	return play
}
