package e2e

import (
	"fmt"
	"slices"

	"github.com/stretchr/testify/require"

	"creatorpay/settlement"
)

// move is an import's attempt to give a video another creator or other openings.
type move struct {
	video  int64
	during settlement.Day
	taken  bool
}

// catalogue are the videos and creators as they are known to be stored.
func (c *chaos) catalogue() ([]video, []creator) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return slices.Clone(c.plan.platform.videos), slices.Clone(c.plan.platform.creators)
}

// takeVideo takes note of what an import made of the video.
func (c *chaos) takeVideo(during *plannedPeriod, v video, taken bool) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	videos := c.plan.platform.videos
	i := slices.IndexFunc(videos, func(known video) bool { return known.id == v.id })
	if i < 0 {
		c.plan.platform.videos = append(videos, v)
		return
	}
	before := videos[i]
	if before.creator != v.creator || before.openingViews != v.openingViews || before.openingAdViews != v.openingAdViews {
		c.moves = append(c.moves, move{video: v.id, during: during.Start, taken: taken})
	} else if !taken {
		c.wrong = append(c.wrong, fmt.Sprintf("%s: an import refused a change of the title of video %d", during, v.id))
	}
	if taken {
		videos[i] = v
	}
}

func (c *chaos) takeCreators(changed []creator) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	for _, one := range changed {
		i := slices.IndexFunc(c.plan.platform.creators, func(known creator) bool { return known.id == one.id })
		c.plan.platform.creators[i] = one
	}
}

// requireCatalogue means that the catalogue is what the imports said, and that
// they took and refused what they had to: a video keeps its creator and its
// openings once a day has counted it.
func (c *chaos) requireCatalogue(s *system, days []settledDay) {
	s.t.Helper()
	var videos, creators []string
	for _, v := range c.plan.platform.videos {
		videos = append(videos, quoted(v.id, v.creator, v.title, v.openingViews, v.openingAdViews))
	}
	for _, one := range c.plan.platform.creators {
		creators = append(creators, quoted(one.id, one.name, one.email, one.locale))
	}
	s.requireRows(videos, `SELECT video_id, creator_id, title, opening_views, opening_ad_views FROM videos`)
	s.requireRows(creators, `SELECT creator_id, name, email, locale FROM creators`)
	counted := map[int64]settlement.Day{}
	for _, day := range slices.Backward(days) {
		for _, l := range day.lines {
			counted[l.video.id] = toDay(day.day)
		}
	}
	for _, m := range c.moves {
		first, ever := counted[m.video]
		c.noteIf(m.taken && ever && first < m.during, "video %d, counted on %s, was moved on %s", m.video, first, m.during)
		c.noteIf(!m.taken && (!ever || first > m.during), "video %d could not be moved on %s, before it was counted", m.video, m.during)
	}
}

// quoted are the values as [rowsOf] gives them.
func quoted(values ...any) string {
	texts := make([]string, len(values))
	for i, value := range values {
		texts[i] = fmt.Sprint(value)
	}
	return fmt.Sprintf("%q", texts)
}

// requireRows means that the query gives these rows, in any order.
func (s *system) requireRows(want []string, query string) {
	s.t.Helper()
	got, err := rowsOf(s.t.Context(), s.sql, query)
	require.NoError(s.t, err)
	require.ElementsMatch(s.t, want, got, query)
}
