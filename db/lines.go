package db

import (
	"slices"

	"creatorpay/db/server"
	"creatorpay/settlement"
)

// Lines says which lines of a period are read.
type Lines struct {
	Creators settlement.Creators
	Videos   settlement.Range
	Limit    int // at most so many, the first ones in their order; 0 for all
}

// AllLines are everybody's.
var AllLines = Lines{Creators: settlement.AllCreators}

// condition is the SQL condition on the columns that a line is one of them. One
// creator is given by =, with which servers read an index in its order.
func (l Lines) condition(creator, video string) (condition string, args []any) {
	videos, args := server.Between(video, l.Videos)
	switch l.Creators {
	case settlement.AllCreators:
		return videos, args
	case settlement.Creators{First: l.Creators.First, Last: l.Creators.First}:
		return creator + " = ? AND " + videos, append([]any{l.Creators.First}, args...)
	default:
		return creator + " BETWEEN ? AND ? AND " + videos, append([]any{l.Creators.First, l.Creators.Last}, args...)
	}
}

// limit is the clause that ends the query.
func (l Lines) limit() (clause string, args []any) {
	if l.Limit == 0 {
		return "", nil
	}
	return " LIMIT ?", []any{l.Limit}
}

// ofDay is the FROM and the WHERE of the table's lines of a day, which are called
// l. The table is ordered by video, so that those of some creators are found by
// way of the catalogue: a video keeps its creator once a day has counted it. by
// is what the key columns of the lines are to be called in an ORDER BY, for the
// sake of the index that has this order.
func (l Lines) ofDay(table string, day settlement.Day) (from, by string, args []any) {
	if l.Creators == settlement.AllCreators {
		condition, args := l.condition("", "l.video_id")
		return " FROM " + table + " l WHERE l.starts_on = ? AND " + condition, "l", append([]any{day}, args...)
	}
	condition, args := l.condition("v.creator_id", "v.video_id")
	return `
		FROM videos v
		STRAIGHT_JOIN ` + table + ` l ON l.starts_on = ? AND l.video_id = v.video_id AND l.creator_id = v.creator_id
		WHERE ` + condition, "v", append([]any{day}, args...)
}

// ofPeriod is the FROM and the WHERE of the lines of a week or month, which are
// called l.
func (l Lines) ofPeriod(period settlement.Period, with VideosWith) (from string, args []any) {
	condition, args := l.condition("l.creator_id", "l.video_id")
	return " FROM period_videos l WHERE l.kind = ? AND l.starts_on = ? AND " + string(with) + " AND " + condition,
		slices.Concat([]any{period.Kind, period.Start}, args)
}
