package readside

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"creatorpay/settlement"
)

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

func newJudge(s *stack, presence *presence) *judge {
	j := &judge{
		books: s.books, truth: truth{s.primary, s.books.db}, troubles: s.troubles, presence: presence,
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
	case theCreator, byLink, anOperator:
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
