package oracle

import (
	"cmp"
	"maps"
	"slices"
)

// Export is a period's export: what `starter export` calls it, and its bytes.
type Export struct{ Name, CSV string }

// Exports are all that every period has.
func (d Result) Exports() []Export {
	return []Export{
		{"statistics", d.Statistics()},
		{"settlement", d.Settlement()},
		{"top5", d.Top5()},
		{"adjustments", d.Adjustments()},
		{"payments", d.Payments()},
		{"payment-adjustments", d.PaymentAdjustments()},
	}
}

// Statistics is the period's export of that name, byte for byte.
func (d Result) Statistics() string {
	out := NewTable("period", "start", "video_id", "creator_id", "views", "self_views", "repeat_views", "played_seconds", "ad_views")
	for _, l := range d.Lines {
		if l.rows() == 0 {
			continue // only late views
		}
		out.Add(d.Kind, d.Start, l.Video.ID, l.Video.Creator, l.Views, l.Self, l.Repeats, l.Seconds, l.Ads)
	}
	return out.CSV()
}

// Settlement is the period's export of that name, byte for byte.
func (d Result) Settlement() string {
	out := NewTable("period", "start", "creator_id", "video_id", "views_from", "views_to", "ad_views_from", "ad_views_to", "video_amount", "ad_amount")
	for _, l := range byCreator(d.Lines) {
		if !l.Pays() {
			continue
		}
		out.Add(d.Kind, d.Start, l.Video.Creator, l.Video.ID, l.ViewsFrom, l.ViewsTo, l.AdsFrom, l.AdsTo, l.VideoAmount, l.AdAmount)
	}
	return out.CSV()
}

// Adjustments is the period's export of that name, byte for byte.
func (d Result) Adjustments() string {
	out := NewTable("period", "start", "creator_id", "video_id", "watched_on", "posted_on", "views", "self_views", "repeat_views", "played_seconds", "ad_views",
		"views_from", "views_to", "ad_views_from", "ad_views_to", "video_amount", "ad_amount")
	for _, l := range byCreator(d.Lines) {
		for _, late := range l.Late {
			out.Add(d.Kind, d.Start, l.Video.Creator, l.Video.ID, late.WatchedOn, late.PostedOn, late.Views, late.Self, late.Repeats, late.Seconds, late.Ads,
				late.ViewsFrom, late.ViewsTo, late.AdsFrom, late.AdsTo, late.VideoAmount, late.AdAmount)
		}
	}
	return out.CSV()
}

// Payments is the period's export of that name, byte for byte.
func (d Result) Payments() string {
	out := NewTable("period", "start", "creator_id", "video_id", "payments", "refunds", "pending", "cancelled", "repeats", "gross", "fee", "net")
	for _, l := range byCreator(d.Lines) {
		if s := l.Sales; s.rows() > 0 {
			out.Add(d.Kind, d.Start, l.Video.Creator, l.Video.ID, s.Payments, s.Refunds, s.Pending, s.Cancelled, s.Repeats, s.Gross, s.Fee, s.Net)
		}
	}
	return out.CSV()
}

// PaymentAdjustments is the period's export of that name, byte for byte.
func (d Result) PaymentAdjustments() string {
	out := NewTable("period", "start", "creator_id", "video_id", "paid_on", "posted_on",
		"payments", "refunds", "pending", "cancelled", "repeats", "gross", "fee", "net")
	for _, l := range byCreator(d.Lines) {
		for _, s := range l.LateSales {
			out.Add(d.Kind, d.Start, l.Video.Creator, l.Video.ID, s.PaidOn, s.PostedOn,
				s.Payments, s.Refunds, s.Pending, s.Cancelled, s.Repeats, s.Gross, s.Fee, s.Net)
		}
	}
	return out.CSV()
}

// Payouts is the week's export of that name, byte for byte, if no week closed before
// it (R16).
func (d Result) Payouts() string {
	out := NewTable("period", "start", "creator_id", "video_amount", "ad_amount", "net", "amount", "brought_forward", "payable", "carried_forward")
	for _, creator := range slices.Sorted(maps.Keys(d.PaidCreators())) {
		sum := d.Total(func(l Line) bool { return l.Video.Creator == creator })
		earned := sum.Earned()
		out.Add(d.Kind, d.Start, creator, sum.VideoAmount, sum.AdAmount, sum.Sales.Net, earned, 0, max(earned, 0), min(earned, 0))
	}
	return out.CSV()
}

func byCreator(lines []Line) []Line {
	return slices.SortedFunc(slices.Values(lines), func(a, b Line) int {
		return cmp.Or(cmp.Compare(a.Video.Creator, b.Video.Creator), cmp.Compare(a.Video.ID, b.Video.ID))
	})
}

// Top5 is the period's export of that name, byte for byte (R9).
func (d Result) Top5() string {
	out := NewTable("period", "start", "metric", "rank", "video_id", "title", "value")
	for _, metric := range []struct {
		name  string
		value func(Line) int64
	}{
		{"played_seconds", func(l Line) int64 { return l.Seconds }},
		{"views", func(l Line) int64 { return l.Views }},
	} {
		lines := d.Counted()
		slices.SortFunc(lines, func(a, b Line) int {
			return cmp.Or(cmp.Compare(metric.value(b), metric.value(a)), cmp.Compare(a.Video.ID, b.Video.ID))
		})
		for i, l := range lines[:min(5, len(lines))] {
			out.Add(d.Kind, d.Start, metric.name, i+1, l.Video.ID, l.Video.Title, metric.value(l))
		}
	}
	return out.CSV()
}

// Counted are the lines of which something counted.
func (d Result) Counted() (lines []Line) {
	for _, l := range d.Lines {
		if l.Views > 0 {
			lines = append(lines, l)
		}
	}
	return lines
}

// Total is the sum of the lines that are wanted.
func (d Result) Total(wanted func(Line) bool) (sum Line) {
	for _, l := range d.Lines {
		if wanted(l) {
			sum.include(l)
		}
	}
	return sum
}

// PaidCreators are those who have a statement: of whom something counted, was
// paid or was given back, late or on time.
func (d Result) PaidCreators() map[int64]bool {
	creators := map[int64]bool{}
	for _, l := range d.Lines {
		if l.Pays() || l.Sales.settled() {
			creators[l.Video.Creator] = true
		}
	}
	return creators
}
