package settlement

import (
	"errors"
	"fmt"
	"time"
)

// DefaultRepeatWindow is how soon after the same viewer's previous play of the
// same video a play is a repeat (R3).
const DefaultRepeatWindow = 30 * time.Second

// maxRepeatWindow keeps the look-back of R3 within one previous day, also where
// clocks that go forward shorten it by an hour or two.
const maxRepeatWindow = 12 * time.Hour

// ValidateRepeatWindow refuses windows that [Judge] cannot honour: negative
// ones, those finer than the log's milliseconds, and those above 12 hours.
// 0 is valid and switches R3 off.
func ValidateRepeatWindow(window time.Duration) error {
	if window < 0 || window > maxRepeatWindow || window%time.Millisecond != 0 {
		return fmt.Errorf("a repeat window of %s cannot be used: choose whole milliseconds from 0 (off) to %s", window, maxRepeatWindow)
	}
	return nil
}

// Anonymous is the viewer id of a viewer who is not signed in: never a self and
// never a repeat viewer (R3).
const Anonymous = 0

// Play is one row of the watch log.
type Play struct {
	VideoID       int64
	ViewerID      int64
	StartedAt     int64 // milliseconds since 1970-01-01 UTC
	ViewID        int64
	PlayedSeconds int64
	AdViews       int64
}

// Follows tells whether the play comes after the other one in key order: by
// video, viewer, start and view id.
func (p *Play) Follows(other *Play) bool {
	switch {
	case p.VideoID != other.VideoID:
		return p.VideoID > other.VideoID
	case p.ViewerID != other.ViewerID:
		return p.ViewerID > other.ViewerID
	case p.StartedAt != other.StartedAt:
		return p.StartedAt > other.StartedAt
	default:
		return p.ViewID > other.ViewID
	}
}

// Verdict says whether a play counts, and if not, why (R1).
type Verdict int

const (
	// Counts is a play that counts.
	Counts Verdict = iota
	// Self is a play by the video's own creator (R2).
	Self
	// Repeat is a play less than the window after its viewer's previous play
	// of the video (R3).
	Repeat
	// LookBack is a play that counts unless the same viewer's last play of the
	// video on the day before lies less than the window before it: it started
	// so soon after midnight that the day's own rows cannot tell (R3).
	LookBack
)

// Judge applies R1 to R3 to the plays of one day, fed in key order: by video,
// viewer, start and view id. It remembers one play, so any number of plays
// takes the same memory, and a judge may begin at any video.
type Judge struct {
	window   int64 // ms
	dayStart int64 // ms since 1970-01-01 UTC
	previous Play  // of video 0, which does not exist, before the first
}

// NewJudge makes a judge for the day that starts at dayStart. The window must
// satisfy [ValidateRepeatWindow].
func NewJudge(dayStart time.Time, window time.Duration) *Judge {
	return &Judge{window: window.Milliseconds(), dayStart: dayStart.UnixMilli()}
}

// Verdict judges the next play. creatorID is the creator of its video.
func (j *Judge) Verdict(play Play, creatorID int64) Verdict {
	samePair := play.VideoID == j.previous.VideoID && play.ViewerID == j.previous.ViewerID
	previousStart := j.previous.StartedAt
	j.previous = play
	switch {
	case play.ViewerID == Anonymous:
		return Counts
	case play.ViewerID == creatorID:
		return Self
	case samePair && play.StartedAt-previousStart < j.window:
		return Repeat
	case !samePair && play.StartedAt-j.dayStart < j.window:
		return LookBack
	default:
		return Counts
	}
}

// IsRepeat decides a [LookBack] verdict: lastBefore is the start, in
// milliseconds, of the viewer's last play of the video on the day before.
func (j *Judge) IsRepeat(play Play, lastBefore int64) bool {
	return play.StartedAt-lastBefore < j.window
}

// Statistics are the figures of one video, or of many, in one period. Only
// plays that count are in Views, PlayedSeconds and AdViews; SelfViews and
// RepeatViews say what was left out and why (R1).
type Statistics struct {
	Views         int64 `db:"views" json:"views"`
	SelfViews     int64 `db:"self_views" json:"self_views"`
	RepeatViews   int64 `db:"repeat_views" json:"repeat_views"`
	PlayedSeconds int64 `db:"played_seconds" json:"played_seconds"`
	AdViews       int64 `db:"ad_views" json:"ad_views"`
}

// Rows is how many rows of the watch log the figures stand for (R10).
func (s Statistics) Rows() int64 { return s.Views + s.SelfViews + s.RepeatViews }

// WithoutLeftOut are the figures of the plays that count, and nothing of the
// others.
func (s Statistics) WithoutLeftOut() Statistics {
	s.SelfViews, s.RepeatViews = 0, 0
	return s
}

// Figures are all of the statistics, in the order in which people read them.
func (s Statistics) Figures() []Figure {
	return []Figure{
		{Name: "views", Value: s.Views},
		{Name: "self views", Value: s.SelfViews},
		{Name: "repeat views", Value: s.RepeatViews},
		{Name: "played seconds", Value: s.PlayedSeconds},
		{Name: "ad views", Value: s.AdViews},
	}
}

// Count adds a judged play. A play has less than 2^32 seconds and ads, so that no
// number of rows that a table can hold leads out of range. It panics on [LookBack], which must be decided first
// into [Counts] or [Repeat].
func (s *Statistics) Count(play Play, verdict Verdict) {
	switch verdict {
	case Self:
		s.SelfViews++
	case Repeat:
		s.RepeatViews++
	case Counts:
		s.Views++
		s.PlayedSeconds += play.PlayedSeconds
		s.AdViews += play.AdViews
	case LookBack:
		panic("settlement: a look-back play is counted before it is decided")
	}
}

// Add adds the figures of another video or period. It fails with
// [ErrOutOfRange].
func (s *Statistics) Add(other Statistics) error {
	return errors.Join(
		AddTo(&s.Views, other.Views),
		AddTo(&s.SelfViews, other.SelfViews),
		AddTo(&s.RepeatViews, other.RepeatViews),
		AddTo(&s.PlayedSeconds, other.PlayedSeconds),
		AddTo(&s.AdViews, other.AdViews),
	)
}
