package counting

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"creatorpay/db"
	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

// pairsAtATime bounds the memory that judging late views takes beside theirs.
const pairsAtATime = 500

// late judges the late views of the range that the day posts, and adds them to
// the count. owners are the range's known videos by id.
func (c *Counter) late(ctx context.Context, videos settlement.Range, owners []db.Owner, count *db.Count) error {
	views, err := c.db.Log.Posted(ctx, c.day, videos)
	if err != nil || len(views) == 0 {
		return err
	}
	creators := make(map[int64]int64, len(owners))
	for _, owner := range owners {
		creators[owner.VideoID] = owner.CreatorID
	}
	known := slices.DeleteFunc(views, func(view daylog.LateView) bool {
		_, found := creators[view.VideoID]
		return !found
	})
	count.UnknownLate = int64(len(views) - len(known))
	for len(known) > 0 {
		batch := known[:endOfPairs(known, pairsAtATime)]
		known = known[len(batch):]
		if err := c.judgeLate(ctx, batch, creators); err != nil {
			return err
		}
		count.Late = append(count.Late, batch...)
	}
	count.Adjustments = adjustments(count.Late, creators)
	return nil
}

// endOfPairs is where the given number of pairs ends in views, which are
// ordered by pair.
func endOfPairs(views []daylog.LateView, pairs int) int {
	for i := 1; i < len(views); i++ {
		if views[i].Pair() == views[i-1].Pair() {
			continue
		}
		if pairs--; pairs == 0 {
			return i
		}
	}
	return len(views)
}

// judgeLate sets the verdicts of views, which are whole pairs in order.
func (c *Counter) judgeLate(ctx context.Context, views []daylog.LateView, creators map[int64]int64) error {
	neighbours, err := c.neighbours(ctx, views)
	if err != nil {
		return err
	}
	for len(views) > 0 {
		pair := views[0].Pair()
		own := views[:endOfPairs(views, 1)]
		views = views[len(own):]
		if pair.ViewerID == settlement.Anonymous {
			for i := range own {
				own[i].Verdict = daylog.LateCounted
			}
			continue
		}
		timeline := make([]settlement.PairDay, len(neighbours))
		for i, day := range neighbours {
			timeline[i] = day.plays[pair]
			timeline[i].Day, timeline[i].Start, timeline[i].Window = day.day, day.start, day.window
		}
		settlement.JudgeLate(timeline, c.day, c.window, creators[pair.VideoID])
		verdicts := make(map[lateKey]settlement.Verdict, len(own))
		for _, day := range timeline {
			for _, play := range day.Late {
				verdicts[lateKey{day.Day, play.StartedAt, play.ViewID}] = play.Verdict
			}
		}
		for i := range own {
			own[i].Verdict = daylog.LateVerdicts[verdicts[lateKey{own[i].WatchedOn, own[i].WatchedAt.UnixMilli(), own[i].ViewID}]]
		}
	}
	return nil
}

// lateKey tells a pair's views apart.
type lateKey struct {
	watchedOn         settlement.Day
	startedAt, viewID int64
}

// neighbour is a day of late views, or the one before or after.
type neighbour struct {
	day    settlement.Day
	start  time.Time
	window time.Duration
	plays  map[daylog.Pair]settlement.PairDay
}

// neighbours are what is known of the views' pairs on the days of the views and
// those around them that may decide about them, up to the day itself, in order.
func (c *Counter) neighbours(ctx context.Context, views []daylog.LateView) ([]neighbour, error) {
	// Those who are not signed in are many, and no rule looks at their other
	// plays.
	views = slices.DeleteFunc(slices.Clone(views), func(view daylog.LateView) bool { return view.ViewerID == settlement.Anonymous })
	if len(views) == 0 {
		return nil, nil
	}
	byDay := func(a, b daylog.LateView) int { return cmp.Compare(a.WatchedOn, b.WatchedOn) }
	windows, err := c.db.RepeatWindows(ctx, slices.MinFunc(views, byDay).WatchedOn-1, slices.MaxFunc(views, byDay).WatchedOn+1)
	if err != nil {
		return nil, err
	}
	var pairs []daylog.Pair
	wanted := map[settlement.Day]bool{}
	for _, view := range views {
		wanted[view.WatchedOn], wanted[min(view.WatchedOn+1, c.day)] = true, true
		// Later in the day nothing looks across the midnight before: that day may
		// have been dropped.
		if soon := max(c.window, windows[view.WatchedOn]); view.WatchedAt.Before(c.calendar.Start(view.WatchedOn).Add(soon)) {
			wanted[view.WatchedOn-1] = true
		}
		if len(pairs) == 0 || pairs[len(pairs)-1] != view.Pair() {
			pairs = append(pairs, view.Pair())
		}
	}
	days := make([]neighbour, 0, len(wanted))
	for _, day := range slices.Sorted(maps.Keys(wanted)) {
		found := neighbour{day: day, start: c.calendar.Start(day), window: c.window}
		if window, begun := windows[day]; begun {
			found.window = window
		}
		rows, err := c.db.OnTime(ctx, day)
		if err != nil {
			return nil, err
		}
		if found.plays, err = c.db.Log.KnownDay(ctx, rows, c.day, pairs); err != nil {
			return nil, err
		}
		days = append(days, found)
	}
	return days, nil
}

// adjustments adds up judged views, by video and origin day.
func adjustments(views []daylog.LateView, creators map[int64]int64) (sums []db.Adjustment) {
	type key struct {
		video int64
		day   settlement.Day
	}
	at := map[key]int{}
	for _, view := range views {
		k := key{view.VideoID, view.WatchedOn}
		i, found := at[k]
		if !found {
			i, at[k] = len(sums), len(sums)
			sums = append(sums, db.Adjustment{PostedOn: view.PostedOn, WatchedOn: view.WatchedOn, VideoID: view.VideoID, CreatorID: creators[view.VideoID]})
		}
		play := view.Play()
		sums[i].Count(play.Play, play.Verdict)
	}
	slices.SortFunc(sums, func(a, b db.Adjustment) int {
		return cmp.Or(cmp.Compare(a.VideoID, b.VideoID), cmp.Compare(a.WatchedOn, b.WatchedOn))
	})
	return sums
}
