package readside

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"creatorpay/settlement"
)

// What bounds an answer. A question asks each copy at most twice, and each call has
// its limit; a page asks up to four questions. The margin is for a machine that has
// other things to do.
const (
	callsAtMost     = 5
	questionsOfPage = 4
	margin          = 3 * time.Second
	longest         = callsAtMost*callLimit + margin
	longestPage     = questionsOfPage*callsAtMost*callLimit + margin
)

// longest is how long an api may take to answer.
func (p path) longest() time.Duration {
	if p.isPage() {
		return longestPage
	}
	return longest
}

// recovery is how long a fault that is over may still explain that a copy is not
// asked: its breaker opened with the last call that failed, and a few trial calls
// must come first.
const recovery = 2*callLimit + breakerDelay + 2*time.Second

// judge holds answers against the books, the closes and the faults.
type judge struct {
	books    *books
	truth    truth
	troubles *troubles
	presence *presence

	closes map[settlement.Period]*closing
	shown  map[settlement.Period]time.Time // when the first reader had seen it closed
	tags   map[string]string               // by address
	bodies map[string]string               // what is wrong with a body, by address and hash
}

func newJudge(s *stack, troubles *troubles, presence *presence) *judge {
	j := &judge{
		books: s.books, truth: truth{s.primary}, troubles: troubles, presence: presence,
		closes: map[settlement.Period]*closing{}, shown: map[settlement.Period]time.Time{},
		tags: map[string]string{}, bodies: map[string]string{},
	}
	s.books.mutex.Lock()
	defer s.books.mutex.Unlock()
	for _, noted := range s.books.closings {
		j.closes[noted.Period] = noted
	}
	return j
}

// findings are what is wrong with the answers, in the order in which they were asked for.
func (j *judge) findings(ctx context.Context, answers []*answer) (found []string, err error) {
	slices.SortFunc(answers, func(a, b *answer) int { return a.Begun.Compare(b.Begun) })
	for _, a := range answers {
		if a.Status == http.StatusOK && a.Tag != "" && j.tags[a.url()] == "" {
			j.tags[a.url()] = plain(a.Tag)
		}
		if a.answersPositively() && !a.Path.grows() {
			if first, known := j.shown[a.Period]; !known || a.Ended.Before(first) {
				j.shown[a.Period] = a.Ended
			}
		}
	}
	for _, a := range answers {
		wrong, err := j.judge(ctx, a)
		if err != nil {
			return found, fmt.Errorf("judge %s: %w", a, err)
		}
		if wrong != "" {
			found = append(found, wrong+"\n"+a.String())
		}
	}
	return found, nil
}

func (a *answer) answersPositively() bool {
	return a.Status == http.StatusOK || a.Status == http.StatusNotModified
}

// judge says what is wrong with one answer.
func (j *judge) judge(ctx context.Context, a *answer) (wrong string, err error) {
	if a.Status == noAnswer || a.Status == http.StatusBadGateway {
		return j.lost(a), nil
	}
	if took := a.Ended.Sub(a.Begun); took > j.limit(a) {
		return fmt.Sprintf("took %s, longer than %s", took, j.limit(a)), nil
	}
	switch a.Asker {
	case stranger:
		return unless(a.Status == http.StatusUnauthorized, "a stranger is not refused"), nil
	case otherCreator:
		return unless(a.Status == http.StatusNotFound, "somebody else's data is not 404"), nil
	case theCreator, anOperator:
	}
	switch a.Status {
	case http.StatusOK:
		return j.ok(ctx, a)
	case http.StatusNotModified:
		return j.notModified(a), nil
	case http.StatusConflict:
		return j.notClosed(a), nil
	case http.StatusNotFound:
		if a.Path.isPage() && j.notClosed(a) == "" {
			return "", nil // to people, what is not closed is not there
		}
		there, err := j.isThere(ctx, a)
		return unless(!there, "404 for what is there"), err
	case http.StatusServiceUnavailable:
		return j.unavailable(a), nil
	default:
		return "no status that it may have", nil
	}
}

func unless(holds bool, wrong string) string {
	if holds {
		return ""
	}
	return wrong
}

// lost judges a request without an answer.
func (j *judge) lost(a *answer) string {
	troubled := 0
	for i := range 2 {
		if j.troubles.during(apiName(i), a.Begun.Add(-recovery), a.Ended) && (a.Way == "balancer" || a.Way == apiName(i)) {
			troubled++
		}
	}
	if a.Status == http.StatusBadGateway {
		return unless(troubled == 2, "no answer from the balancer while an api was well")
	}
	return unless(troubled > 0, "no answer while the api was well")
}

// limit is how long the answer may take. A balancer may try two apis.
func (j *judge) limit(a *answer) time.Duration {
	for i := range 2 {
		if !j.troubles.during(apiName(i), a.Begun.Add(-recovery), a.Ended) {
			continue
		}
		if a.Way == "balancer" {
			return longest + a.Path.longest()
		}
		if a.Way == apiName(i) {
			return giveUp // it was frozen
		}
	}
	return a.Path.longest()
}

// ok judges a 200.
func (j *judge) ok(ctx context.Context, a *answer) (string, error) {
	if closed := j.closes[a.Period]; !a.Path.grows() && (closed == nil || closed.Begun.After(a.Ended)) {
		return "200 about a period that was not closed", nil
	}
	if there, err := j.isThere(ctx, a); err != nil || !there {
		return "200 for what is not there", err
	}
	if a.Path.grows() {
		return j.list(ctx, a)
	}
	if wrong := j.tag(a); wrong != "" && !a.Path.isPage() {
		return wrong, nil
	}
	key := fmt.Sprintf("%s %p", a.url(), a.Body)
	wrong, known := j.bodies[key]
	if !known {
		var err error
		if wrong, err = j.truth.check(ctx, a.question, *a.Body); err != nil {
			return "", err
		}
		j.bodies[key] = wrong
	}
	return wrong, nil
}

