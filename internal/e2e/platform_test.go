package e2e

import (
	"fmt"
	"time"
	_ "time/tzdata" // the tests need zones that a slim machine may lack
)

// standardPrices are those of R4, which hold unless a test adds others.
func standardPrices() prices {
	return prices{
		from:  "1970-01-01",
		views: []tier{{1, "1"}, {100_000, "1.1"}, {500_000, "1.3"}, {1_000_000, "1.5"}},
		ads:   []tier{{1, "10"}, {100_000, "12"}, {500_000, "15"}, {1_000_000, "20"}},
	}
}

func newPlatform(zone string) *platform {
	location, err := time.LoadLocation(zone)
	if err != nil {
		panic(err)
	}
	return &platform{zone: location, window: 30 * time.Second, prices: []prices{standardPrices()}}
}

// addVideo adds the video, and its creator unless there is one of that id.
func (p *platform) addVideo(v video) {
	p.videos = append(p.videos, v)
	for _, known := range p.creators {
		if known.id == v.creator {
			return
		}
	}
	p.creators = append(p.creators, creator{
		id:     v.creator,
		name:   fmt.Sprintf("창작자 %d", v.creator),
		email:  fmt.Sprintf("creator.%d@example.com", v.creator),
		locale: "ko",
	})
}

// play adds a view with the next free id. at is the time of day in the business
// time zone, such as "2024-05-09 23:59:30.001", or an RFC 3339 time where that
// zone shows a time twice.
func (p *platform) play(videoID, viewer int64, at string, seconds, ads uint32) {
	p.playWithID(int64(len(p.views)+1), videoID, viewer, at, seconds, ads)
}

func (p *platform) playWithID(id, videoID, viewer int64, at string, seconds, ads uint32) {
	instant, err := time.ParseInLocation(time.DateTime, at, p.zone)
	if err != nil {
		instant, err = time.Parse(time.RFC3339, at)
	}
	if err != nil {
		panic(err)
	}
	p.views = append(p.views, view{id: id, video: videoID, viewer: viewer, at: instant, seconds: seconds, ads: ads})
}

// playLate adds a view that comes after its day has closed and is posted later.
func (p *platform) playLate(posted string, id, videoID, viewer int64, at string, seconds, ads uint32) {
	p.playWithID(id, videoID, viewer, at, seconds, ads)
	p.views[len(p.views)-1].posted = posted
}
