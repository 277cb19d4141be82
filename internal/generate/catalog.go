package generate

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"creatorpay/db"
)

// creator makes up the creator with the number.
func (w *world) creator(number int) db.Creator {
	random := w.random(topicCreators, number, 0)
	id := int64(number) + 1
	made := db.Creator{ID: id, Email: fmt.Sprintf("creator%d@creators.example", id)}
	if random.IntN(10) < 7 {
		made.Name, made.Locale = pick(random, koreanSurnames)+pick(random, koreanNames), "ko"
	} else {
		made.Name, made.Locale = pick(random, englishNames)+" "+pick(random, englishSurnames), "en"
	}
	return made
}

// openings are ordinals used up in an earlier system, just below the borders of
// the tiers.
var openings = []struct{ views, adViews int64 }{
	{99_998, 99_990},
	{499_998, 99_998},
	{999_998, 499_990},
	{99_999, 999_999},
}

// video makes up the video with the number.
func (w *world) video(number int) db.Video {
	random := w.random(topicVideos, number, 0)
	made := db.Video{
		ID:              int64(number) + 1,
		CreatorID:       1 + random.Int64N(int64(w.options.Creators)),
		DurationSeconds: 15 + random.Int64N(1+random.Int64N(3*60*60)), // mostly short
	}
	made.Title = title(random, made.ID)
	// Four in a hundred have one, big hits among them, which then cross the border
	// at once.
	if rank := int(w.ranks[number]) % 100; rank >= 1 && rank <= len(openings) {
		made.OpeningViews, made.OpeningAdViews = openings[rank-1].views, openings[rank-1].adViews
	}
	return made
}

// longTitle is how many characters the longest titles have.
const longTitle = 480

func title(random *rand.Rand, id int64) string {
	made := fmt.Sprintf(pick(random, titles), pick(random, topics), id)
	if random.IntN(100) == 0 {
		made = strings.Repeat(made+" ", longTitle)
		made = string([]rune(made)[:longTitle])
	}
	return made
}

func pick[T any](random *rand.Rand, from []T) T { return from[random.IntN(len(from))] }
