package readside

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"creatorpay/settlement"
)

// list judges a list that grows: it has all that was closed before it was asked for,
// or says up to where it knows.
func (j *judge) list(ctx context.Context, a *answer) (string, error) {
	if a.Tag != "" {
		return "a list that grows has an ETag", nil
	}
	if a.Path.isPage() {
		return j.page(ctx, a)
	}
	got, readable := readList(*a.Body)
	if !readable {
		return "the answer cannot be read", nil
	}
	kind := settlement.Weekly
	switch a.Path {
	case periods:
		kind = a.Period.Kind
	case history:
		kind = settlement.Daily
	default:
	}
	newest, possible := j.newest(kind, a)
	if !j.withoutPrimary(a) && got.through() < newest {
		return fmt.Sprintf("the list goes through %s, but %s was closed before", got.through(), newest), nil
	}
	// What closes while the list is read may be listed, too.
	upTo := max(got.through(), got.last(kind))
	if upTo > possible {
		return fmt.Sprintf("the list goes through %s, which was not closed yet", upTo), nil
	}
	switch a.Path {
	case periods:
		return j.closedRuns(ctx, a, min(upTo, a.lastListed()), got)
	case history:
		return j.truth.compare(ctx, *a.Body, part{"lines", `
		SELECT 'daily' AS period, starts_on AS start, creator_id, video_id, ` + earned + `
		FROM daily_settlements WHERE video_id = ? AND starts_on BETWEEN ? AND ? ORDER BY starts_on`,
			[]any{a.Video, a.Period.Start, min(upTo, a.Period.End()-1)}})
	default:
	}
	return j.truth.compare(ctx, *a.Body, part{"statements.", `
		SELECT starts_on AS start, views + late_views AS views, self_views, repeat_views, played_seconds + late_played_seconds AS played_seconds,
			ad_views + late_ad_views AS ad_views, video_amount, ad_amount, video_amount + ad_amount AS amount
		FROM statements WHERE kind = 'weekly' AND creator_id = ? AND starts_on <= ? ORDER BY starts_on DESC LIMIT ?`, []any{a.Creator, upTo, a.limit()}})
}

// How many of the newest weeks and days pages have, and which days a video's page
// without a week is about: those of two years and a day, to some days after the last
// closed week.
const (
	weeksAtHome   = 12
	daysOfVideo   = 31
	daysBack      = 731
	daysAfterWeek = 35
)

// page means that the page has the amounts of the newest weeks, or of the video's
// newest days and their sum, unless a period was just closing, or the primary, which
// knows them, was away.
func (j *judge) page(ctx context.Context, a *answer) (string, error) {
	week, possibleWeek := j.newest(settlement.Weekly, a)
	day, possibleDay := j.newest(settlement.Daily, a)
	switch {
	case j.withoutPrimary(a), week != possibleWeek, a.Path == videoPage && day != possibleDay:
		return "", nil
	case a.Path == homePage:
		return j.truth.shows(ctx, *a.Body, `
			SELECT video_amount + ad_amount FROM statements
			WHERE kind = 'weekly' AND creator_id = ? AND starts_on <= ? ORDER BY starts_on DESC LIMIT ?`, a.Creator, week, weeksAtHome)
	case a.Period.Kind == settlement.Weekly:
		return j.truth.showsDays(ctx, *a.Body, a.Video, a.Period.Start, min(day, a.Period.End()-1))
	default:
		return j.truth.showsDays(ctx, *a.Body, a.Video, max(0, week+daysAfterWeek-daysBack+1), day)
	}
}

// growing is what the judge reads of a list that grows.
type growing struct {
	Through    *settlement.Day `json:"through"`
	Periods    []listed        `json:"periods"`
	Statements []listed        `json:"statements"`
	Lines      []listed        `json:"lines"`
}

// listed is a period in a list, or the statement of one.
type listed struct {
	Start settlement.Day      `json:"start"`
	State settlement.RunState `json:"state"`
	row   json.RawMessage
}

// UnmarshalJSON keeps the row, too.
func (l *listed) UnmarshalJSON(row []byte) error {
	type fields listed
	l.row = slices.Clone(row)
	return json.Unmarshal(row, (*fields)(l))
}

func readList(body []byte) (list growing, readable bool) {
	err := json.Unmarshal(body, &list)
	return list, err == nil
}

// through is the last day that the list says it knows of, 0 before the first close.
func (g growing) through() settlement.Day {
	if g.Through == nil {
		return 0
	}
	return *g.Through
}

// last is the last day of the newest closed period of the kind in the list, 0 if there
// is none.
func (g growing) last(kind settlement.Kind) (last settlement.Day) {
	for _, one := range slices.Concat(g.Periods, g.Statements, g.Lines) {
		if one.State == "" || one.State == settlement.Closed {
			last = max(last, settlement.Period{Kind: kind, Start: one.Start}.End()-1)
		}
	}
	return last
}

// newest is the last day of the newest period that was closed for certain when the
// list was asked for, and possible that of the newest that can have been closed when
// it was answered.
func (j *judge) newest(kind settlement.Kind, a *answer) (newest, possible settlement.Day) {
	for period, noted := range j.closes {
		if period.Kind != kind {
			continue
		}
		if !noted.Ended.IsZero() && noted.Ended.Before(a.Begun) {
			newest = max(newest, period.End()-1)
		}
		if noted.Begun.Before(a.Ended) {
			possible = max(possible, period.End()-1)
		}
	}
	return newest, possible
}

// closedRuns means that the closed periods up to there are listed with their
// figures.
func (j *judge) closedRuns(ctx context.Context, a *answer, upTo settlement.Day, got growing) (string, error) {
	var closed []json.RawMessage
	for _, run := range got.Periods {
		if run.State == settlement.Closed {
			closed = append(closed, run.row)
		}
	}
	want, err := jsonRows(ctx, j.truth.primary, `
		SELECT kind AS period, starts_on AS start, state, views, self_views, repeat_views, played_seconds, ad_views, video_amount, ad_amount
		FROM runs WHERE kind = ? AND state = 'closed' AND starts_on <= ? ORDER BY starts_on`, a.Period.Kind, upTo)
	return differentRows("closed periods", closed, want, includes), err
}
