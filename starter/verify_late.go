package main

import (
	"context"
	"fmt"

	"creatorpay/db"
	"creatorpay/db/watchlog"
	"creatorpay/settlement"
)

// late compares the verdicts on the late views that the day posted with those
// that the same rule gives from the same plays.
func (v verifier) late(ctx context.Context, out *part, videos settlement.Range, rejudged []watchlog.LateView) error {
	stored, err := v.db.Log.LateViews(ctx, v.day, videos)
	if err != nil {
		return err
	}
	type key struct {
		watchlog.Pair
		watchedOn settlement.Day
		at        int64
		viewID    int64
	}
	keyOf := func(view watchlog.LateView) key {
		return key{view.Pair(), view.WatchedOn, view.WatchedAt.UnixMilli(), view.ViewID}
	}
	verdicts := make(map[key]watchlog.LateVerdict, len(rejudged))
	for _, view := range rejudged {
		verdicts[keyOf(view)] = view.Verdict
	}
	for _, view := range stored {
		compare(out, fmt.Sprintf("video %d, late view %d of %s", view.VideoID, view.ViewID, view.WatchedOn), "verdict", view.Verdict, verdicts[keyOf(view)])
	}
	return nil
}

// adjustments compares the adjustments that the day posted. One that is missing
// counts as one of zeros.
func (v verifier) adjustments(ctx context.Context, out *part, videos settlement.Range, recomputed []db.Adjustment) error {
	stored, err := v.db.PostedAdjustments(ctx, v.day, videos)
	if err != nil {
		return err
	}
	type key struct {
		video     int64
		watchedOn settlement.Day
	}
	left := make(map[key]db.Adjustment, len(stored))
	for _, adjustment := range stored {
		left[key{adjustment.VideoID, adjustment.WatchedOn}] = adjustment
	}
	for _, adjustment := range recomputed {
		k := key{adjustment.VideoID, adjustment.WatchedOn}
		compareAdjustment(out, left[k], adjustment)
		delete(left, k)
	}
	for _, adjustment := range stored {
		k := key{adjustment.VideoID, adjustment.WatchedOn}
		if _, madeUp := left[k]; madeUp {
			compareAdjustment(out, adjustment, db.Adjustment{VideoID: k.video, WatchedOn: k.watchedOn})
		}
	}
	return nil
}

func compareAdjustment(p *part, stored, recomputed db.Adjustment) {
	of := fmt.Sprintf("video %d, late views of %s", recomputed.VideoID, recomputed.WatchedOn)
	p.compareFigures(of, stored.Statistics, recomputed.Statistics)
	compare(p, of, "creator", stored.CreatorID, recomputed.CreatorID)
	compare(p, of, "views from", stored.ViewsFrom, recomputed.ViewsFrom)
	compare(p, of, "views to", stored.ViewsTo, recomputed.ViewsTo)
	compare(p, of, "ad views from", stored.AdViewsFrom, recomputed.AdViewsFrom)
	compare(p, of, "ad views to", stored.AdViewsTo, recomputed.AdViewsTo)
	compare(p, of, "video amount", stored.VideoAmount, recomputed.VideoAmount)
	compare(p, of, "ad amount", stored.AdAmount, recomputed.AdAmount)
}
