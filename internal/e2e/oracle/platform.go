package oracle

import (
	"fmt"
	"slices"
	"time"
	_ "time/tzdata" // the zones that a slim machine may lack
)

// Creator is one who is paid.
type Creator struct {
	ID                  int64
	Name, Email, Locale string
}

// Video is one of the catalogue.
type Video struct {
	ID, Creator                  int64
	Title                        string
	OpeningViews, OpeningAdViews int64
}

// View is a play, on the day of its start.
type View struct {
	ID, Video, Viewer int64
	At                time.Time
	Seconds, Ads      uint32
	Posted            string // if it came late, the later day that posts it
	StoredOn          string // the day under which it is stored, if that is not the one of its start
}

// Platform is all that the rules look at.
type Platform struct {
	Zone     *time.Location
	Window   time.Duration
	Windows  map[string]time.Duration // of the days that were run with another one
	Prices   []Prices                 // by first day
	Fees     []Fees                   // by first day
	Creators []Creator
	Videos   []Video
	Views    []View
	Payments []Payment
}

// standardPrices are those of R4, which hold unless a test adds others.
func standardPrices() Prices {
	return Prices{
		From:  "1970-01-01",
		Views: []Tier{{1, "1"}, {100_000, "1.1"}, {500_000, "1.3"}, {1_000_000, "1.5"}},
		Ads:   []Tier{{1, "10"}, {100_000, "12"}, {500_000, "15"}, {1_000_000, "20"}},
	}
}

// NewPlatform has the zone, the window of 30 s, the prices of R4 and the fees of R14, and nothing else.
func NewPlatform(zone string) *Platform {
	location, err := time.LoadLocation(zone)
	if err != nil {
		panic(err)
	}
	return &Platform{Zone: location, Window: 30 * time.Second, Prices: []Prices{standardPrices()}, Fees: []Fees{standardFees()}}
}

// AddVideo adds the video, and its creator unless there is one of that id.
func (p *Platform) AddVideo(v Video) {
	p.Videos = append(p.Videos, v)
	for _, known := range p.Creators {
		if known.ID == v.Creator {
			return
		}
	}
	p.Creators = append(p.Creators, Creator{
		ID:     v.Creator,
		Name:   fmt.Sprintf("창작자 %d", v.Creator),
		Email:  fmt.Sprintf("creator.%d@example.com", v.Creator),
		Locale: "ko",
	})
}

// Play adds a view with the next free id. at is the time of day in the business
// time zone, such as "2024-05-09 23:59:30.001", or an RFC 3339 time where that
// zone shows a time twice.
func (p *Platform) Play(videoID, viewer int64, at string, seconds, ads uint32) {
	p.PlayWithID(int64(len(p.Views)+1), videoID, viewer, at, seconds, ads)
}

// PlayWithID adds a view with the id.
func (p *Platform) PlayWithID(id, videoID, viewer int64, at string, seconds, ads uint32) {
	p.Views = append(p.Views, View{ID: id, Video: videoID, Viewer: viewer, At: p.instant(at), Seconds: seconds, Ads: ads})
}

func (p *Platform) instant(at string) time.Time {
	instant, err := time.ParseInLocation(time.DateTime, at, p.Zone)
	if err != nil {
		instant, err = time.Parse(time.RFC3339, at)
	}
	if err != nil {
		panic(err)
	}
	return instant
}

// PlayLate adds a view that comes after its day has closed and is posted later.
func (p *Platform) PlayLate(posted string, id, videoID, viewer int64, at string, seconds, ads uint32) {
	p.PlayWithID(id, videoID, viewer, at, seconds, ads)
	p.Views[len(p.Views)-1].Posted = posted
}

// Video is the one of that id, which must be there.
func (p *Platform) Video(id int64) Video {
	return p.Videos[slices.IndexFunc(p.Videos, func(v Video) bool { return v.ID == id })]
}

// DayOf is the business day of an instant.
func (p *Platform) DayOf(instant time.Time) string { return instant.In(p.Zone).Format(time.DateOnly) }

// Midnight is the instant at which the day begins.
func (p *Platform) Midnight(day string) time.Time {
	midnight, err := time.ParseInLocation(time.DateOnly, day, p.Zone)
	if err != nil {
		panic(err)
	}
	return midnight
}

// DaysAfter is the date so many days after another.
func DaysAfter(first string, days int) string {
	day, err := time.Parse(time.DateOnly, first)
	if err != nil {
		panic(err)
	}
	return day.AddDate(0, 0, days).Format(time.DateOnly)
}

// OnTime are the views that do not come late.
func (p *Platform) OnTime() []View {
	return slices.DeleteFunc(slices.Clone(p.Views), func(v View) bool { return v.Posted != "" })
}
