package settlement

// Counted is how many views of a video count, and with how many ad views.
type Counted struct {
	Views   int64
	AdViews int64
}

// VideoOrdinals are the ordinals of both kinds that a video's views of a period
// have, (from, to] each: see [Ordinals].
type VideoOrdinals struct {
	ViewsFrom   int64 `db:"views_from" json:"views_from"`
	ViewsTo     int64 `db:"views_to" json:"views_to"`
	AdViewsFrom int64 `db:"ad_views_from" json:"ad_views_from"`
	AdViewsTo   int64 `db:"ad_views_to" json:"ad_views_to"`
}

// OfViews are the ordinals of the views.
func (o VideoOrdinals) OfViews() Ordinals { return Ordinals{From: o.ViewsFrom, To: o.ViewsTo} }

// OfAdViews are the ordinals of the ad views.
func (o VideoOrdinals) OfAdViews() Ordinals { return Ordinals{From: o.AdViewsFrom, To: o.AdViewsTo} }

// Figures are all ordinals, in the order in which people read them.
func (o VideoOrdinals) Figures() []Figure {
	return []Figure{
		{Name: "views from", Value: o.ViewsFrom},
		{Name: "views to", Value: o.ViewsTo},
		{Name: "ad views from", Value: o.AdViewsFrom},
		{Name: "ad views to", Value: o.AdViewsTo},
	}
}

// Earnings are what views of a video earned, and by which ordinals.
type Earnings struct {
	VideoOrdinals
	Amounts
}

// Figures are the ordinals and the amounts.
func (e Earnings) Figures() []Figure {
	return append(e.VideoOrdinals.Figures(), e.Amounts.Figures()...)
}

// Price is what a day pays for a video by the rule (R4 to R7): for own, its views
// of the day itself, which come after the used ones, and then for late, its views
// of earlier days, in this order. All of them earn an amount that is cut to whole
// won once (R5). Each late part earns by how much it raises that amount, so that
// the parts and what own earns alone are the whole, to the won. It fails with
// [ErrOutOfRange].
func (r PriceRule) Price(used, own Counted, late []Counted) (all Earnings, ofLate []Earnings, err error) {
	start := Earnings{VideoOrdinals: VideoOrdinals{
		ViewsFrom: used.Views, ViewsTo: used.Views,
		AdViewsFrom: used.AdViews, AdViewsTo: used.AdViews,
	}}
	if all, err = r.raise(start, own); err != nil {
		return Earnings{}, nil, err
	}
	ofLate = make([]Earnings, len(late))
	for i, part := range late {
		before := all
		if all, err = r.raise(before, part); err != nil {
			return Earnings{}, nil, err
		}
		ofLate[i] = Earnings{
			VideoOrdinals: VideoOrdinals{
				ViewsFrom: before.ViewsTo, ViewsTo: all.ViewsTo,
				AdViewsFrom: before.AdViewsTo, AdViewsTo: all.AdViewsTo,
			},
			Amounts: Amounts{
				VideoAmount: all.VideoAmount - before.VideoAmount,
				AdAmount:    all.AdAmount - before.AdAmount,
			},
		}
	}
	return all, ofLate, nil
}

// raise is what is earned with further views.
func (r PriceRule) raise(earned Earnings, by Counted) (Earnings, error) {
	views, err := earned.OfViews().Next(by.Views)
	if err != nil {
		return earned, err
	}
	adViews, err := earned.OfAdViews().Next(by.AdViews)
	if err != nil {
		return earned, err
	}
	earned.ViewsTo, earned.AdViewsTo = views.To, adViews.To
	if earned.VideoAmount, err = r.Views.Amount(earned.OfViews()); err != nil {
		return earned, err
	}
	if earned.AdAmount, err = r.AdViews.Amount(earned.OfAdViews()); err != nil {
		return earned, err
	}
	return earned, nil
}
