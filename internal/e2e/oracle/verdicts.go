package oracle

import (
	"cmp"
	"slices"
	"time"
)

// verdict says whether a view counts, and if not, why.
type verdict int

const (
	counts verdict = iota
	selfView
	repeatView
)

// verdicts judges every view (R1 to R3), those of each day in the order of its
// run: its own first, then the late ones, by time.
func (p *Platform) verdicts() []verdict {
	byVideoAndViewer := map[[2]int64][]int{}
	order := make([]int, len(p.Views))
	for i, play := range p.Views {
		key := [2]int64{play.Video, play.Viewer}
		byVideoAndViewer[key] = append(byVideoAndViewer[key], i)
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int {
		a, b := p.Views[i], p.Views[j]
		return cmp.Or(
			cmp.Compare(p.judgedOn(a), p.judgedOn(b)), cmp.Compare(min(1, len(a.Posted)), min(1, len(b.Posted))),
			p.byStart(a, b),
		)
	})
	creatorOf := map[int64]int64{}
	for _, v := range p.Videos {
		creatorOf[v.ID] = v.Creator
	}
	verdicts := make([]verdict, len(p.Views))
	judged := make([]bool, len(p.Views))
	for _, i := range order {
		play := p.Views[i]
		others := byVideoAndViewer[[2]int64{play.Video, play.Viewer}]
		switch {
		case play.Viewer == 0:
			verdicts[i] = counts
		case play.Viewer == creatorOf[play.Video]:
			verdicts[i] = selfView
		case p.followsTooSoon(play, others):
			verdicts[i] = repeatView
		case play.Posted != "" && slices.ContainsFunc(others, func(j int) bool { // nor is what was counted counted twice
			other := p.Views[j]
			return judged[j] && verdicts[j] == counts && !other.At.Before(play.At) && other.At.Sub(play.At) < p.windowOf(play)
		}):
			verdicts[i] = repeatView
		}
		judged[i] = true
	}
	return verdicts
}

// followsTooSoon tells whether any of the viewer's plays of the video that are
// known when this one is judged came before it by less than the window.
func (p *Platform) followsTooSoon(play View, others []int) bool {
	return slices.ContainsFunc(others, func(j int) bool {
		other := p.Views[j]
		known := p.judgedOn(other) <= p.judgedOn(play)
		return known && p.byStart(other, play) < 0 && play.At.Sub(other.At) < p.windowOf(play)
	})
}

// byStart is the order of two plays of one viewer. Of two at the same time, the one
// of the earlier day came first, then the one with the smaller id.
func (p *Platform) byStart(a, b View) int {
	return cmp.Or(a.At.Compare(b.At), cmp.Compare(p.watchedOn(a), p.watchedOn(b)), cmp.Compare(a.ID, b.ID))
}

// windowOf is the window of R3 by which the run judges that has to do so.
func (p *Platform) windowOf(play View) time.Duration {
	if window, other := p.Windows[p.judgedOn(play)]; other {
		return window
	}
	return p.Window
}
