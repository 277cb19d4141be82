package copies

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"creatorpay/db"
	"creatorpay/settlement"
)

// step is one thing that happens to the copies, or one question.
type step struct {
	what   string
	copied int   // of the copies, modulo their number; 0 is the primary
	number int64 // of a week, or of seconds
}

var drawStep = rapid.Custom(func(t *rapid.T) step {
	return step{
		what: rapid.SampledFrom([]string{
			"goes down", "freezes", "works", "works", "is closed", "catches up", "time passes",
			"ask", "ask", "ask", "ask for what is not there", "list", "list",
		}).Draw(t, "what"),
		copied: rapid.IntRange(0, 11).Draw(t, "copy"),
		number: rapid.Int64Range(1, 40).Draw(t, "number"),
	}
})

var errMissing = settlement.Errorf(settlement.ErrNothing, week, "not there")

// model is the copies, and what they should answer.
type model struct {
	*fakes
	copies []*fake // the primary first
}

func (m *model) of(i int) *guarded { return m.all()[i] }

// mayAnswer tells whether the copy works and its breaker lets it be asked.
func (m *model) mayAnswer(i int) bool {
	return m.copies[i].err == nil && m.copies[i].takes == 0 && m.of(i).state() != stateOpen
}

// anyHas tells whether a copy that may answer has so many weeks closed.
func (m *model) anyHas(weeks int64) bool {
	for i, of := range m.copies {
		if m.mayAnswer(i) && of.closed >= weeks {
			return true
		}
	}
	return false
}

// expect compares what a question came to with what the copies are.
func expect(err error, answer bool, primary bool, no settlement.ErrorKind) error {
	var unavailable *Unavailable
	switch {
	case answer && err != nil:
		return fmt.Errorf("no answer, though a copy has it: %w", err)
	case !answer && primary && settlement.KindOf(err) != no:
		return fmt.Errorf("the primary says %q, and this was said: %w", string(no), err)
	case !answer && !primary && !errors.As(err, &unavailable):
		return fmt.Errorf("nobody could know, and this was said: %w", err)
	default:
		return nil
	}
}

func (m *model) take(ctx context.Context, s step) error {
	i := s.copied % len(m.copies)
	of, primary := m.copies[i], m.copies[0]
	week := settlement.Period{Kind: settlement.Weekly, Start: week.Start + settlement.Day(7*(s.number-1))}
	primaryAnswers := m.mayAnswer(0)
	switch s.what {
	case "goes down":
		of.err, of.takes = errDown, 0
	case "freezes":
		of.err, of.takes = nil, time.Hour
	case "works":
		of.err, of.takes = nil, 0
	case "is closed":
		primary.closed++
	case "catches up":
		of.closed = min(of.closed+s.number, primary.closed)
	case "time passes":
		pass(time.Duration(s.number) * time.Second)
	case "ask":
		answer := m.anyHas(s.number)
		var by *fake
		err := m.Closed(ctx, week, func(_ context.Context, books *db.DB, _ db.SealedRun) error {
			by = m.fakes.of[books]
			return nil
		})
		if err == nil && by.closed < s.number {
			return errors.New("answered by a copy that has not closed the period")
		}
		return expect(err, answer, primaryAnswers, settlement.ErrNotClosed)
	case "ask for what is not there":
		no := settlement.ErrNothing
		if s.number > primary.closed {
			no = settlement.ErrNotClosed
		}
		err := m.Closed(ctx, week, func(context.Context, *db.DB, db.SealedRun) error { return errMissing })
		return expect(err, false, primaryAnswers, no)
	case "list":
		most, answer := int64(0), m.anyHas(0)
		for i, of := range m.copies {
			if m.mayAnswer(i) {
				most = max(most, of.closed)
			}
		}
		by, through, err := m.list(ctx)
		if err == nil && (by.closed != most || through.Closed != most || through.Current != primaryAnswers) {
			return fmt.Errorf("listed %d weeks, current %t: %d are known", by.closed, through.Current, most)
		}
		return expect(err, answer, primaryAnswers, "")
	}
	return nil
}

func TestWhateverHappensToTheCopies(t *testing.T) {
	config := defaults
	config.BreakerCalls = 6             // three failures are enough
	config.CallLimit = time.Millisecond // no breaker's delay ends while a question waits for a frozen copy
	rapid.Check(t, func(rt *rapid.T) {
		replicas := rapid.IntRange(0, 3).Draw(rt, "replicas")
		steps := rapid.SliceOfN(drawStep, 100, 200).Draw(rt, "steps")
		var wrong error
		synctest.Test(t, func(t *testing.T) {
			m := &model{}
			for range replicas + 1 {
				m.copies = append(m.copies, &fake{})
			}
			m.fakes = newFakesWith(config, slog.New(slog.DiscardHandler), m.copies[0], m.copies[1:]...)
			for i, step := range steps {
				for range 3 { // often enough for breakers to open and to close
					if err := m.take(t.Context(), step); err != nil {
						wrong = fmt.Errorf("step %d: %w", i, err)
						return
					}
				}
			}
		})
		if wrong != nil {
			rt.Fatal(wrong)
		}
	})
}
