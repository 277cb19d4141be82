package chaos

import (
	"fmt"
	"slices"

	"creatorpay/internal/e2e/oracle"
	"creatorpay/internal/e2e/rig"
	"creatorpay/settlement"
)

// move is an import's attempt to give a video another creator or other openings.
type move struct {
	video  int64
	during settlement.Day
	taken  bool
}

// catalogue are the videos and creators as they are known to be stored.
func (c *Rig) catalogue() ([]oracle.Video, []oracle.Creator) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return slices.Clone(c.plan.platform.Videos), slices.Clone(c.plan.platform.Creators)
}

// takeVideo takes note of what an import made of the video.
func (c *Rig) takeVideo(during *PlannedPeriod, v oracle.Video, taken bool) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	videos := c.plan.platform.Videos
	i := slices.IndexFunc(videos, func(known oracle.Video) bool { return known.ID == v.ID })
	if i < 0 {
		c.plan.platform.Videos = append(videos, v)
		return
	}
	before := videos[i]
	if before.Creator != v.Creator || before.OpeningViews != v.OpeningViews || before.OpeningAdViews != v.OpeningAdViews {
		c.moves = append(c.moves, move{video: v.ID, during: during.Start, taken: taken})
	} else if !taken {
		c.problems = append(c.problems, fmt.Sprintf("%s: an import refused a change of the title of video %d", during, v.ID))
	}
	if taken {
		if v.Title != before.Title {
			c.formerTitles[v.ID] = append(c.formerTitles[v.ID], before.Title)
		}
		videos[i] = v
	}
}

func (c *Rig) takeCreators(changed []oracle.Creator) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	for _, one := range changed {
		i := slices.IndexFunc(c.plan.platform.Creators, func(known oracle.Creator) bool { return known.ID == one.ID })
		c.plan.platform.Creators[i] = one
	}
}

// requireCatalogue means that the catalogue is what the imports said, and that
// they took and refused what they had to: a video keeps its creator and its
// openings once a day has counted it.
func (c *Rig) requireCatalogue(s *rig.System, days []oracle.Result) {
	s.T.Helper()
	var videos, creators []string
	for _, v := range c.plan.platform.Videos {
		videos = append(videos, quoted(v.ID, v.Creator, v.Title, v.OpeningViews, v.OpeningAdViews))
	}
	for _, one := range c.plan.platform.Creators {
		creators = append(creators, quoted(one.ID, one.Name, one.Email, one.Locale))
	}
	requireRows(s, videos, `SELECT video_id, creator_id, title, opening_views, opening_ad_views FROM videos`)
	requireRows(s, creators, `SELECT creator_id, name, email, locale FROM creators`)
	counted := map[int64]settlement.Day{}
	for _, day := range slices.Backward(days) {
		for _, l := range day.Lines {
			counted[l.Video.ID] = rig.ToDay(day.Start)
		}
	}
	for _, m := range c.moves {
		first, ever := counted[m.video]
		c.reportIf(m.taken && ever && first < m.during, "video %d, counted on %s, was moved on %s", m.video, first, m.during)
		c.reportIf(!m.taken && (!ever || first > m.during), "video %d could not be moved on %s, before it was counted", m.video, m.during)
	}
}
