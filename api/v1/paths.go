package v1

import (
	"context"
	"math"
	"net/http"
	"strconv"

	"creatorpay/api/answers"
	"creatorpay/engine/explain"
	"creatorpay/settlement"
)

// The parameters of paths.
type (
	top5Request       struct{ OfPeriod }
	settlementRequest struct {
		OfCreator
		OfPeriod
		Paging
	}
	statementsRequest struct {
		OfCreator
		Paging
	}
	statementRequest struct {
		OfCreator
		OfWeek
	}
	explanationRequest struct {
		OfCreator
		OfVideo
		Date day `query:"date" required:"true" format:"date" example:"2024-05-09" doc:"The day."`
	}
	historyRequest struct {
		OfCreator
		OfVideo
		FromTo
	}
	periodsRequest struct {
		Kind settlement.Kind `query:"kind" required:"true" enum:"daily,weekly,monthly" example:"daily" doc:"The kind of period."`
		FromTo
		Paging
	}
)

// The bodies of lists that are answered in pages.
type (
	settlementBody struct {
		answers.Settlement
		Next
	}
	statisticsBody struct {
		answers.Statistics
		Next
	}
	statementsBody struct {
		answers.Statements
		Next
	}
	periodsBody struct {
		answers.Periods
		Next
	}
)

const ofCreator = "/v1/creators/{creator_id}/"

// addPaths registers all that is read. Each path says who may read it.
func (s *service) addPaths() {
	read[top5Request, answers.Top5](s, operation{
		who: signedIn, id: "top5", path: "/v1/top5", summary: "The platform's Top 5 of a closed period",
		help: "Both metrics, five places each.",
	}, s.top5)
	read[settlementRequest, settlementBody](s, operation{
		who: creatorOfPath, id: "settlement", path: ofCreator + "settlement", summary: "What a creator's videos earned in a closed period",
		help: "Totals of all videos, and the lines and adjustments of a page of them, by video, as in the exports.",
	}, s.settlement)
	read[settlementRequest, statisticsBody](s, operation{
		who: creatorOfPath, id: "statistics", path: ofCreator + "statistics", summary: "The figures of a creator's videos in a closed period",
		help: "Totals of all videos with what was left out and why, and the lines of a page of them, by video, as in the export.",
	}, s.statistics)
	read[statementsRequest, statementsBody](s, operation{
		who: creatorOfPath, id: "statements", path: ofCreator + "statements", summary: "A creator's weekly statements, the newest first",
		help: "The list grows with each week that closes; through says up to where it is known.", grows: true,
	}, s.statements)
	read[statementRequest, answers.Statement](s, operation{
		who: creatorOfPath, id: "statement", path: ofCreator + "statements/{week}", summary: "A weekly statement, as its documents show it",
		help: "It has an ETag from when its documents were mailed.",
	}, s.statement)
	readDocument[statementRequest](s, operation{
		who: creatorOfPath, id: "statement-pdf", path: ofCreator + "statements/{week}/statement.pdf", summary: "The payout statement that was mailed, byte for byte",
		help: "There is none before it was mailed: documents of the statement is null.",
	}, s.pdf(answers.PayoutPDF))
	readDocument[statementRequest](s, operation{
		who: creatorOfPath, id: "top5-pdf", path: ofCreator + "statements/{week}/top5.pdf", summary: "The Top 5 that was mailed with the statement, byte for byte",
		help: "There is none before it was mailed: documents of the statement is null.",
	}, s.pdf(answers.Top5PDF))
	read[explanationRequest, explain.Explanation](s, operation{
		who: creatorOfPath, id: "explanation", path: ofCreator + "videos/{video_id}/explanation", summary: "How a video's amount of a closed day came about",
		help: "Step by step: rows, what counted, ordinals from and to, each price's share, and the cut to whole won.",
	}, s.explanation)
	read[historyRequest, answers.History](s, operation{
		who: creatorOfPath, id: "history", path: ofCreator + "videos/{video_id}/history", summary: "A video's settled days",
		help: "It grows with each day that closes; through says up to where it is known.", grows: true,
	}, s.history)
	read[periodsRequest, periodsBody](s, operation{
		who: operators, id: "periods", path: "/v1/periods", summary: "The book of runs, for operators",
		help: "Runs of the kind whose periods hold any day of the range. To others there is nothing at this address.", grows: true,
	}, s.periods)
}

func (s *service) top5(w http.ResponseWriter, r *http.Request, in *top5Request) {
	period := in.period()
	serveSealed(s, w, r, period, nil, func(ctx context.Context) (content[answers.Top5], error) {
		return whole(s.books.Top5(ctx, period))
	})
}

