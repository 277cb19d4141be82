package v1

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"creatorpay/settlement"
)

// OfCreator is the part of a path that says whose data is read.
type OfCreator struct {
	CreatorID int64 `path:"creator_id" minimum:"1" example:"7" doc:"The creator."`
}

// OfVideo is the part of a path that says which video is meant.
type OfVideo struct {
	VideoID int64 `path:"video_id" minimum:"1" example:"1001" doc:"The video."`
}

// OfWeek is the part of a path that says whose week is meant.
type OfWeek struct {
	Week week `path:"week" example:"2024-W19" doc:"The ISO week."`
}

// OfPeriod are the parameters that name a closed period.
type OfPeriod struct {
	Kind settlement.Kind `query:"period" required:"true" enum:"daily,weekly,monthly" example:"weekly" doc:"The kind of period."`
	Date day             `query:"date" required:"true" format:"date" example:"2024-05-09" doc:"Any day of the period."`
}

// period is the one that holds the date.
func (p OfPeriod) period() settlement.Period {
	period, err := settlement.PeriodOf(p.Kind, p.Date.Day)
	if err != nil {
		panic(err) // the kind is one of those of the tag
	}
	return period
}

// FromTo are the parameters that name a range of days.
type FromTo struct {
	From day `query:"from" required:"true" format:"date" example:"2024-05-01" doc:"First day."`
	To   day `query:"to" required:"true" format:"date" example:"2024-05-31" doc:"Last day, which is part of the range."`
}

// check refuses a range that is empty or has more days than that; 0 sets no limit.
func (f FromTo) check(longest int) error {
	switch {
	case f.To.Day < f.From.Day:
		return invalid(ParameterError{"query.to", "expected a day that is not before from"})
	case longest > 0 && int(f.To.Day-f.From.Day) >= longest:
		return invalid(ParameterError{"query.to", "expected at most " + strconv.Itoa(longest) + " days from from to to"})
	default:
		return nil
	}
}

// Paging are the parameters of a list that is answered in pages.
type Paging struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"100" example:"100" doc:"How many lines at most."`
	Cursor string `query:"cursor" maxLength:"100" doc:"Where the page begins: next of the page before, of the same request."`

	after string // the key after which the page begins, as in the cursor; empty for the first page
}

// goOn begins the page where the cursor says, in the list of the request, whose rows have the seal: see [cursorOf].
func (p *Paging) goOn(seal string, asked request) (err error) {
	p.after, err = keyOf(seal, asked, p.Cursor)
	return err
}

// day is a date that can be settled.
type day struct{ settlement.Day }

// UnmarshalText reads 2024-05-09.
func (d *day) UnmarshalText(text []byte) (err error) {
	if d.Day, err = settlement.ParseDay(string(text)); err != nil {
		return err
	}
	return d.Validate()
}

// week is a week that can be settled.
type week struct{ settlement.Period }

// UnmarshalText reads 2024-W19.
func (w *week) UnmarshalText(text []byte) (err error) {
	w.Period, err = settlement.ParseWeek(string(text))
	return err
}

// checkSpelling refuses parameters that are given twice, without a value, or as another spelling of a number: huma
// takes the first, none, and all. A request that is answered has one spelling but for the order of its parameters.
func checkSpelling(r *http.Request, declared []*huma.Param) error {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return invalid(ParameterError{"query", "expected name=value&name=value, with %XX for what is neither a letter nor a digit"})
	}
	var wrong []ParameterError
	for name, values := range query {
		switch {
		case len(values) > 1:
			wrong = append(wrong, ParameterError{"query." + name, "expected once"})
		case values[0] == "":
			wrong = append(wrong, ParameterError{"query." + name, "expected a value"})
		}
	}
	for _, p := range declared {
		if p.Schema.Type != huma.TypeInteger {
			continue
		}
		text := r.PathValue(p.Name)
		if p.In == "query" {
			text = query.Get(p.Name)
		}
		if n, err := strconv.ParseInt(text, 10, 64); err == nil && strconv.FormatInt(n, 10) != text {
			wrong = append(wrong, ParameterError{p.In + "." + p.Name, "expected digits only, the first not 0"})
		}
	}
	if wrong == nil {
		return nil
	}
	slices.SortFunc(wrong, byLocation)
	return invalid(wrong...)
}
