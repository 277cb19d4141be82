package answers

import (
	"context"

	"creatorpay/db"
	"creatorpay/engine/statement"
	"creatorpay/settlement"
	"creatorpay/templates"
)

// defaultStatementVideos are read by one call on a copy, so that the statement of a creator with very many videos does
// not reach the limit of a call.
const defaultStatementVideos = 2_000

// statementRead is a statement as far as it was read.
type statementRead struct {
	run    db.SealedRun // of its week; all copies that it is read from have the same
	stored db.Statement
	common *statement.Common
	lines  statement.Lines
	next   *int64               // the video where the lines begin that are missing
	drawn  *templates.Statement // nil while some are
}

func (r statementRead) number() string { return statement.Number(r.run.Period(), r.stored.CreatorID) }

// beginStatement reads the creator's statement, with the lines of the first videos.
func (b *Books) beginStatement(ctx context.Context, books *db.DB, run db.SealedRun, creator int64) (read statementRead, err error) {
	week := run.Period()
	stored, err := books.Statements(ctx, week, one(creator))
	if err != nil {
		return read, err
	}
	if len(stored) == 0 {
		return read, ErrNotFound{What: "statement " + statement.Number(week, creator)}
	}
	common, known := b.commons.GetIfPresent(week)
	if !known {
		if common, err = statement.ReadCommon(ctx, books, week); err != nil {
			return read, err
		}
		b.commons.Set(week, common)
	}
	return b.readFurther(ctx, books, statementRead{run: run, stored: stored[0], common: common})
}

// restOfStatement reads what is missing of the statement, some videos after the others, each time on any copy.
func (b *Books) restOfStatement(ctx context.Context, read statementRead) (*templates.Statement, error) {
	week := read.run.Period()
	for read.drawn == nil {
		answer, err := sealed(ctx, b, week, func(ctx context.Context, books *db.DB, run db.SealedRun) (statementRead, error) {
			if run.Seal() != read.run.Seal() {
				return read, settlement.Errorf(settlement.ErrNotClosed, week, "%s has closed anew since a part of the statement was read", week)
			}
			return b.readFurther(ctx, books, read)
		})
		if err != nil {
			return nil, err
		}
		read = answer.Value
	}
	return read.drawn, nil
}

// readFurther reads the lines of the next videos, and with the last of them puts the statement together.
func (b *Books) readFurther(ctx context.Context, books *db.DB, read statementRead) (_ statementRead, err error) {
	creator := one(read.stored.CreatorID)
	var lines statement.Lines
	lines, read.next, err = read.common.ReadLines(ctx, books, db.Lines{
		Creators: creator, Videos: settlement.Range{From: read.next}, Limit: b.statementVideos,
	})
	if err != nil {
		return read, err
	}
	read.lines.Append(lines)
	if read.next != nil {
		return read, nil
	}
	drawn, err := read.common.Statements(ctx, books, creator, []db.Statement{read.stored}, read.lines, "")
	if err != nil {
		return read, err
	}
	read.drawn = drawn[0]
	return read, nil
}