func (s *service) settlement(w http.ResponseWriter, r *http.Request, in *settlementRequest) {
	period := in.period()
	serveSealed(s, w, r, period, &in.Paging, func(ctx context.Context) (content[settlementBody], error) {
		page, err := in.videos()
		if err != nil {
			return content[settlementBody]{}, err
		}
		got, err := s.books.Settlement(ctx, in.CreatorID, period, page)
		return content[settlementBody]{settlementBody{Settlement: got.Value}, got.Seal, keyOfVideo(got.Value.Next)}, err
	})
}

func (s *service) statistics(w http.ResponseWriter, r *http.Request, in *settlementRequest) {
	period := in.period()
	serveSealed(s, w, r, period, &in.Paging, func(ctx context.Context) (content[statisticsBody], error) {
		page, err := in.videos()
		if err != nil {
			return content[statisticsBody]{}, err
		}
		got, err := s.books.Statistics(ctx, in.CreatorID, period, page)
		return content[statisticsBody]{statisticsBody{Statistics: got.Value}, got.Seal, keyOfVideo(got.Value.Next)}, err
	})
}

func (s *service) statements(w http.ResponseWriter, r *http.Request, in *statementsRequest) {
	serveGrowing(s, w, r, &in.Paging, func(ctx context.Context) (content[statementsBody], error) {
		before, err := in.afterDay()
		if err != nil {
			return content[statementsBody]{}, err
		}
		got, err := s.books.Statements(ctx, in.CreatorID, answers.WeekPage{Before: before, Limit: in.Limit})
		return content[statementsBody]{body: statementsBody{Statements: got}, next: keyOfDay(got.Next)}, err
	})
}

func (s *service) statement(w http.ResponseWriter, r *http.Request, in *statementRequest) {
	serveSealed(s, w, r, in.Week.Period, nil, func(ctx context.Context) (content[answers.Statement], error) {
		return whole(s.books.Statement(ctx, in.CreatorID, in.Week.Period))
	})
}

func (s *service) pdf(kind answers.DocumentKind) func(http.ResponseWriter, *http.Request, *statementRequest) {
	return func(w http.ResponseWriter, r *http.Request, in *statementRequest) {
		s.serveDocument(w, r, func(ctx context.Context) (answers.Document, error) {
			return s.books.Document(ctx, in.CreatorID, in.Week.Period, kind)
		})
	}
}

func (s *service) explanation(w http.ResponseWriter, r *http.Request, in *explanationRequest) {
	serveSealed(s, w, r, settlement.DailyPeriod(in.Date.Day), nil, func(ctx context.Context) (content[explain.Explanation], error) {
		return whole(s.books.Explanation(ctx, in.CreatorID, in.VideoID, in.Date.Day))
	})
}

func (s *service) history(w http.ResponseWriter, r *http.Request, in *historyRequest) {
	if err := in.check(answers.MaxHistoryDays); err != nil {
		s.fail(w, r, err)
		return
	}
	serveGrowing(s, w, r, nil, func(ctx context.Context) (content[answers.History], error) {
		got, err := s.books.History(ctx, in.CreatorID, in.VideoID, in.From.Day, in.To.Day)
		return content[answers.History]{body: got}, err
	})
}

func (s *service) periods(w http.ResponseWriter, r *http.Request, in *periodsRequest) {
	if err := in.check(0); err != nil {
		s.fail(w, r, err)
		return
	}
	serveGrowing(s, w, r, &in.Paging, func(ctx context.Context) (content[periodsBody], error) {
		after, err := in.afterDay()
		if err != nil {
			return content[periodsBody]{}, err
		}
		got, err := s.books.Periods(ctx, in.Kind, in.From.Day, in.To.Day, answers.PeriodPage{After: after, Limit: in.Limit})
		return content[periodsBody]{body: periodsBody{Periods: got}, next: keyOfDay(got.Next)}, err
	})
}

// whole is the content of an answer that has no pages.
func whole[T any](got answers.Sealed[T], err error) (content[T], error) {
	return content[T]{body: got.Value, seal: got.Seal}, err
}

// videos is the page of a list by video.
func (p Paging) videos() (answers.Page, error) {
	page := answers.Page{Limit: p.Limit}
	if p.after == "" {
		return page, nil
	}
	var err error
	if page.After, err = strconv.ParseInt(p.after, 10, 64); err != nil || page.After < 1 || page.After == math.MaxInt64 {
		return page, errCursor()
	}
	return page, nil
}

// afterDay is the key of a list by day; 0 for the first page.
func (p Paging) afterDay() (settlement.Day, error) {
	if p.after == "" {
		return 0, nil
	}
	var key day
	if key.UnmarshalText([]byte(p.after)) != nil {
		return 0, errCursor()
	}
	return key.Day, nil
}

func keyOfVideo(next *int64) string {
	if next == nil {
		return ""
	}
	return strconv.FormatInt(*next, 10)
}

func keyOfDay(next *settlement.Day) string {
	if next == nil {
		return ""
	}
	return next.String()
}
