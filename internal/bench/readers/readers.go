// Package readers makes up what creators and operators ask the api.
package readers

import (
	"fmt"
	"math/rand/v2"
	"net/http"

	"creatorpay/internal/bench/load"
	"creatorpay/settlement"
)

// World is what can be asked about.
type World struct {
	URL      string // of the api
	Creators []Creator
	Days     []settlement.Day  // closed ones
	Week     settlement.Period // closed, its mails sent
	Operator string            // a token that may read all
}

// Creator asks about its own videos, of which it has at least one.
type Creator struct {
	ID     int64
	Videos []int64
	Token  string
}

// question is a kind of request.
type question struct {
	Kind     string
	Share    int // of a thousand requests
	operator bool
	path     func(random *rand.Rand, w World, c Creator) string
}

// Mix is what is asked, in thousandths: mostly what a creator's page and an
// accounting program ask each morning, seldom a document, which was mailed already.
var Mix = []question{
	{Kind: "settlement of a day", Share: 220, path: ofDay("/v1/creators/%d/settlement?period=daily&date=%s")},
	{Kind: "settlement of a week", Share: 80, path: func(_ *rand.Rand, w World, c Creator) string {
		return fmt.Sprintf("/v1/creators/%d/settlement?period=weekly&date=%s", c.ID, w.Week.Start)
	}},
	{Kind: "statistics of a day", Share: 120, path: ofDay("/v1/creators/%d/statistics?period=daily&date=%s")},
	{Kind: "explanation", Share: 150, path: func(random *rand.Rand, w World, c Creator) string {
		return fmt.Sprintf("/v1/creators/%d/videos/%d/explanation?date=%s", c.ID, pick(random, c.Videos), pick(random, w.Days))
	}},
	{Kind: "list of statements", Share: 80, path: func(_ *rand.Rand, _ World, c Creator) string {
		return fmt.Sprintf("/v1/creators/%d/statements", c.ID)
	}},
	{Kind: "statement", Share: 80, path: ofWeek("/v1/creators/%d/statements/%s")},
	{Kind: "document", Share: 10, path: ofWeek("/v1/creators/%d/statements/%s/statement.pdf")},
	{Kind: "Top 5", Share: 50, path: func(random *rand.Rand, w World, _ Creator) string {
		return fmt.Sprintf("/v1/top5?period=daily&date=%s", pick(random, w.Days))
	}},
	{Kind: "page: home", Share: 90, path: func(*rand.Rand, World, Creator) string { return "/" }},
	{Kind: "page: statement", Share: 50, path: func(_ *rand.Rand, w World, _ Creator) string {
		return fmt.Sprintf("/statements/%s", w.Week)
	}},
	{Kind: "page: history of a video", Share: 30, path: func(random *rand.Rand, _ World, c Creator) string {
		return fmt.Sprintf("/videos/%d", pick(random, c.Videos))
	}},
	{Kind: "page: why this amount", Share: 20, path: func(random *rand.Rand, w World, c Creator) string {
		return fmt.Sprintf("/videos/%d/%s", pick(random, c.Videos), pick(random, w.Days))
	}},
	{Kind: "operator: settlement of a day", Share: 10, operator: true, path: ofDay("/v1/creators/%d/settlement?period=daily&date=%s")},
	{Kind: "operator: book of runs", Share: 10, operator: true, path: func(_ *rand.Rand, w World, _ Creator) string {
		return fmt.Sprintf("/v1/periods?kind=daily&from=%s&to=%s", w.Days[0], w.Days[len(w.Days)-1])
	}},
}

func ofDay(format string) func(*rand.Rand, World, Creator) string {
	return func(random *rand.Rand, w World, c Creator) string {
		return fmt.Sprintf(format, c.ID, pick(random, w.Days))
	}
}

func ofWeek(format string) func(*rand.Rand, World, Creator) string {
	return func(_ *rand.Rand, w World, c Creator) string { return fmt.Sprintf(format, c.ID, w.Week) }
}

func pick[T any](random *rand.Rand, from []T) T { return from[random.IntN(len(from))] }

// Draw is a request of the mix; all creators, videos and days are as likely.
func (w World) Draw(random *rand.Rand) load.Request {
	part := random.IntN(1000)
	for _, q := range Mix {
		if part -= q.Share; part < 0 {
			return w.ask(random, q)
		}
	}
	panic("the shares of the mix do not add up to a thousand")
}

func (w World) ask(random *rand.Rand, q question) load.Request {
	creator := pick(random, w.Creators)
	token := creator.Token
	if q.operator {
		token = w.Operator
	}
	return load.Request{Kind: q.Kind, URL: w.URL + q.path(random, w, creator), Header: http.Header{
		"Authorization": {"Bearer " + token},
		// Said here, the client leaves the answer compressed.
		"Accept-Encoding": {"gzip"},
	}}
}
