package readside

import (
	"context"
	"fmt"
	"strings"
)

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
			j.withoutPrimary(a)), "an answer about a closed period without an ETag")
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