// tag means that an address has one ETag for ever (a compressed answer has its own),
// and that who has it is told so.
func (j *judge) tag(a *answer) string {
	if a.Tag == "" {
		mailed := j.books.mailed[a.Period.Start]
		return unless(a.Path == oneStatement && (mailed == nil || mailed.Ended.IsZero() || a.Begun.Before(mailed.Ended) ||
			j.troubles.during(thePrimary, a.Begun.Add(-recovery), a.Ended)), "an answer about a closed period without an ETag")
	}
	if always := j.tags[a.url()]; always != "" && always != plain(a.Tag) {
		return "its ETag is " + always + " at other times"
	}
	return unless(plain(a.Sent) != plain(a.Tag), "200 for who has the answer")
}

// plain is the tag of the same answer without compression.
func plain(tag string) string { return strings.Replace(tag, `-gzip"`, `"`, 1) }

// notModified judges a 304: readers send an ETag that was handed out for the
// address, for another one, or never.
func (j *judge) notModified(a *answer) string {
	if a.Sent == "" || j.tags[a.url()] != plain(a.Sent) {
		return "304 for an ETag that was never handed out for this address"
	}
	return unless(a.Tag == a.Sent, "304 with another ETag")
}

// notClosed judges a 409.
func (j *judge) notClosed(a *answer) string {
	closed := j.closes[a.Period]
	if closed != nil && !closed.Ended.IsZero() && closed.Ended.Before(a.Begun) {
		return "409 about a period that closed at " + closed.Ended.Format("15:04:05.000")
	}
	if first, seen := j.shown[a.Period]; seen && first.Before(a.Begun) {
		return "409 about a period that a reader saw closed at " + first.Format("15:04:05.000")
	}
	return unless(!a.Path.grows(), "409 for a list")
}

// isThere tells whether there is something to be answered.
func (j *judge) isThere(ctx context.Context, a *answer) (there bool, err error) {
	switch a.Path {
	case top5, periods:
		return true, nil
	case oneStatement, payoutPDF, top5PDF, weekPage:
		if mailed := j.books.mailed[a.Period.Start]; (a.Path == payoutPDF || a.Path == top5PDF) && (mailed == nil || mailed.Ended.IsZero() || mailed.Ended.After(a.Begun)) && a.Status == http.StatusNotFound {
			return false, nil
		}
		err = j.truth.primary.QueryRowContext(ctx, `SELECT COUNT(*) FROM statements WHERE kind = 'weekly' AND starts_on = ? AND creator_id = ?`,
			a.Period.Start, a.Creator).Scan(&there)
	case history, videoPage:
		return a.ownsVideo(), nil
	case explanation, dayPage:
		if !a.ownsVideo() {
			return false, nil
		}
		err = j.truth.primary.QueryRowContext(ctx, `
			SELECT EXISTS (SELECT * FROM daily_statistics WHERE starts_on = ? AND video_id = ?) OR EXISTS (SELECT * FROM adjustments WHERE posted_on = ? AND video_id = ?)`,
			a.Period.Start, a.Video, a.Period.Start, a.Video).Scan(&there)
	default:
		return a.Creator <= idle, nil
	}
	return there, err
}

// ownsVideo tells whether the video is the creator's.
func (q question) ownsVideo() bool { return q.Video <= videos && ownerOf(q.Video) == q.Creator }

// unavailable judges a 503: there must have been no copy that could answer.
func (j *judge) unavailable(a *answer) string {
	if seconds, err := strconv.Atoi(a.RetryAfter); err != nil || seconds < 1 {
		return "503 without a Retry-After"
	}
	from := a.Begun.Add(-recovery)
	for i := range 2 {
		if (a.Way == "balancer" || a.Way == apiName(i)) && j.troubles.hung(apiName(i), from, a.Ended) {
			return "" // all calls that it had begun have outlived their limit, so that its breakers open
		}
	}
	if !j.troubles.during(thePrimary, from, a.Ended) {
		return "503 while the primary was well"
	}
	for i := range 2 {
		if j.troubles.during(replicaName(i), from, a.Ended) {
			continue
		}
		if j.isListed(a) || j.isAnswered(a) && j.presence.throughout(i, a.Period, a.Begun, a.Ended) {
			return "503 while " + replicaName(i) + " was well and had it"
		}
	}
	return ""
}

// isListed tells whether any replica can answer: it has the list up to where it
// knows, but that there is no such creator or video, only the primary can tell.
func (*judge) isListed(a *answer) bool {
	return a.Path.grows() && (a.Path == periods || a.Creator <= idle) && (!a.Path.isOfVideo() || a.ownsVideo())
}

// isAnswered tells whether a replica with the period can answer: most of what is
// not there, and what became of mails, only the primary can tell.
func (j *judge) isAnswered(a *answer) bool {
	switch a.Path {
	case top5:
		return true
	case settlements, statistics:
		return a.Creator <= ownersOfVideos
	default:
		return false
	}
}

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
	if !j.troubles.during(thePrimary, a.Begun.Add(-recovery), a.Ended) && got.through() < newest {
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
	case j.troubles.during(thePrimary, a.Begun.Add(-recovery), a.Ended), week != possibleWeek, a.Path == videoPage && day != possibleDay:
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
