package activities

import (
	"errors"
	"time"

	"creatorpay/settlement"
)

// A run looks every shortWait whether the period that it waits for has closed.
// While that one does not even run, an operator has to act first, and the time
// between two looks doubles up to longWait.
const (
	shortWait = 5 * time.Second
	longWait  = time.Minute
)

// String says which period is not closed, and why, for people.
func (w Waiting) String() string { return settlement.NotClosed(w.Period, w.State).Text }

// await makes a run wait for an earlier period. What the run does not show yet
// is handed to it; after that the activity is tried again until something
// changes, so that a wait of days costs no worker slot and no history.
func (a *Activities) await(attempt int32, unclosed *settlement.Error, shown *Waiting) (news *Waiting, err error) {
	waiting := Waiting{Period: unclosed.Period, State: unclosed.State}
	if a.Next != nil {
		waiting.Next = a.Next(unclosed)
	}
	// Its text is no news: workers of different builds may word it differently.
	if shown == nil || shown.Period != waiting.Period || shown.State != waiting.State {
		return &waiting, nil
	}
	delay := shortWait
	if unclosed.State != settlement.Running {
		for ; attempt > 1 && delay < longWait; attempt-- {
			delay = min(2*delay, longWait)
		}
	}
	return nil, waitFor(unclosed, delay)
}

// waitFor makes an activity look again after the delay.
func waitFor(unclosed *settlement.Error, delay time.Duration) error {
	return againAfter(delay, TypeWaiting, "waiting: "+unclosed.Error())
}

// mayWait tells whether a run that was not begun waits for the period that is not
// closed: one that nobody runs is only waited for where the run was told to.
func mayWait(err error, wait bool) (unclosed *settlement.Error, waits bool) {
	if !errors.Is(err, settlement.ErrNotClosed) || !errors.As(err, &unclosed) {
		return nil, false
	}
	return unclosed, wait || unclosed.State == settlement.Running
}
