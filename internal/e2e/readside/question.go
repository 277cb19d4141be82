package readside

import (
	"fmt"
	"math/rand/v2"

	"creatorpay/settlement"
)

// path is what is asked for.
type path string

// The paths of the api.
const (
	top5         path = "top5"
	settlements  path = "settlement"
	statistics   path = "statistics"
	statements   path = "statements"
	oneStatement path = "statement"
	payoutPDF    path = "statement.pdf"
	top5PDF      path = "top5.pdf"
	explanation  path = "explanation"
	history      path = "history"
	periods      path = "periods"
	homePage     path = "page of the weeks"
	weekPage     path = "page of a week"
	videoPage    path = "page of a video"
	dayPage      path = "page of a video's day"
)

var paths = []path{
	top5, settlements, statistics, statements, oneStatement, payoutPDF, top5PDF, explanation, history, periods,
	homePage, weekPage, videoPage, dayPage,
}

// grows tells whether the answer is a list that grows with each close.
func (p path) grows() bool {
	return p == statements || p == history || p == periods || p == homePage || p == videoPage
}

// isPage tells whether the answer is a page for people.
func (p path) isPage() bool { return p == homePage || p == weekPage || p == videoPage || p == dayPage }

// isOfVideo tells whether the answer is about one video.
func (p path) isOfVideo() bool {
	return p == explanation || p == history || p == videoPage || p == dayPage
}

// asker is who asks.
type asker string

// The askers.
const (
	theCreator   asker = "the creator"
	byLink       asker = "the creator who has opened a link"
	anOperator   asker = "an operator"
	otherCreator asker = "another creator"
	stranger     asker = "somebody without a token"
)

// question is one request that readers ask, whatever stands in its header.
type question struct {
	Path    path
	Asker   asker
	Creator int64             // whose data, 0 where all may read
	Video   int64             // where one is asked about
	Period  settlement.Period // of a list of periods: its kind, and the first day that may be listed; of a video's page: a week, or anything else for all days
	Limit   int               // of a page; 0 for the usual one
	After   int64             // of a page: the video after which it begins
	Next    string            // of a page that is not the first: its address, as the page before said
}

// url is the path and the query of the question.
func (q question) url() string {
	if q.Next != "" {
		return q.Next
	}
	creator := fmt.Sprintf("/v1/creators/%d", q.Creator)
	period := fmt.Sprintf("period=%s&date=%s", q.Period.Kind, q.Period.Start)
	if q.Limit > 0 {
		period += fmt.Sprintf("&limit=%d", q.Limit)
	}
	switch q.Path {
	case top5:
		return "/v1/top5?" + period
	case settlements, statistics:
		return creator + "/" + string(q.Path) + "?" + period
	case statements:
		return creator + "/statements"
	case oneStatement:
		return creator + "/statements/" + q.Period.String()
	case payoutPDF, top5PDF:
		return creator + "/statements/" + q.Period.String() + "/" + string(q.Path)
	case explanation:
		return fmt.Sprintf("%s/videos/%d/explanation?date=%s", creator, q.Video, q.Period.Start)
	case history:
		return fmt.Sprintf("%s/videos/%d/history?from=%s&to=%s", creator, q.Video, q.Period.Start, q.Period.End()-1)
	case homePage:
		return "/"
	case weekPage:
		return "/statements/" + q.Period.String()
	case videoPage:
		if q.Period.Kind == settlement.Weekly {
			return fmt.Sprintf("/videos/%d?week=%s", q.Video, q.Period)
		}
		return fmt.Sprintf("/videos/%d", q.Video)
	case dayPage:
		return fmt.Sprintf("/videos/%d/%s", q.Video, q.Period.Start)
	default:
		return fmt.Sprintf("/v1/periods?kind=%s&from=%s&to=%s&limit=1000", q.Period.Kind, q.Period.Start, q.lastListed())
	}
}

// lastListed is the last day that a list of periods asks for.
func (q question) lastListed() settlement.Day { return q.Period.Start + 400 }

func (q question) String() string { return fmt.Sprintf("GET %s as %s", q.url(), q.Asker) }

// ask makes up a question: about a closed period most of the time, and often one
// of the last; or about the one that will close next.
func ask(random *rand.Rand, b *books) question {
	q := question{Path: paths[random.IntN(len(paths))], Asker: theCreator}
	switch {
	case q.Path == periods:
		q.Asker = anOperator
	case q.Path == top5:
	case q.Path.isPage(): // only the creator's own
	case random.IntN(8) == 0:
		q.Asker = anOperator
	case random.IntN(16) == 0:
		q.Asker = otherCreator
	}
	if q.Asker == theCreator && q.Path != top5 && random.IntN(4) == 0 {
		q.Asker = byLink
	}
	if random.IntN(32) == 0 {
		q.Asker = stranger
	}
	q.Period = pickPeriod(random, b, q.Path)
	switch q.Path {
	case top5, periods:
	case explanation, history, videoPage, dayPage:
		q.Video = 1 + random.Int64N(videos+1) // the last is unknown
		q.Creator = ownerOf(q.Video)
		if random.IntN(8) == 0 {
			q.Creator = 1 + random.Int64N(ownersOfVideos)
		}
	default:
		q.Creator = 1 + random.Int64N(idle)
		if random.IntN(16) == 0 && !q.Path.isPage() {
			q.Creator, q.Asker = nobody, anOperator
		}
	}
	if (q.Path == settlements || q.Path == statistics) && random.IntN(3) == 0 {
		q.Limit = 1 + random.IntN(2)
	}
	return q
}

func pickPeriod(random *rand.Rand, b *books, of path) settlement.Period {
	kind := settlement.Daily
	switch of {
	case oneStatement, payoutPDF, top5PDF, weekPage:
		kind = settlement.Weekly
	case explanation, dayPage, statements, homePage:
	default:
		kind = []settlement.Kind{settlement.Daily, settlement.Daily, settlement.Weekly, settlement.Monthly}[random.IntN(4)]
	}
	if of == periods {
		return settlement.Period{Kind: kind, Start: firstDay - 7}
	}
	begun := b.begun(kind)
	period, _ := settlement.PeriodOf(kind, b.nextDay()) // a kind that there is
	switch chance := random.IntN(8); {
	case len(begun) == 0 || chance == 0:
		return period
	case chance < 4:
		return begun[max(0, len(begun)-1-random.IntN(3))]
	default:
		return begun[random.IntN(len(begun))]
	}
}

// ownsVideo tells whether the video is the creator's.
func (q question) ownsVideo() bool { return q.Video <= videos && ownerOf(q.Video) == q.Creator }
